"""All that is known of a suspect week before anybody judges it: every check, the step, the mix, the contacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from metrics.anomalies.checks.base import Finding, Shares, Step, step_of
from metrics.anomalies.checks.registry import CHECKS
from metrics.anomalies.contacts import Corroboration, corroborate
from metrics.anomalies.world import World
from otdr_hub.lib import kitagawa

DUE: Final = "status IN ('on_time', 'late', 'pending', 'unknown')"
ON_TIME: Final = "status = 'on_time'"
MIX_DIMENSIONS: Final = ("carrier", "destination", "lane", "service")
_BY_DAY: Final = f"""
SELECT day, part, count(*) FILTER ({DUE}) AS due, count(*) FILTER ({DUE} AND NOT {ON_TIME}) AS late
FROM shipment WHERE part IS NOT NULL GROUP BY ALL ORDER BY day
"""
_BY_VALUE: Final = """
SELECT coalesce({column}, ''), count(*) FILTER (part = 'suspect' AND {on_time}), count(*) FILTER (part = 'suspect'),
       count(*) FILTER (part = 'base' AND {on_time}), count(*) FILTER (part = 'base')
FROM shipment WHERE part IS NOT NULL AND {due} GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Mix:
    """How much of the change is weights and not rates, in the dimension where that is most (share of it)."""

    dimension: str
    share: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks found (by kind), how the rate stepped, and what the contacts say of it."""

    findings: Mapping[str, Finding]
    step: Step | None
    mix: Mix
    contacts: Corroboration | None
    volume: float


def gather(world: World) -> Evidence:
    """Run every check and every witness over one world."""
    findings = {check.kind: check.run(world) for check in CHECKS}
    days = [(day, part, int(due), int(late)) for day, part, due, late in world.rows(_BY_DAY)]
    return Evidence(findings, step_of(_shares(world)), _mix(world), _contacts(world, days), _volume(days))


def _shares(world: World) -> Shares:
    return world.shares(ON_TIME, DUE)[""]


def _contacts(world: World, days: list[tuple[dt.date, str, int, int]]) -> Corroboration | None:
    return corroborate(
        {day: late for day, _, _, late in days},
        {day: due for day, _, due, _ in days},
        world.sources.contacts,
        [day for day, part, *_ in days if part == "base"],
        [day for day, part, *_ in days if part == "suspect"],
    )


def _volume(days: list[tuple[dt.date, str, int, int]]) -> float:
    """Due shipments a day in the suspect days over those before, as a ratio."""
    base = [due for _, part, due, _ in days if part == "base"]
    now = [due for _, part, due, _ in days if part == "suspect"]
    if not base or not now or not sum(base):
        return 1.0
    return (sum(now) / len(now)) / (sum(base) / len(base))


def _mix(world: World) -> Mix:
    best = Mix("", 0.0)
    for column in MIX_DIMENSIONS:
        rows = world.rows(_BY_VALUE.format(column=column, due=DUE, on_time=ON_TIME))
        segments = {str(name): kitagawa.Segment(*map(int, counts)) for name, *counts in rows}
        whole = kitagawa.difference(segments)
        if whole is None or abs(whole) < 0.003:
            continue
        mixed = sum((effect.mix for effect in kitagawa.split(segments).values()), start=whole * 0)
        share = float(mixed / whole)
        if abs(share) > abs(best.share):
            best = Mix(column, share)
    return best
