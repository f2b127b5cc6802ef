"""What should have come and has not: each feed's own past rhythm against the clock.

A feed is one market's input of one kind and source. What it is late against is the median of its own gaps,
so nobody has to declare anything; a feed is overdue when the whole day (UTC) on which it was expected has
passed. A feed that closes days (a weekly backfill) is asked week by week, the others delivery by delivery.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from otdr_hub.lib import weeks

# So many arrivals make a rhythm, and files this close together are one delivery in pieces.
ENOUGH: Final = 3
TOGETHER: Final = dt.timedelta(minutes=30)
# How far back a rhythm is looked for; a feed that was silent for so long has ended.
LOOK_BACK: Final = dt.timedelta(days=120)
_LISTED: Final = 3  # all markets are named one by one up to here
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
_NAMES: Final = {
    ("events", "live"): gettext_noop("live events"),
    ("events", "backfill"): gettext_noop("backfill"),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One accepted batch that held rows of a market. `closes` are the first and last day it completes."""

    market: str
    kind: str
    source: str
    at: dt.datetime
    closes: tuple[dt.date, dt.date] | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A market's input of one kind and source, and what is known of its rhythm at some moment.

    `gap` and `expected` (the day by whose end, UTC, the next one should be there) are None while it is
    too young to have a rhythm. `missing` are the Mondays of the weeks it should have closed and has not.
    """

    market: str
    kind: str
    source: str
    last: dt.datetime
    gap: dt.timedelta | None
    expected: dt.date | None
    is_overdue: bool
    missing: tuple[dt.date, ...] = ()

    @property
    def name(self) -> str:
        """What it brings, in words."""
        plain = self.kind if self.source == "live" else f"{self.kind} ({self.source})"
        return _NAMES.get((self.kind, self.source), plain)


def feeds(arrivals: Iterable[Arrival], now: dt.datetime) -> list[Feed]:
    """Every feed among the arrivals, by market, kind and source. `now` is aware."""
    found: dict[tuple[str, str, str], list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        if now - LOOK_BACK <= arrival.at <= now:
            found[arrival.market, arrival.kind, arrival.source].append(arrival)
    return [_feed(sorted(found[key], key=lambda one: one.at), now) for key in sorted(found)]


def _feed(arrivals: Sequence[Arrival], now: dt.datetime) -> Feed:
    closing = [arrival for arrival in arrivals if arrival.closes]
    counted = closing or arrivals
    first, gap = counted[0], _gap([arrival.at for arrival in counted])
    identity = (first.market, first.kind, first.source, arrivals[-1].at)
    if gap is None:
        return Feed(*identity, None, None, is_overdue=False)
    due = (counted[-1].at + gap).astimezone(dt.UTC).date()
    if not closing:
        due = _usual_weekday(due, gap, arrivals)
        return Feed(*identity, gap, due, is_overdue=now.date() > due)
    missing = _missing_weeks(closing, due, gap, now.date())
    expected = min([due, *missing.values()])
    return Feed(*identity, gap, expected, is_overdue=bool(missing), missing=tuple(sorted(missing)))


def _gap(moments: Sequence[dt.datetime]) -> dt.timedelta | None:
    """The median time between deliveries (seconds), or None when there are too few of them."""
    apart = [later - earlier for earlier, later in pairwise(moments)]
    apart = [one for one in apart if one > TOGETHER]
    if len(apart) < ENOUGH - 1:
        return None
    return dt.timedelta(seconds=statistics.median(one.total_seconds() for one in apart))


def _usual_weekday(due: dt.date, gap: dt.timedelta, arrivals: Sequence[Arrival]) -> dt.date:
    """The first day from `due` on which a daily feed of at least two weeks has ever delivered."""
    if gap >= 2 * DAY or arrivals[-1].at - arrivals[0].at < 2 * WEEK:
        return due
    usual = {arrival.at.astimezone(dt.UTC).weekday() for arrival in arrivals}
    return next(day for day in (due + n * DAY for n in range(7)) if day.weekday() in usual)


def _missing_weeks(
    closing: Sequence[Arrival], due: dt.date, gap: dt.timedelta, today: dt.date
) -> dict[dt.date, dt.date]:
    """Monday -> the day it was expected, for each week that should be closed by now and is not."""
    ranges = [arrival.closes for arrival in closing if arrival.closes]
    closed = {since + n * DAY for since, until in ranges for n in range((until - since).days + 1)}
    newest = max(until for _, until in ranges)
    monday = weeks.monday_of(min(since for since, _ in ranges) + 6 * DAY)  # the first it began to close
    missing = {}
    while monday + 6 * DAY < today:
        if not all(monday + n * DAY in closed for n in range(7)):
            later = [one.at.date() for one in closing if one.closes and one.closes[0] > monday + 6 * DAY]
            expected = min(later) if later else due + max((monday - newest) // WEEK, 0) * gap
            if expected < today:
                missing[monday] = expected
        monday += WEEK
    return missing


def overdue(found: Sequence[Feed], now: dt.datetime) -> list[str]:
    """A sentence for each thing that is overdue, markets that lack the same together, oldest first."""
    lacking: dict[tuple[dt.date, str], list[str]] = defaultdict(list)
    for feed in found:
        if feed.is_overdue and feed.expected:
            lacking[feed.expected, _lacks(feed, now)].append(feed.market)
    everywhere = len({feed.market for feed in found})
    return [
        _("%(who)s: %(says)s") % {"who": _who(markets, everywhere), "says": says}
        for (_day, says), markets in sorted(lacking.items())
    ]


def _who(markets: Sequence[str], everywhere: int) -> str:
    if len(markets) == everywhere > _LISTED:
        return _("All %(number)s markets") % {"number": everywhere}
    return _joined(markets)


def _lacks(feed: Feed, now: dt.datetime) -> str:
    by = _("expected by %(day)s.") % {"day": day_words(feed.expected, now)} if feed.expected else ""
    if feed.missing:
        mondays = _joined([_week(monday, now) for monday in feed.missing])
        return _("no %(feed)s for %(weeks)s; %(by)s") % {"feed": _(feed.name), "weeks": mondays, "by": by}
    last = day_words(feed.last.astimezone(dt.UTC).date(), now)
    return _("no %(feed)s since %(day)s; %(by)s") % {"feed": _(feed.name), "day": last, "by": by}


def _week(monday: dt.date, now: dt.datetime) -> str:
    label = weeks.label(monday)
    return label if monday.isocalendar().year != now.isocalendar().year else label.partition("-")[2]


def day_words(day: dt.date, now: dt.datetime) -> str:
    """`Tue 17 Nov`, and the year where it is not this one."""
    return date_text(day, "D j M Y" if day.year != now.year else "D j M")


def _joined(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(words[:-1]), "last": words[-1]}
