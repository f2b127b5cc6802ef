"""What should have come, told from each feed's own past."""

from __future__ import annotations

import datetime as dt

import pytest

from metrics.events.rhythm import Arrival, feeds, overdue

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
# A Tuesday; the ISO week that ended two days before it is 2026-W46, 9 to 15 November.
TUESDAY = dt.datetime(2026, 11, 17, 4, 15, tzinfo=dt.UTC)


def daily(market="BR", kind="events", days=20, until=TUESDAY, skip=()):
    moments = (until - n * DAY for n in reversed(range(days)))
    return [Arrival(market, kind, "live", at) for at in moments if at.weekday() not in skip]


def backfills(market="BR", count=4, until=TUESDAY):
    """Each Tuesday, the week before it."""
    found = []
    for n in reversed(range(count)):
        at = until - n * WEEK
        monday = at.date() - 8 * DAY
        found.append(Arrival(market, "events", "backfill", at, (monday, monday + 6 * DAY)))
    return found


def said(arrivals, now):
    return overdue(feeds(arrivals, now), now)


def test_nothing_is_overdue_while_feeds_come_as_they_did():
    assert said(daily() + backfills(), TUESDAY + DAY) == []
    (backfill, live) = feeds(daily() + backfills(), TUESDAY)
    assert (live.gap, live.expected) == (DAY, dt.date(2026, 11, 18))
    assert (backfill.gap, backfill.expected) == (WEEK, dt.date(2026, 11, 24))


def test_a_week_without_its_backfill_is_named_with_the_day_it_was_expected():
    arrivals = backfills(until=TUESDAY - WEEK)
    assert said(arrivals, TUESDAY + dt.timedelta(hours=19)) == [], "the whole day is given"
    assert said(arrivals, TUESDAY + DAY) == ["BR: no backfill for W46; expected by Tue 17 Nov."]
    assert said(arrivals, TUESDAY + 2 * WEEK) == ["BR: no backfill for W46 and W47; expected by Tue 17 Nov."]


def test_a_week_left_out_in_the_middle_is_named_though_later_ones_came():
    arrivals = [one for one in backfills(count=6) if one.closes[0] != dt.date(2026, 10, 26)]
    assert said(arrivals, TUESDAY) == ["BR: no backfill for W44; expected by Tue 10 Nov."]


def test_a_week_closed_in_two_halves_is_closed():
    *rest, last = backfills()
    since, until = last.closes
    halves = [
        Arrival("BR", "events", "backfill", last.at, (since, since + 2 * DAY)),
        Arrival("BR", "events", "backfill", last.at, (since + 3 * DAY, until)),
    ]
    assert said([*rest, *halves], TUESDAY + DAY) == []


def test_a_daily_feed_that_stopped():
    assert said(daily(), TUESDAY + 2 * DAY) == [
        "BR: no live events since Tue 17 Nov; expected by Wed 18 Nov."
    ]


def test_markets_that_lack_the_same_are_one_sentence():
    arrivals = [one for market in ("US", "BR", "DE") for one in daily(market, "promises")]
    assert said(arrivals, TUESDAY + 2 * DAY) == [
        "BR, DE and US: no promises since Tue 17 Nov; expected by Wed 18 Nov."
    ]

    everybody = [one for market in ("AA", "BB", "CC", "DD") for one in daily(market, "promises")]
    assert said(everybody, TUESDAY + 2 * DAY) == [
        "All 4 markets: no promises since Tue 17 Nov; expected by Wed 18 Nov."
    ]


def test_a_feed_of_working_days_is_not_overdue_on_sunday():
    friday = TUESDAY - 4 * DAY
    arrivals = daily(until=friday, skip=(5, 6))
    assert said(arrivals, friday + 2 * DAY) == []
    assert said(arrivals, friday + 4 * DAY) == [
        "BR: no live events since Fri 13 Nov; expected by Mon 16 Nov."
    ]


def test_files_sent_in_pieces_are_one_delivery():
    pieces = [
        Arrival("BR", "events", "live", one.at + dt.timedelta(minutes=n)) for one in daily() for n in range(3)
    ]
    (feed,) = feeds(pieces, TUESDAY)
    assert round(feed.gap / DAY) == 1
    assert said(pieces, TUESDAY + DAY) == []


@pytest.mark.parametrize("arrivals", [[], daily(days=1), daily(days=2)])
def test_too_few_arrivals_have_no_rhythm(arrivals):
    assert said(arrivals, TUESDAY + 10 * DAY) == []
    assert all(feed.gap is None for feed in feeds(arrivals, TUESDAY))


def test_what_was_silent_for_long_has_ended_and_the_future_does_not_count():
    assert feeds(daily(), TUESDAY + 140 * DAY) == []
    assert len(feeds(daily(), TUESDAY - 18 * DAY)) == 1
    assert feeds(daily(), TUESDAY - 18 * DAY)[0].gap is None


def test_another_year_is_written_out():
    now = dt.datetime(2027, 1, 20, tzinfo=dt.UTC)
    assert said(daily(), now) == ["BR: no live events since Tue 17 Nov 2026; expected by Wed 18 Nov 2026."]
