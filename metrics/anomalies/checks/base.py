"""The shape all checks share: what they need, what they measure, when they fire, and what they say.

The share test compares the suspect days' share with the days before on the log-odds scale. It fires when
the step is beyond noise, large enough to matter, and able to move the rate. Source of the thresholds: the
product's own calibration by injection; nothing here is a p-value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from metrics.anomalies.world import Shares, World

Numbers = NDArray[np.float64]
Direction = Literal["up", "down", "either"]

FIRE_Z: Final = 5.0
HINT_Z: Final = 3.0
STRONG_Z: Final = 12.0
MIN_BIAS: Final = 0.003  # of all due shipments: 0.3 points of the rate
_TAU: Final = 0.03  # day-to-day unrest of any share, in log-odds
_INDEPENDENT: Final = 3.0  # days of a week count as this many: neighbours are alike


class Family(Enum):
    """Checks of a family see the same thing; only the strongest of them counts in full."""

    TIMES = "time stamps"
    PROMISE = "promise"
    COMPLETENESS = "completeness"
    IDENTITY = "identity and joins"
    CODE = "code and calendar"
    OUTSIDE = "outside signals"


class Level(Enum):
    """How far a statistic is from what it was; `UNTESTABLE` carries no weight."""

    UNTESTABLE = "not testable"
    CLEAR = "clear"
    HINT = "hint"
    FIRE = "fire"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence anybody can check: heads and rows of plain values."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `bias` bounds how far it can have moved the rate, as a share of due shipments;
    `scope` is the carrier or batch it is confined to, or empty; `numbers` are the statistic's own."""

    level: Level
    sentence: str
    z: float = 0.0
    step: float = 0.0
    bias: float = 0.0
    scope: str = ""
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its number in the catalogue, the defect it looks for, and how to run it."""

    number: int
    kind: str
    title: str
    family: Family
    direction: Direction
    needs: tuple[str, ...]
    run: Callable[[World], Finding]


@dataclass(frozen=True, slots=True)
class Step:
    """A share before and now, how far apart in noise units, and the excess in shipments."""

    before: float
    now: float
    z: float
    excess: float
    trials: float

    @property
    def size(self) -> float:
        """Now minus before."""
        return self.now - self.before


def untestable(why: str) -> Finding:
    """The finding of a check that could not run; `why` completes "Not testable because ..."."""
    return Finding(Level.UNTESTABLE, f"Not testable because {why}.")


def step_of(shares: Shares) -> Step | None:
    """The step of a share, or None where either part has too little to compare."""
    if shares.base_trials.sum() < 200 or shares.trials.sum() < 50:
        return None
    before = float((shares.base_hits.sum() + 0.5) / (shares.base_trials.sum() + 1))
    now = float((shares.hits.sum() + 0.5) / (shares.trials.sum() + 1))
    spread = _spread(shares.base_hits, shares.base_trials)
    own = 1 / (shares.trials.sum() * max(before * (1 - before), 1e-9))
    # Where nearly nothing is expected, log-odds exaggerate: counts of a few are judged as counts.
    seen = max(now * (1 - now), before * (1 - before))
    noise = np.sqrt(spread**2 / _INDEPENDENT + min(own, 1 / (shares.trials.sum() * seen)) + _TAU**2)
    z = float((_logit(now) - _logit(before)) / noise)
    poisson = float((shares.hits.sum() - before * shares.trials.sum()) / np.sqrt(before * shares.trials.sum() + 1))
    z = float(np.sign(z) * min(abs(z), abs(poisson)))
    excess = float(shares.hits.sum() - before * shares.trials.sum())
    return Step(before, now, z, excess, float(shares.trials.sum()))


def level_of(z: float, is_material: bool) -> Level:
    """The level of a statistic: material ones fire, others can at most hint."""
    size = abs(z)
    if is_material and size > STRONG_Z:
        return Level.STRONG
    if is_material and size > FIRE_Z:
        return Level.FIRE
    return Level.HINT if size > HINT_Z else Level.CLEAR


@dataclass(frozen=True, slots=True)
class ShareTest:
    """Whether a share of shipments stepped: overall, and for each large carrier.

    `hits` and `trials` are SQL over `shipment`; `delta` is the least step that matters; `sign` says which
    way counts (1 up, -1 down, 0 both). `says` gets the step in per cent and the scope in words.
    """

    hits: str
    trials: str
    delta: float
    sign: int
    says: str
    by_carrier: bool = True
    least_bias: float = MIN_BIAS

    def run(self, world: World) -> Finding:
        """The strongest finding over the whole and its carriers."""
        shares = world.shares(self.hits, self.trials)
        names = shares if self.by_carrier else [""]
        return strongest([self._finding(world, shares[name], name) for name in names])

    def _finding(self, world: World, shares: Shares, scope: str) -> Finding:
        step = step_of(shares)
        if step is None:
            return untestable("there are too few shipments to compare")
        wrong_way = self.sign and np.sign(step.size) != self.sign
        z = 0.0 if wrong_way else step.z
        bias = abs(step.excess) / max(world.due, 1)
        is_material = abs(step.size) >= self.delta and bias >= self.least_bias
        words = {
            "now": per_cent(step.now), "before": per_cent(step.before),
            "where": f" of carrier {scope}" if scope else "",
        }  # fmt: skip
        return Finding(
            level_of(z, is_material), self.says.format(**words), z, step.size, bias, scope,
            MappingProxyType({"before": step.before, "now": step.now, "excess": step.excess}),
        )  # fmt: skip


_RANK: Final = MappingProxyType(
    {Level.UNTESTABLE: 0, Level.CLEAR: 1, Level.HINT: 2, Level.FIRE: 3, Level.STRONG: 4}
)


def rank(level: Level) -> int:
    """Levels in order of weight."""
    return _RANK[level]


def strongest(findings: Sequence[Finding]) -> Finding:
    """The finding that says most; the first of equals. There is at least one."""
    return max(findings, key=lambda one: (_RANK[one.level], one.bias, abs(one.z)))


def per_cent(share: float) -> str:
    """A share in per cent, to a tenth; two digits more where it is small."""
    return f"{share * 100:.1f} %" if share >= 0.001 or share == 0 else f"{share * 100:.3f} %"


def _spread(hits: Numbers, trials: Numbers) -> float:
    """Day-to-day unrest of a share beyond chance, as a robust deviation of its log-odds."""
    some = trials >= 20
    if some.sum() < 7:
        return _TAU
    logits = _logit((hits[some] + 0.5) / (trials[some] + 1))
    chance = 1 / np.maximum((hits[some] + 0.5) * (1 - (hits[some] + 0.5) / (trials[some] + 1)), 0.5)
    seen = 1.4826 * float(np.median(np.abs(logits - np.median(logits))))
    return float(np.sqrt(max(seen**2 - float(np.median(chance)), _TAU**2)))


def _logit(rate: Any) -> Any:
    return np.log(rate / (1 - rate))
