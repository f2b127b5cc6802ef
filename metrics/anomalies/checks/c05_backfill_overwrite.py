"""A backfill says something else than the carrier's live feed said of the same shipment."""

from __future__ import annotations

from math import comb, erfc, sqrt
from types import MappingProxyType
from typing import Final

from metrics.anomalies.checks.base import (
    MIN_BIAS,
    Check,
    Family,
    Finding,
    Level,
    Table,
    level_of,
    per_cent,
    untestable,
)
from metrics.anomalies.world import World

_TWICE: Final = "live_at IS NOT NULL AND backfill_at IS NOT NULL AND ends_at IS NOT NULL"
_DIFFER: Final = "abs(epoch(live_at) - epoch(backfill_at)) > 60"
_BOTH: Final = f"""
SELECT part, live_at <= ends_at AS was, backfill_at <= ends_at AS became, count(*),
       count(*) FILTER ({_DIFFER})
FROM shipment WHERE part IS NOT NULL AND {_TWICE} GROUP BY ALL ORDER BY ALL
"""
_SIGNIFICANT: Final = 5e-4
_MANY: Final = 1000  # changed pairs from which the normal tail is exact enough


def _run(world: World) -> Finding:
    found = world.rows(_BOTH)
    cells = {(was, became): int(n) for part, was, became, n, _ in found if part == "suspect"}
    both = sum(cells.values())
    if both < 30:
        return untestable("fewer than 30 shipments were told both live and by a backfill")
    share, before = (_share(found, part) for part in ("suspect", "base"))
    better, worse = cells.get((False, True), 0), cells.get((True, False), 0)
    p = mcnemar(better, worse)
    bias = abs(better - worse) / max(world.due, 1)
    z = 20.0 if p < 1e-12 else 6.0 if p < _SIGNIFICANT else 3.5 if share - before > 0.05 else 0.0
    table = Table(
        ("live", "backfill", "shipments"),
        tuple(
            ("on time" if was else "late", "on time" if became else "late", n)
            for (was, became), n in sorted(cells.items())
        ),
    )
    return Finding(
        level_of(z, bias >= MIN_BIAS) if p < _SIGNIFICANT else Level.HINT if z else Level.CLEAR,
        f"Of {both:,} shipments told both live and by a backfill, {better:,} turned from late to on time and"
        f" {worse:,} the other way; {per_cent(share)} got another time, before it was {per_cent(before)}.",
        z, share - before, bias, "",
        MappingProxyType({"better": float(better), "worse": float(worse), "both": float(both)}), table,
        threshold="an uneven split of changed outcomes (McNemar p < 0.0005) of 0.3 points of the rate",
        suspect=f"{_TWICE} AND {_DIFFER}",
    )  # fmt: skip


def _share(found: list[tuple[str, bool, bool, int, int]], part: str) -> float:
    rows = [row for row in found if row[0] == part]
    return sum(row[4] for row in rows) / max(sum(row[3] for row in rows), 1)


def mcnemar(better: int, worse: int) -> float:
    """Two-sided exact McNemar test: how likely so uneven a split of the changed pairs is by chance."""
    number, few = better + worse, min(better, worse)
    if number == 0:
        return 1.0
    if number > _MANY:
        return float(erfc(max(abs(better - worse) - 1, 0) / sqrt(2 * number)))
    return min(1.0, 2 * sum(comb(number, k) for k in range(few + 1)) / float(2**number))


CHECK: Final = Check(
    5, "backfill_overwrite", "A backfill overwrote what was told live", Family.COMPLETENESS, "either",
    ("live and backfill rows",), _run,
)  # fmt: skip
