"""The nights on which a market's clocks change: what began then is the clocks', and no other offset."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from metrics.anomalies.world import World

_JUST_BEFORE: Final = dt.timedelta(days=8)


def changes(zone: str, first: dt.date, last: dt.date) -> list[dt.date]:
    """The days in this span on which the zone's clocks change."""
    place, found, day = ZoneInfo(zone), [], first
    while day <= last:
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=place)
        before = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(12), tzinfo=place)
        if noon.utcoffset() != before.utcoffset():
            found.append(day)
        day += dt.timedelta(days=1)
    return found


def changed_in(world: World) -> list[dt.date]:
    """The same for the market's zone, in or just before the days in question."""
    window = world.window
    return changes(world.sources.inputs.default_zone, window.first - _JUST_BEFORE, window.last)
