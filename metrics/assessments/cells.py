"""Counts that pictures of evidence need beside the engine's answer: by batch and day, by day and age.

They are part of the assessment's text, so they are frozen, and made again, with it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from metrics.anomalies.world import World

AGES: Final = 8
MOST_BATCHES: Final = 10
_BATCH_DAYS: Final = """
SELECT delivered_batch, day, count(*), count(*) FILTER (status = 'on_time') FROM shipment
WHERE part = 'suspect' AND status IN ('on_time', 'late', 'pending', 'unknown') GROUP BY ALL ORDER BY ALL
"""
_ARRIVALS: Final = """
SELECT day, date_diff('day', day, CAST(delivered_received AS DATE)) AS age, count(*) FROM shipment
WHERE part IS NOT NULL AND status IN ('on_time', 'late', 'pending', 'unknown') GROUP BY ALL ORDER BY ALL
"""


def cells_of(world: World) -> dict[str, Any]:
    """`batch_days`: deliveries of the suspect days by the batch that told them (`shipments`, `on_time`; the
    empty batch: not told of). `arrivals`: of each day the shipments due, and how many deliveries were known
    so many days after it, up to the moment looked from."""
    return {"batch_days": _batch_days(world), "arrivals": _arrivals(world)}


def _batch_days(world: World) -> list[dict[str, Any]]:
    rows = world.rows(_BATCH_DAYS)
    sizes: dict[str, int] = {}
    for batch, _day, number, _on_time in rows:
        sizes[batch] = sizes.get(batch, 0) + int(number)
    kept = set(sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_BATCHES])
    return [
        {"batch": batch, "day": day.isoformat(), "shipments": int(number), "on_time": int(on_time)}
        for batch, day, number, on_time in rows
        if batch in kept
    ]


def _arrivals(world: World) -> list[dict[str, Any]]:
    found: dict[dt.date, dict[int | None, int]] = {}
    for day, age, number in world.rows(_ARRIVALS):
        found.setdefault(day, {})[age] = int(number)
    until = world.as_of.date()
    return [
        {
            "day": day.isoformat(), "due": sum(by_age.values()),
            "known": [
                sum(number for told, number in by_age.items() if told is not None and told <= age)
                for age in range(min(AGES, (until - day).days))
            ],
        }
        for day, by_age in sorted(found.items())
    ]  # fmt: skip
