"""Clocks that did not change with everybody's: one hour off, from the very night the clocks changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Level, untestable
from metrics.anomalies.checks.c12_timezone_offset import AN_HOUR, finding_of, offsets
from metrics.anomalies.checks.clocks import changed_in
from metrics.anomalies.world import World


def _run(world: World) -> Finding:
    found = offsets(world, "delivered_local")
    if not found:
        return untestable("no carrier has enough deliveries in both periods")
    zone, near = world.sources.inputs.default_zone, changed_in(world)
    if not near:
        return Finding(Level.CLEAR, f"No clocks change in {zone} in or just before these days.")
    # The hour and the night are known beforehand, so less has to be seen than of any turn at any time.
    finding = finding_of(world, found, AN_HOUR, "the hour clocks changed by", least_fit=0.6, noise=4.0)
    if finding.level in (Level.CLEAR, Level.HINT):
        return finding
    return replace(finding, sentence=f"{finding.sentence} Clocks in {zone} changed on {near[-1]:%d %b}.")


CHECK: Final = Check(
    13, "daylight_saving", "A clock missed the change of daylight saving", Family.TIMES, "either",
    ("times of day", "a change of clocks"), _run,
)  # fmt: skip
