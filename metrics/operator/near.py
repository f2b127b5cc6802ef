"""Carriers and lanes near a threshold, as a blast radius tells them: no small one, nor one that protects it.

A sum over weeks is told only of names that are withheld in none of them: the weeks are the reader's choice,
so each single week is the difference of two sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from governance.models import MetricVersion
from governance.versions.selectors import definition_of
from metrics.operator.carriers import AWAY, withheld_in
from metrics.operator.effect import Sum
from metrics.recompute import storage
from otdr_hub.lib.suppress import Telling, withhold

# Monday -> name -> (due, on time)
Cells = Mapping[dt.date, Mapping[str, tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Near:
    """A carrier or lane of a suspect market over the weeks looked at, with the suspect ones and without."""

    market: str
    kind: str
    name: str
    included: Sum
    left_out: Sum
    crosses: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """The threshold in per cent, how many points count as near, and the Monday of the first suspect week."""

    threshold: Decimal
    within: Decimal
    since: dt.date


def near(
    *, version: MetricVersion, market: str, vintage: str, mondays: Collection[dt.date], limit: Limit
) -> tuple[Near, ...]:
    """The carriers and lanes of a market, over its told weeks, that cross the threshold or lie near it.

    Whoever asks has made sure that no carrier figure of the market is switched off.
    """
    if not mondays:
        return ()
    carriers, lanes = (_cells(vintage, kind, mondays) for kind in ("carrier", "lane"))
    small = withheld_in(market=market, vintage=vintage, version=version, mondays=mondays)
    small_lanes = _small(lanes, mondays, definition_of(version).small_cell)
    found = []
    for kind, cells, hidden in (("carrier", carriers, small), ("lane", lanes, small_lanes)):
        for name in {name for monday in mondays for name in cells[monday]} - hidden:
            included, left_out = _sum(cells, name, mondays), _sum(cells, name, mondays, limit.since)
            crosses, is_near = _against(included, left_out, limit)
            if crosses or is_near:
                found.append(Near(market, kind, name, included, left_out, crosses))
    return tuple(found)


def _cells(vintage: str, kind: str, mondays: Collection[dt.date]) -> Cells:
    """The weeks looked at, and those before that say who is known."""
    since, until = min(mondays) - AWAY, max(mondays) + dt.timedelta(days=6)
    found: dict[dt.date, dict[str, tuple[int, int]]] = {monday: {} for monday in mondays}
    for row in storage.breakdown([vintage], kind, since, until):
        found.setdefault(row["period"], {})[row[kind]] = (row["due"], row["on_time"])
    return found


def _small(cells: Cells, mondays: Collection[dt.date], threshold: int) -> frozenset[str]:
    """What is withheld in at least one of the weeks: lanes are published nowhere, so there is one telling."""
    found: set[str] = set()
    for monday in mondays:
        lately = [names for week, names in cells.items() if monday - AWAY <= week <= monday]
        known = {name for names in lately for name, (due, _) in names.items() if due}
        found |= withhold([Telling(cells[monday], threshold)], known=known)
    return frozenset(found)


def _sum(cells: Cells, name: str, mondays: Collection[dt.date], before: dt.date = dt.date.max) -> Sum:
    parts = [cells[monday].get(name, (0, 0)) for monday in mondays if monday < before]
    return Sum(sum(on_time for _, on_time in parts), sum(due for due, _ in parts))


def _against(included: Sum, left_out: Sum, limit: Limit) -> tuple[bool, bool]:
    """(whether the suspect weeks move it over the threshold, whether it lies near on either side)."""
    threshold, within = Fraction(limit.threshold), Fraction(limit.within)
    rates = [one.rate * 100 for one in (included, left_out) if one.rate is not None]
    sides = {rate >= threshold for rate in rates}
    return len(sides) > 1, any(abs(rate - threshold) <= within for rate in rates)
