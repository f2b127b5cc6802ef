"""The feed is late: what happened is known later than it used to be."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Level, Table, level_of, untestable
from metrics.anomalies.world import World

# How long after a delivery it was known, in whole seconds: sums of whole numbers have one result.
_DELAYS: Final = """
SELECT carrier, part, sum(seconds), count(*) FROM (
  SELECT carrier, part, date_diff('second', delivered_at, delivered_received) AS seconds FROM shipment
  WHERE part IS NOT NULL AND delivered_source = 'live' AND delivered_received >= delivered_at)
WHERE seconds < 86400 * 30 GROUP BY ALL ORDER BY ALL
"""
_RATIO: Final = 1.5
_LEAST_HOURS: Final = 1.0


def _run(world: World) -> Finding:
    found = {
        (carrier, part): (float(seconds) / 3600 / number, int(number))
        for carrier, part, seconds, number in world.rows(_DELAYS)
    }
    rows = []
    for carrier in world.carriers:
        base, late = found.get((carrier, "base")), found.get((carrier, "suspect"))
        if base and late and base[1] >= 100 and late[1] >= 50:
            rows.append((carrier, base[0], late[0], late[1]))
    if not rows:
        return untestable("no carrier has enough live deliveries in both periods")
    carrier, before, now, number = max(rows, key=lambda row: (_is_late(row), _ratio(row), row[0]))
    ratio, fires = _ratio((carrier, before, now, number)), _is_late((carrier, before, now, number))
    table = Table(
        ("carrier", "hours before", "hours now", "deliveries"),
        tuple((name, f"{was:.1f}", f"{became:.1f}", n) for name, was, became, n in rows),
    )
    return Finding(
        level_of(max(4 * (ratio - 1), 6.0), True) if fires else Level.CLEAR,
        f"Deliveries of carrier {carrier} are known {now:.1f} h after they happened;"
        f" before it was {before:.1f} h.",
        4 * (ratio - 1) if fires else 0.0, ratio - 1, number / max(world.due, 1), carrier,
        MappingProxyType({"before": before, "now": now}), table,
        threshold=f"{_RATIO} times as long as before, and {_LEAST_HOURS:.0f} h more",
    )  # fmt: skip


def _ratio(row: tuple[str, float, float, int]) -> float:
    return row[2] / max(row[1], 0.1)


def _is_late(row: tuple[str, float, float, int]) -> bool:
    return _ratio(row) >= _RATIO and row[2] - row[1] >= _LEAST_HOURS


CHECK: Final = Check(
    6, "late_feed", "The feed is late", Family.COMPLETENESS, "down", ("times of receipt",), _run
)
