"""Days that hold less than days like them: a partition that shrank or never came whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from metrics.anomalies.checks.base import (
    Check,
    Family,
    Finding,
    Level,
    Table,
    level_of,
    strongest,
    untestable,
)
from metrics.anomalies.detect import HOLIDAY_DAYS
from metrics.anomalies.world import Window, World

_PROMISED: Final = "SELECT day, count(*) FROM shipment WHERE part IS NOT NULL GROUP BY ALL ORDER BY day"
# Only rows received on the very day the shipment was promised for, by the clocks of its destination: what
# came for other days depends on how much was promised then, and at the end of what is known nothing is
# promised yet.
_RECEIVED: Final = """
SELECT s.day, count(*) FROM told t JOIN shipment s USING (shipment_id)
WHERE t.source = 'live' AND s.part IS NOT NULL
  AND CAST(t.received_at + (s.end_local - s.promise_end) AS DATE) = s.day
GROUP BY ALL ORDER BY s.day
"""
_LEAST_DROP: Final = 0.05


def _days(window: Window, holidays: Collection[dt.date]) -> list[dt.date]:
    """The days in question but for those around a holiday, which hold less every year."""
    days = [window.first + dt.timedelta(days=n) for n in range((window.last - window.first).days + 1)]
    return [day for day in days if all(abs((day - one).days) > HOLIDAY_DAYS for one in holidays)]


def shrunk(rows: list[tuple[Any, ...]], days: Sequence[dt.date], what: str, due: int) -> Finding:
    """The one of `days` that holds least against days of its weekday before; rows are (day, number). A day
    of which there is no row holds nothing."""
    if not days:
        return untestable("all of these days are at holidays")
    base: dict[int, list[int]] = {}
    for day, number in rows:
        if day < days[0]:
            base.setdefault(day.isoweekday(), []).append(int(number))
    held = {day: int(number) for day, number in rows}
    seen = []
    for day in days:
        before, number = base.get(day.isoweekday(), []), held.get(day, 0)
        if len(before) >= 3 and np.median(before) >= 50:
            usual = float(np.median(before))
            noise = max(1.4826 * float(np.median(np.abs(np.array(before) - usual))), usual**0.5, 0.02 * usual)
            seen.append((day, number, usual, (number - usual) / noise))
    if not seen:
        return untestable("there are no three days of the same weekday before")
    day, number, usual, z = min(seen, key=lambda row: row[3])
    drop = 1 - number / usual
    others = [row[1] / row[2] for row in seen if row[0] != day]
    # A market that shrinks does so on all days; a partition is one of them.
    is_alone = drop - (1 - float(np.median(others or [1.0]))) >= _LEAST_DROP
    return Finding(
        level_of(z, drop >= _LEAST_DROP and is_alone) if drop > 0 else Level.CLEAR,
        f"{day:%d %b} holds {number:,} {what}, {drop * 100:.0f} % fewer than days like it.",
        z, -drop, max(drop, 0.0) * usual / max(due, 1), f"{day}",
        MappingProxyType({"drop": drop, "others": float(np.median(others or [1.0]))}),
        Table(("day", what, "usual"), tuple((str(row[0]), row[1], f"{row[2]:.0f}") for row in seen)),
        threshold="a day 5 % below days of its weekday, beyond noise, and not all days of the week",
    )  # fmt: skip


def _run(world: World) -> Finding:
    days = _days(world.window, world.sources.holidays)
    return strongest(
        [
            shrunk(world.rows(_PROMISED), days, "shipments", world.due),
            shrunk(world.rows(_RECEIVED), days, "rows received on the day", world.due),
        ]
    )


CHECK: Final = Check(
    23, "partition_shrunk", "A day holds less than it should", Family.COMPLETENESS, "either",
    ("volumes by day",), _run,
)  # fmt: skip
