"""Clocks that are whole hours off: a carrier's times of day are the old ones, turned, against the receipt.

Deliveries that really come hours later turn the times of day as well. What tells the two apart is when they
were told: that is read off our own clock, so it moves with a real delay and not with a wrong clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metrics.anomalies.checks.base import Check, Family, Finding, Level, Table, per_cent, untestable
from metrics.anomalies.checks.clocks import changed_in
from metrics.anomalies.world import World

Numbers = NDArray[np.float64]
AN_HOUR: Final = frozenset({-1, 1})
_ANY: Final = frozenset(range(-11, 13)) - {0}
_LEAST_SHARE: Final = 0.05  # of a carrier's times that have to be turned
_LEAST_FIT: Final = 0.75  # of what changed in the hours that the turn has to explain
_NOISE: Final = 12.0  # how many times the expected noise the change has to be
_HOURS: Final = """
SELECT carrier, part, hour({column}) AS h, count(*) FROM shipment
WHERE part IS NOT NULL AND {column} IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
# Whole seconds from a delivery to its receipt, negative where a clock is ahead: sums have one result.
_LAGS: Final = """
SELECT carrier, part, sum(seconds), count(*) FROM (
  SELECT carrier, part, date_diff('second', delivered_at, delivered_received) AS seconds FROM shipment
  WHERE part IS NOT NULL AND delivered_source = 'live' AND delivered_received IS NOT NULL)
WHERE abs(seconds) < 86400 * 10 GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A carrier's times of day against those before: turned by how many hours, which share of them, how much
    of the change that explains, how large the change is in units of chance, and over how many shipments;
    and by how many hours the receipt moved against the delivery, None where nothing is received live."""

    carrier: str
    hours: int
    share: float
    fit: float
    noise: float
    shipments: int
    receipt: float | None

    @property
    def is_clock(self) -> bool:
        """Whether the receipt speaks of a wrong clock: it moved more as the turn makes it than not at all."""
        made = -self.hours * self.share
        return self.receipt is None or abs(self.receipt - made) < abs(self.receipt)


def turned(before: Numbers, now: Numbers) -> tuple[int, float, float, float]:
    """By how many hours (-11..12) part of a day's hours are turned against those before; which share of
    them; how much of the change that explains; and the change in units of chance.

    The hours now are read as a mixture of the old histogram and the old one turned by k: for each k the
    share is a least-squares fit, and the k that leaves least unexplained is taken.
    """
    base, there = before / before.sum(), now / now.sum()
    change = there - base
    chance = float((base * (1 - base)).sum()) * (1 / now.sum() + 1 / before.sum())
    size = float((change**2).sum())
    fits = []
    for k in range(1, 24):
        move = np.roll(base, k) - base
        share = float(np.clip((change @ move) / max(move @ move, 1e-12), 0, 1))
        fits.append((1 - float(((change - share * move) ** 2).sum()) / max(size, 1e-12), share, k))
    fit, share, best = max(fits)
    return (best if best <= 12 else best - 24), share, fit, size / max(chance, 1 / now.sum() ** 2)


def offsets(world: World, column: str) -> list[Turn]:
    """The turn of each carrier that has enough shipments in both periods."""
    counts: dict[tuple[str, str], Numbers] = {}
    for carrier, part, hour, number in world.rows(_HOURS.format(column=column)):
        counts.setdefault((carrier, part), np.zeros(24))[hour] = number
    receipts = _receipts(world)
    found = []
    for carrier in world.carriers:
        base, now = counts.get((carrier, "base")), counts.get((carrier, "suspect"))
        if base is not None and now is not None and base.sum() >= 300 and now.sum() >= 100:
            found.append(Turn(carrier, *turned(base, now), int(now.sum()), receipts.get(carrier)))
    return found


def _receipts(world: World) -> dict[str, float]:
    """By carrier: how many hours longer it takes now from a delivery to its receipt, on the mean."""
    means = {
        (carrier, part): int(seconds) / 3600 / number
        for carrier, part, seconds, number in world.rows(_LAGS)
        if number >= 100
    }
    both = [name for name in world.carriers if {(name, "base"), (name, "suspect")} <= means.keys()]
    return {name: means[name, "suspect"] - means[name, "base"] for name in both}


def finding_of(
    world: World,
    turns: Sequence[Turn],
    asked: Collection[int],
    what: str,
    *,
    least_fit: float = _LEAST_FIT,
    noise: float = _NOISE,
) -> Finding:
    """The finding of the carrier whose clock is farthest off, by one of the hours `asked` for; it fires from
    this fit and noise on. `what` they are completes "No carrier's times of delivery are turned by ..."."""
    fires = (
        f"the change of a carrier's hours is {noise:g} times chance, one turn of {per_cent(_LEAST_SHARE)} of"
        f" them explains {per_cent(least_fit)} of it, and the times of receipt did not turn along"
    )
    some = [one for one in turns if one.hours in asked]
    off = [one for one in some if one.share >= _LEAST_SHARE and one.fit >= least_fit and one.noise >= noise]
    wrong = [one for one in off if one.is_clock]
    if not wrong:
        hints = [one for one in some if one.fit >= least_fit and one.noise >= noise / 3 and one.is_clock]
        level = Level.HINT if hints else Level.CLEAR
        return Finding(level, _no_clock(off, what), table=_table(turns), threshold=fires)
    worst = max(wrong, key=lambda one: (one.noise * one.fit, one.carrier))
    moved = sum(one.share * one.shipments for one in wrong)
    return Finding(
        Level.STRONG if worst.noise >= 4 * noise else Level.FIRE,
        f"{worst.share * 100:.0f} % of the times of delivery of carrier {worst.carrier} are those of before"
        f" turned by {worst.hours:+d} h.",
        worst.noise**0.5, float(worst.hours), moved / max(world.due, 1),
        worst.carrier if len(wrong) == 1 else "",
        MappingProxyType({
            "hours": float(worst.hours), "share": worst.share, "fit": worst.fit, "carriers": float(len(wrong))
        }),
        _table(turns), threshold=fires,
    )  # fmt: skip


def _no_clock(off: Sequence[Turn], what: str) -> str:
    if not off:
        return f"No carrier's times of delivery are turned by {what}."
    late = max(off, key=lambda one: (one.noise * one.fit, one.carrier))
    return (
        f"The times of delivery of carrier {late.carrier} moved by {late.hours:+d} h, and the times of"
        " receipt moved with them: that is no wrong clock."
    )


def _table(turns: Sequence[Turn]) -> Table:
    return Table(
        ("carrier", "hours", "share", "fit", "noise", "receipt, hours", "shipments"),
        tuple(
            (one.carrier, one.hours, per_cent(one.share), per_cent(one.fit), f"{one.noise:.1f}",
             "" if one.receipt is None else f"{one.receipt:+.1f}", one.shipments)
            for one in turns
        ),
    )  # fmt: skip


def _run(world: World) -> Finding:
    turns = offsets(world, "delivered_local")
    if not turns:
        return untestable("no carrier has enough deliveries in both periods")
    if changed_in(world):  # one hour off since that night is what the next check looks for
        return finding_of(world, turns, _ANY - AN_HOUR, "more than the hour clocks changed by")
    return finding_of(world, turns, _ANY, "an hour or more")


CHECK: Final = Check(
    12, "timezone_offset", "A clock is whole hours off", Family.TIMES, "either", ("times of day",), _run
)
