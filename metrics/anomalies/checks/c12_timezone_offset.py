"""Clocks that are whole hours off: a carrier's times of day are the old ones, turned."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metrics.anomalies.checks.base import Check, Family, Finding, Level, Table, per_cent, untestable
from metrics.anomalies.world import World

Numbers = NDArray[np.float64]
_LEAST_SHARE: Final = 0.05  # of a carrier's times that have to be turned
_LEAST_FIT: Final = 0.75  # of what changed in the hours that the turn has to explain
_NOISE: Final = 12.0  # how many times the expected noise the change has to be
_HOURS: Final = """
SELECT carrier, part, hour({column}) AS h, count(*) FROM shipment
WHERE part IS NOT NULL AND {column} IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


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


def offsets(world: World, column: str) -> list[tuple[str, int, float, float, float, int]]:
    """By carrier: hours, share, fit, size in noise, and shipments; only carriers with enough of them."""
    counts: dict[tuple[str, str], Numbers] = {}
    for carrier, part, hour, number in world.rows(_HOURS.format(column=column)):
        counts.setdefault((carrier, part), np.zeros(24))[hour] = number
    found = []
    for carrier in world.carriers:
        base, now = counts.get((carrier, "base")), counts.get((carrier, "suspect"))
        if base is not None and now is not None and base.sum() >= 300 and now.sum() >= 100:
            found.append((carrier, *turned(base, now), int(now.sum())))
    return found


def finding_of(
    world: World, rows: Sequence[Any], what: str, *, least_fit: float = _LEAST_FIT, noise: float = _NOISE
) -> Finding:
    """The finding of the carrier whose clock is farthest off; it fires from this fit and noise on."""
    fires = (
        f"the change of a carrier's hours is {noise:g} times chance, and one turn of"
        f" {per_cent(_LEAST_SHARE)} of them explains {per_cent(least_fit)} of it"
    )
    off = [row for row in rows if row[2] >= _LEAST_SHARE and row[3] >= least_fit and row[4] >= noise]
    table = Table(
        ("carrier", "hours", "share", "fit", "noise", "shipments"),
        tuple(
            (name, hours, per_cent(s), per_cent(f), f"{size:.1f}", n) for name, hours, s, f, size, n in rows
        ),
    )
    if not off:
        hints = [row for row in rows if row[3] >= least_fit and row[4] >= noise / 3]
        level = Level.HINT if hints else Level.CLEAR
        return Finding(
            level,
            f"No carrier's times of {what} are turned by an hour or more.",
            table=table,
            threshold=fires,
        )
    carrier, hours, share, fit, size, _ = max(off, key=lambda row: (row[4] * row[3], row[0]))
    moved = sum(row[2] * row[5] for row in off)
    return Finding(
        Level.STRONG if size >= 4 * noise else Level.FIRE,
        f"{share * 100:.0f} % of the times of {what} of carrier {carrier} are those of before turned by"
        f" {hours:+d} h.",
        size**0.5, float(hours), moved / max(world.due, 1), carrier if len(off) == 1 else "",
        MappingProxyType({"hours": float(hours), "share": share, "fit": fit, "carriers": float(len(off))}),
        table, threshold=fires,
    )  # fmt: skip


def _run(world: World) -> Finding:
    rows = offsets(world, "delivered_local")
    if not rows:
        return untestable("no carrier has enough deliveries in both periods")
    return finding_of(world, rows, "delivery")


CHECK: Final = Check(
    12, "timezone_offset", "A clock is whole hours off", Family.TIMES, "either", ("times of day",), _run
)
