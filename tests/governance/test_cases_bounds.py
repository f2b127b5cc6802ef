"""Which weeks a case may be about: those with data to look into, by the service and by the table itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.cases.models import Case
from governance.models import Entry
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import InvalidInputError
from tests import builders, cases
from tests.builders import person

pytestmark = pytest.mark.django_db
SUNDAY_NIGHT = dt.datetime(2025, 11, 9, 22, 30, tzinfo=dt.UTC)  # Monday already where AA's parcels arrive


@pytest.mark.parametrize("week", ["9999-W52", "0001-W01", "1999-W52", "2030-W01"])
def test_a_week_nobody_has_data_of_is_refused_and_nothing_is_written(week):
    builders.two_markets()
    person("dpm")
    before = Entry.objects.count()
    monday = weeks.parse(week)
    with pytest.raises(InvalidInputError, match="between 2000 and the current week"):
        cases.by_hand(first_week=monday, last_week=monday)
    with pytest.raises(InvalidInputError, match="between 2000 and the current week"):
        cases.by_hand(first_week=min(monday, cases.WEEK), last_week=max(monday, cases.WEEK))
    assert (Case.objects.count(), Entry.objects.count()) == (0, before)


def test_the_current_week_is_the_one_where_the_parcels_arrive():
    builders.two_markets()
    person("dpm")
    monday = dt.date(2025, 11, 10)
    with clock.at(SUNDAY_NIGHT):
        assert cases.by_hand(first_week=monday, last_week=monday).first_week == monday
        with pytest.raises(InvalidInputError, match="current week"):
            cases.by_hand(first_week=dt.date(2025, 11, 17), last_week=dt.date(2025, 11, 17))
    with clock.at(SUNDAY_NIGHT - dt.timedelta(hours=1)), pytest.raises(InvalidInputError, match="current"):
        cases.by_hand(builders.UNDECIDED, first_week=monday, last_week=monday)


@pytest.mark.parametrize(("first", "last"), [("9999-12-27", "9999-12-27"), ("0001-01-01", "2025-11-03")])
def test_the_table_takes_no_week_a_page_could_not_print(first, last):
    builders.two_markets()
    with (
        pytest.raises(DatabaseError, match="case_weeks_in_calendar"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO governance_case (number, market_id, breakout, value, first_week, last_week, origin,"
            " signal, title, opened_by_id, opened_at)"
            " VALUES (1, 'AA', '-', '-', %s, %s, 'person', '', 'x', %s, now())",
            [first, last, person("dpm").pk],
        )
