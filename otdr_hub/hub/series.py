"""The headline week by week, and beside it the same figure over markets that were there throughout.

Both are sums of weeks that the same reading shows by market: nothing here is known that the page does
not say elsewhere, and a market that is not shown is in neither line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from otdr_hub.hub.reading import Counts, Reading, Week

MOST_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Series:
    """Weeks oldest first: the headline and how many markets are in each week; the constant set of
    markets, empty where it would be the same line or nobody was there throughout."""

    weeks: tuple[Week, ...]
    markets: tuple[int, ...]
    steady: tuple[Week, ...] = ()
    steady_codes: tuple[str, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether the headline itself is over the same markets in all of its weeks."""
        return len(set(self.markets)) < 2


def sum_weeks(weeks: Sequence[Week]) -> Week:
    """The same week of several markets as one: as final as the least final of its parts."""
    parts = [week.counts for week in weeks]
    total = Counts(*(sum(getattr(one, name) for one in parts) for name in Counts.__slots__))
    kinds = {week.finality for week in weeks}
    least = next((kind for kind in ("preliminary", "provisional", "restated") if kind in kinds), "final")
    return Week(weeks[0].monday, total, least)


def recent(weeks: Sequence[Week]) -> tuple[Week, ...]:
    """As many weeks as a chart has room for."""
    return tuple(weeks[-MOST_WEEKS:])


def series_of(reading: Reading) -> Series:
    """The weeks up to the headline's, by market summed; the reading's own roll-up where that is not the
    sum of its markets (it then says nothing about a constant set)."""
    if not reading.rollup:
        return Series((), ())
    last = reading.rollup[-1]
    by_market = {
        market.code: {week.monday: week for week in market.weeks if week.monday <= last.monday}
        for market in reading.summed
    }
    days = sorted({day for weeks in by_market.values() for day in weeks})[-MOST_WEEKS:]
    summed = _sums(by_market, days)
    if not summed or summed[-1].counts != last.counts:
        shown = recent(reading.rollup)
        return Series(shown, (len(reading.summed),) * len(shown))
    counted = tuple(sum(day in weeks for weeks in by_market.values()) for day in days)
    throughout = {code: weeks for code, weeks in by_market.items() if all(day in weeks for day in days)}
    if not throughout or len(throughout) == len(by_market):
        return Series(summed, counted)
    return Series(summed, counted, _sums(throughout, days), tuple(sorted(throughout)))


def _sums(markets: Mapping[str, Mapping[dt.date, Week]], days: Iterable[dt.date]) -> tuple[Week, ...]:
    found = ([weeks[day] for weeks in markets.values() if day in weeks] for day in days)
    return tuple(sum_weeks(weeks) for weeks in found if weeks)
