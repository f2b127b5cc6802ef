"""Readings built by hand: no database, only what a page may be given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from otdr_hub.hub.reading import Absent, Counts, Coverage, MarketReading, Publication, Reading, Week

NAMES = {
    "BR": "Brazil",
    "CA": "Canada",
    "DE": "Germany",
    "GB": "United Kingdom",
    "JP": "Japan",
    "US": "United States",
}
MONDAY = dt.date(2026, 11, 9)
"""ISO week 46 of 2026."""


def counts(due: int, on_time: int, unknown: int = 0) -> Counts:
    """Counts that add up: what is not on time and not unknown is late."""
    return Counts(due, on_time, due - on_time - unknown, 0, unknown)


def week(number: int, due: int, on_time: int, finality: str = "final") -> Week:
    """The week `number` weeks after week 46."""
    return Week(MONDAY + dt.timedelta(weeks=number), counts(due, on_time), finality)


def market(code: str, weeks: Sequence[Week], state: str = "certified", disclosure: str = "") -> MarketReading:
    """A market that may be seen, signed by the three roles."""
    signed = ("Finance", "Legal", "Logistics")
    return MarketReading(code, NAMES[code], "Etc/UTC", state, disclosure, signed, tuple(weeks))


def reading(
    markets: Sequence[MarketReading],
    absent: Mapping[str, str] | None = None,
    hidden_due: int = 0,
    published: bool = True,
) -> Reading:
    """A reading whose roll-up is the sum of its markets, week by week."""
    absent = absent or {}
    rollup = []
    for same_week in zip(*(one.weeks for one in markets), strict=True):
        each = [w.counts for w in same_week]
        total = Counts(
            sum(c.due for c in each),
            sum(c.on_time for c in each),
            sum(c.late for c in each),
            sum(c.pending for c in each),
            sum(c.unknown for c in each),
        )
        rollup.append(Week(same_week[0].monday, total, same_week[0].finality))
    due = rollup[-1].counts.due if rollup else 0
    at = dt.datetime(2026, 11, 27, 6, tzinfo=dt.UTC)
    through = rollup[-1].monday if rollup else MONDAY
    publication = Publication(1, "7f3a91c4" + "0" * 56, at, at, through, "otdr-1", "b4e107d2" + "0" * 56)
    return Reading(
        epoch=1,
        read_at=at,
        publication=publication if published else None,
        rollup=tuple(rollup),
        markets=tuple(markets),
        not_shown=tuple(Absent(code, NAMES[code], reason, at) for code, reason in absent.items()),
        coverage=Coverage(len(markets), len(markets) + len(absent), due, due + hidden_due),
    )


def usual(absent: Mapping[str, str] | None = None) -> Reading:
    """Two weeks, three markets; the United States alone falls by more than noise."""
    return reading(
        [
            market("CA", [week(0, 50_000, 46_000), week(1, 50_000, 46_010, "provisional")]),
            market("JP", [week(0, 100_000, 97_000), week(1, 100_000, 97_020, "provisional")]),
            market("US", [week(0, 500_000, 475_000), week(1, 500_000, 470_000, "provisional")]),
        ],
        absent if absent is not None else {"DE": "undecided", "BR": "undecided"},
        hidden_due=97_130,
    )
