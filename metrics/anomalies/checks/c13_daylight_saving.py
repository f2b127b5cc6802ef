"""Clocks that did not change with everybody's: one hour off, from the very night the clocks changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from metrics.anomalies.checks.base import Check, Family, Finding, Level, untestable
from metrics.anomalies.checks.c12_timezone_offset import finding_of, offsets
from metrics.anomalies.world import World


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


def _run(world: World) -> Finding:
    zone = world.sources.inputs.default_zone
    near = changes(zone, world.window.first - dt.timedelta(days=8), world.window.last)
    if not near:
        return untestable(f"no clocks change in {zone} in or just before these days")
    # The hour and the night are known beforehand, so less has to be seen than of any turn at any time.
    found = offsets(world, "delivered_local")
    if not found:
        return untestable("no carrier has enough deliveries in both periods")
    turns = [one for one in found if abs(one.hours) == 1]
    finding = finding_of(world, turns, "delivery", least_fit=0.6, noise=4.0)
    if finding.level in (Level.CLEAR, Level.HINT):
        return finding
    return replace(finding, sentence=f"{finding.sentence} Clocks in {zone} changed on {near[-1]:%d %b}.")


CHECK: Final = Check(
    13, "daylight_saving", "A clock missed the change of daylight saving", Family.TIMES, "either",
    ("times of day", "a change of clocks"), _run,
)  # fmt: skip
