"""The feed is late: what happened is not known yet, or is known later than it used to be."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Level, Table, level_of, untestable
from metrics.anomalies.world import World

# By carrier: how long after the delivery it was known (hours), and how much is not known at all.
_DELAYS: Final = """
SELECT carrier, part, avg(hours), count(*), median(hours) FROM (
  SELECT carrier, part, date_diff('second', delivered_at, delivered_received) / 3600.0 AS hours FROM shipment
  WHERE part IS NOT NULL AND delivered_source = 'live' AND delivered_received >= delivered_at)
WHERE hours < 24 * 30 GROUP BY ALL ORDER BY ALL
"""
_RATIO: Final = 1.5
_LEAST_HOURS: Final = 1.0


def _run(world: World) -> Finding:
    found = {(carrier, part): row for carrier, part, *row in world.rows(_DELAYS)}
    rows = []
    for carrier in world.carriers:
        base, now = found.get((carrier, "base")), found.get((carrier, "suspect"))
        if base and now and base[1] >= 100 and now[1] >= 50:
            rows.append((carrier, float(base[0]), float(now[0]), int(now[1])))
    if not rows:
        return untestable("no carrier has enough live deliveries in both periods")
    carrier, before, now, number = max(rows, key=lambda row: (row[2] / max(row[1], 0.1), row[0]))
    ratio = now / max(before, 0.1)
    is_material = ratio >= _RATIO and now - before >= _LEAST_HOURS
    z = 4 * (ratio - 1) if is_material else 0.0
    sentence = (
        f"Deliveries of carrier {carrier} are known {now:.1f} h after they happened; before it was {before:.1f} h."
    )
    table = Table(("carrier", "hours before", "hours now", "deliveries"), tuple(rows))
    level = level_of(max(z, 6.0), True) if is_material else Level.CLEAR
    return Finding(
        level, sentence, z, ratio - 1, number / max(world.due, 1), carrier,
        MappingProxyType({"before": before, "now": now}), table,
    )  # fmt: skip


CHECK: Final = Check(
    6, "late_feed", "The feed is late", Family.COMPLETENESS, "down", ("times of receipt",), _run
)
