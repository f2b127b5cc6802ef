"""What the hub would tell of markets that are not shown yet, by the very rules it shows weeks by.

The rules are those of the view `hub.page` (a week is told once it is mature, complete and large enough). They
stand here a second time because the hub's role cannot read what is not
certified, on purpose; a test publishes what was previewed and compares both, word for word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from governance.access.models import User
from governance.access.policy import may
from governance.models import MetricVersion
from governance.versions.selectors import definition_of
from metrics.operator.signing import Told
from metrics.periods.finality import Finality, finality, locks_in_force
from metrics.recompute import storage
from otdr_hub.lib.outcome import require

# Fewer shipments are never told, whatever a definition says.
_SMALLEST: Final = 11


@dataclass(frozen=True, slots=True)
class Line:
    """A market's vintage, through the week of a Monday, as known at a moment (aware)."""

    market: str
    vintage: str
    through: dt.date
    as_of: dt.datetime


def smallest_told(version: MetricVersion) -> int:
    """Of how many shipments a week has to be, so that it is told."""
    return max(definition_of(version).small_cell, _SMALLEST)


def is_told(week: Mapping[str, Any], line: Line, version: MetricVersion, smallest: int) -> bool:
    """Whether a week, as it is stored, is mature, complete and large enough to be told."""
    if week["week"] > line.through or week["due"] < smallest:
        return False
    # Asked without a lock: a lock makes no week mature.
    return finality(week, None, version.completeness_floor, line.as_of) != Finality.PRELIMINARY


def told(*, version: MetricVersion, lines: Sequence[Line], actor: User) -> dict[str, tuple[Told, ...]]:
    """Market -> its weeks as they would be shown, oldest first. Certified or not: for the table alone."""
    require(may(actor, "preview_look"))
    smallest = smallest_told(version)
    by_vintage = {line.vintage: line for line in lines}
    locks = locks_in_force(version.digest, [line.market for line in lines])
    found: dict[str, list[Told]] = {line.market: [] for line in lines}
    for week in storage.weeks_of(list(by_vintage)):
        line = by_vintage[week["vintage"]]
        if not is_told(week, line, version, smallest):
            continue
        lock = locks.get((line.market, week["week"]))
        counts = {name: week[name] for name in ("due", "on_time", "late", "pending", "unknown")}
        state = finality(week, lock.root if lock else None, version.completeness_floor, line.as_of)
        found[line.market].append(Told(week["week"], **counts, finality=state))
    return {market: tuple(weeks) for market, weeks in found.items()}


def due_in(*, lines: Sequence[Line], monday: dt.date, actor: User) -> dict[str, int]:
    """Market -> shipments due in the week, whatever may be told of it: what coverage is a share of."""
    require(may(actor, "preview_look"))
    names = {line.vintage: line.market for line in lines}
    return {
        names[week["vintage"]]: week["due"]
        for week in storage.weeks_of(list(names))
        if week["week"] == monday
    }
