"""A backfill says something else than the carrier's live feed said of the same shipment."""

from __future__ import annotations

from math import comb
from types import MappingProxyType
from typing import Final

from metrics.anomalies.checks.base import MIN_BIAS, Check, Family, Finding, Level, Table, level_of, untestable
from metrics.anomalies.world import World

_BOTH: Final = """
SELECT part, live_at <= ends_at AS was, backfill_at <= ends_at AS became, count(*),
       count(*) FILTER (abs(epoch(live_at) - epoch(backfill_at)) > 60)
FROM shipment WHERE part IS NOT NULL AND live_at IS NOT NULL AND backfill_at IS NOT NULL AND ends_at IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""
_SIGNIFICANT: Final = 5e-4


def _run(world: World) -> Finding:
    found = world.rows(_BOTH)
    cells = {(was, became): n for part, was, became, n, _ in found if part == "suspect"}
    both = sum(cells.values())
    if both < 30:
        return untestable("fewer than 30 shipments were told both live and by a backfill")
    differing = sum(n for part, *_, n in found if part == "suspect")
    before = sum(n for part, *_, n in found if part == "base") / max(
        sum(n for part, _, _, n, _ in found if part == "base"), 1
    )
    better, worse = cells.get((False, True), 0), cells.get((True, False), 0)
    p = mcnemar(better, worse)
    bias = abs(better - worse) / max(world.due, 1)
    z = 20.0 if p < 1e-12 else 6.0 if p < _SIGNIFICANT else 0.0
    share = differing / both
    if share - before > 0.05 and z == 0:
        z = 3.5
    sentence = (
        f"Of {both:,} shipments told both live and by a backfill, {better:,} turned from late to on time and"
        f" {worse:,} the other way; {share * 100:.1f} % got another time, before it was {before * 100:.1f} %."
    )
    table = Table(
        ("live", "backfill", "shipments"),
        tuple(
            ("on time" if was else "late", "on time" if became else "late", n)
            for (was, became), n in sorted(cells.items())
        ),
    )
    return Finding(
        level_of(z, bias >= MIN_BIAS) if p < _SIGNIFICANT else (Level.HINT if z else Level.CLEAR),
        sentence, z, share - before, bias, "", MappingProxyType({"better": better, "worse": worse}), table,
    )  # fmt: skip


def mcnemar(better: int, worse: int) -> float:
    """Two-sided exact McNemar test: how likely so uneven a split of the changed pairs is by chance."""
    number, few = better + worse, min(better, worse)
    if number == 0:
        return 1.0
    if number > 1000:  # the normal tail is exact enough, and the sum of binomials is not needed
        from math import erfc, sqrt

        return erfc(max(abs(better - worse) - 1, 0) / sqrt(2 * number))
    return min(1.0, 2 * sum(comb(number, k) for k in range(few + 1)) / 2**number)


CHECK: Final = Check(
    5, "backfill_overwrite", "A backfill overwrote what was told live", Family.COMPLETENESS, "either",
    ("live and backfill rows",), _run,
)  # fmt: skip
