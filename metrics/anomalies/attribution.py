"""Where a rate moved: exact split into mix and rate, one-shift scan, and what is arithmetically possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from metrics.anomalies.bounds import Feasible, feasible
from metrics.anomalies.checks.shares import Step
from metrics.anomalies.scan import (
    PSEUDO_COUNTS,
    Leaves,
    Numbers,
    Shift,
    expected_rates,
    saturated_deviance,
    scan,
    shifted,
    within,
)
from metrics.anomalies.splits import BUSINESS, DIMENSIONS, SPLITS, Split, is_moved, split_by
from metrics.anomalies.world import DUE, ON_TIME, World

MOST_SHIFTS: Final = 3
LEAST_EXPLAINED: Final = 0.5  # of the deviance beyond chance; below, no recorded dimension explains it
_LEAST_SCORE: Final = 0.05
_ROWS: Final = f"""
SELECT {", ".join(f"coalesce({name}, '')" for name in DIMENSIONS)},
  count(*) FILTER (part = 'suspect' AND {ON_TIME}), count(*) FILTER (part = 'suspect'),
  count(*) FILTER (part = 'base' AND {ON_TIME}), count(*) FILTER (part = 'base')
FROM shipment WHERE part IS NOT NULL AND {DUE} GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A shift with what was expected of its shipments (on time), the step of the rate outside it, and
    whether it could have moved the whole that far."""

    shift: Shift
    expected: float
    outside: float
    feasible: Feasible


@dataclass(frozen=True, slots=True)
class Bound:
    """What a carrier usually holds of the late (for a rise; of the on-time for a fall), and what it needs."""

    carrier: str
    is_new: bool
    feasible: Feasible


@dataclass(frozen=True, slots=True)
class Attribution:
    """Splits by dimension, shifts in the order found, and the bound of each carrier."""

    splits: tuple[Split, ...]
    shifts: tuple[Found, ...]
    bounds: tuple[Bound, ...]
    explained: float

    @property
    def is_explained(self) -> bool:
        """Whether recorded dimensions hold most of what moved."""
        return self.explained >= LEAST_EXPLAINED

    @property
    def most_mix(self) -> Split | None:
        """The split in which weights of parts that were there before did most."""
        return max(self.splits, key=lambda one: (one.share_of_known, one.dimension), default=None)


def attribute(world: World, step: Step | None) -> Attribution:
    """Where the suspect days' rate differs from the base days'; shifts are only looked for where it moved."""
    rows = world.rows(_ROWS)
    splits = tuple(split_by(rows, name) for name in SPLITS)
    if not is_moved(step, splits) or not rows:
        return Attribution(splits, (), (), 0.0)
    leaves = leaves_of(rows)
    shifts = _shifts(leaves)
    explained = _explained(leaves, shifts)
    return Attribution(splits, tuple(shifts), tuple(_bounds(rows, leaves)), explained)


def leaves_of(rows: Sequence[tuple[Any, ...]]) -> Leaves:
    """Leaves of the suspect days; each expected at its own earlier rate, drawn to what its carrier and lane
    would make together. A feed's version says nothing of before: it is the suspect days' own."""
    keys = [tuple(str(value) for value in row[: len(BUSINESS)]) for row in rows]
    counts = np.array([row[len(DIMENSIONS) :] for row in rows], dtype=np.float64)
    base = _sums(keys, counts[:, 2:])
    carrier = _sums([key[:1] for key in keys], counts[:, 2:])
    lane = _sums([key[1:3] for key in keys], counts[:, 2:])
    whole = counts[:, 2:].sum(axis=0)
    market = (whole[0] + 0.5) / (whole[1] + 1)
    now = [n for n in range(len(rows)) if counts[n, 1] > 0]
    logits = [
        _drawn(carrier[keys[n][:1]], market) + _drawn(lane[keys[n][1:3]], market) - _logit(market)
        for n in now
    ]
    parent: Numbers = 1 / (1 + np.exp(-np.array(logits)))
    before = np.array([base[keys[n]] for n in now]).reshape(-1, 2)
    values = {name: [str(rows[n][place]) for n in now] for place, name in enumerate(DIMENSIONS)}
    return Leaves(values, counts[now, 0], counts[now, 1], expected_rates(before[:, 0], before[:, 1], parent))


def _sums(keys: Sequence[tuple[str, ...]], counts: Numbers) -> dict[tuple[str, ...], Numbers]:
    found: dict[tuple[str, ...], Numbers] = {}
    for key, row in zip(keys, counts, strict=True):
        found[key] = found.get(key, np.zeros(2)) + row
    return found


def _drawn(counts: Numbers, market: float) -> float:
    return _logit(float((counts[0] + PSEUDO_COUNTS * market) / (counts[1] + PSEUDO_COUNTS)))


def _shifts(leaves: Leaves) -> list[Found]:
    found: list[Found] = []
    left = leaves
    for _ in range(MOST_SHIFTS):
        # Either way: a part that falls may hide in a whole that rises.
        best = max(
            (one for way in (1, -1) for one in scan(left, best=1, direction=way)),
            key=lambda one: one.score,
            default=None,
        )
        if best is None or best.score < _LEAST_SCORE or any(one.shift.where == best.where for one in found):
            break
        found.append(_found(leaves, best))
        left = shifted(left, best)
        if saturated_deviance(left) < (1 - LEAST_EXPLAINED) * saturated_deviance(leaves):
            break
    return found


def _found(leaves: Leaves, shift: Shift) -> Found:
    inside = within(leaves, shift.where)
    expected = float((leaves.trials * leaves.expected)[inside].sum())
    rest = leaves.trials[~inside].sum()
    outside = (leaves.hits - leaves.trials * leaves.expected)[~inside].sum() / rest if rest else 0.0
    return Found(shift, expected, float(outside), _feasible(leaves, inside))


def _rates(leaves: Leaves) -> tuple[float, float]:
    number = float(leaves.trials.sum())
    return float((leaves.trials * leaves.expected).sum()) / number, float(leaves.hits.sum()) / number


def _feasible(leaves: Leaves, inside: np.typing.NDArray[np.bool_]) -> Feasible:
    before, now = _rates(leaves)
    usual = leaves.trials * (1 - leaves.expected if now > before else leaves.expected)
    return feasible(before=before, now=now, part=float(usual[inside].sum()), whole=float(usual.sum()))


def _bounds(rows: Sequence[tuple[Any, ...]], leaves: Leaves) -> list[Bound]:
    known = {str(row[0]) for row in rows if int(row[-1]) > 0}
    carriers = sorted(set(leaves.values["carrier"]))
    found = [
        Bound(name, name not in known, _feasible(leaves, within(leaves, [("carrier", name)])))
        for name in carriers
    ]
    return sorted(found, key=lambda one: (-one.feasible.held, one.carrier))


def _explained(leaves: Leaves, shifts: Sequence[Found]) -> float:
    """The share of the deviance beyond chance that the shifts explain together."""
    left = leaves
    for one in shifts:
        left = shifted(left, one.shift)
    # Leaves that did not move have a deviance of about one each.
    chance = max(len(leaves.hits) - 1, 0)
    gone = saturated_deviance(leaves) - saturated_deviance(left)
    beyond = max(saturated_deviance(leaves) - chance, gone)
    return float(gone / beyond) if beyond > 0 else 0.0


def _logit(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))
