"""The launch: business days, plans that are planned anew, seats, and who speaks for an absent holder."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from governance.access.services import role_revoke, system
from governance.launch import days, selectors
from governance.launch.models import LaunchPlan, Seat, SeatDeputy
from governance.launch.services import launch_plan, seat_deputy, seat_give
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders, launches
from tests.builders import person

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def friday():
    with clock.at(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)):
        yield


def plan(**changed):
    builders.two_markets()
    given = {
        "name": "QBR", "review_on": dt.date(2026, 12, 4), "calendar": ["US"], "markets": ["AA"],
        "actor": person("admin"),
    }  # fmt: skip
    return launch_plan(**given | changed)


def test_weekends_and_holidays_are_no_business_days():
    left = days.left(TODAY, dt.date(2026, 12, 4), ["US"])
    assert left.days == 9
    assert left.skipped == (days.Skipped(dt.date(2026, 11, 26), (("US", "Thanksgiving Day"),)),)
    assert days.left(TODAY, dt.date(2026, 12, 4), ["DE"]).days == 10
    assert days.left(TODAY, dt.date(2026, 11, 19), ["US"]) == days.Left(0, ())


def test_a_holiday_of_any_country_counts_and_is_named_once_a_country():
    left = days.left(dt.date(2026, 12, 23), dt.date(2026, 12, 28), ["US", "DE"])
    assert [(item.day.day, [country for country, _ in item.names]) for item in left.skipped] == [
        (25, ["US", "DE"])
    ]
    assert left.days == 2


def test_days_before_and_after_agree():
    assert days.after(TODAY, 9, ["US"]) == dt.date(2026, 12, 4)
    assert days.before(dt.date(2026, 12, 4), 9, ["US"]) == TODAY
    assert days.before(dt.date(2026, 11, 29), 0, ["US"]) == dt.date(2026, 11, 27)


def test_a_plan_says_when_everything_is_certified():
    found = plan(certify_days=6, starts_at=dt.time(14))
    assert selectors.certify_by(found) == dt.date(2026, 11, 25)
    assert found.moment == dt.datetime(2026, 12, 4, 14, tzinfo=dt.UTC)
    assert selectors.business_days_left(found).days == 9
    assert selectors.current() == found.launch


def test_planned_anew_the_newest_plan_counts_and_the_older_one_stays():
    first = plan()
    with pytest.raises(InvalidInputError, match="needs its reason"):
        plan(review_on=dt.date(2026, 12, 7))
    second = plan(review_on=dt.date(2026, 12, 7), reason="The board meets on Monday.")
    assert second.launch == first.launch
    assert selectors.plan_of(first.launch) == second
    assert list(LaunchPlan.objects.all()) == [first, second]
    with pytest.raises(ConflictError, match="just like that already"):
        plan(review_on=dt.date(2026, 12, 7), reason="Again.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "a name"),
        ({"calendar": []}, "at least one"),
        ({"calendar": ["US", "US"]}, "each country once"),
        ({"calendar": ["QQ"]}, "holidays of QQ are not known"),
        ({"markets": []}, "at least one"),
        ({"markets": ["AA", "ZZ"]}, "There is no market ZZ"),
        ({"certify_days": 31}, "0 to 30"),
        ({"review_on": dt.date(2026, 11, 19)}, "is past"),
        ({"review_on": dt.date(2026, 11, 26)}, "Thanksgiving Day .US.. The one before is 2026-11-25"),
        ({"review_on": dt.date(2026, 11, 28)}, "it is a Saturday"),
        ({"reason": "x" * 301}, "room for 300"),
    ],
)
def test_what_cannot_be_planned_is_said(change, said):
    with pytest.raises(InvalidInputError, match=said):
        plan(**change)


@pytest.mark.parametrize("name", ["finance", "data_engineer", "auditor"])
def test_others_plan_nothing_and_seat_nobody(name):
    launch = plan().launch
    with pytest.raises(NotAllowedError):
        plan(name="other", actor=person(name))
    with pytest.raises(NotAllowedError):
        seat_give(launch=launch, name="legal", holder=person("legal"), actor=person(name))
    with pytest.raises(NotAllowedError, match="A system account"):
        plan(name="other", actor=system())


def test_a_seat_takes_its_role():
    launch = plan().launch
    with pytest.raises(InvalidInputError, match="takes the role legal; finance lacks it"):
        seat_give(launch=launch, name="legal", holder=person("finance"), actor=person("admin"))
    with pytest.raises(InvalidInputError, match="There is no seat 'ceo'"):
        seat_give(launch=launch, name="ceo", holder=person("finance"), actor=person("admin"))
    with pytest.raises(InvalidInputError, match="cannot hold a seat"):
        seat_give(launch=launch, name="legal", holder=system(), actor=person("admin"))
    with pytest.raises(NotAllowedError, match="to themself"):
        seat_give(launch=launch, name="dpm", holder=person("dpm"), actor=person("dpm"))


def test_one_person_has_one_seat():
    launch = plan().launch
    both = person("both", "bizops", "legal")
    seat_give(launch=launch, name="legal", holder=both, actor=person("admin"))
    with pytest.raises(ConflictError, match="speaks for Legal already"):
        seat_give(launch=launch, name="bizops", holder=both, actor=person("admin"))
    with pytest.raises(ConflictError, match="holds the seat Legal already"):
        seat_give(launch=launch, name="legal", holder=both, actor=person("admin"))


def test_a_seat_given_again_leaves_the_older_row():
    launch = launches.seated()
    seat_give(launch=launch, name="legal", holder=person("legal-2", "legal"), actor=person("dpm"))
    assert selectors.place(launch, "legal").holder == person("legal-2")
    assert launch.seats.filter(name="legal").count() == 2


def named(seat, since=TODAY, until=TODAY, **changed):
    given = {"deputy": person("finance-2", "finance"), "reason": "On leave.", "actor": seat.holder}
    return seat_deputy(seat=seat, since=since, until=until, **given | changed)


def test_a_deputy_speaks_from_day_to_day():
    launch = launches.seated()
    seat = selectors.place(launch, "finance").seat
    named(seat, TODAY, TODAY + dt.timedelta(days=3))
    deputy = person("finance-2")
    assert selectors.place(launch, "finance").may_speak(deputy)
    assert selectors.seats_of(launch, deputy) == (selectors.place(launch, "finance"),)
    for day in (TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=4)):
        on_that_day = next(one for one in selectors.places(launch, day) if one.name == "finance")
        assert not on_that_day.may_speak(deputy)
        assert on_that_day.may_speak(seat.holder)


def test_nobody_ends_a_deputyship_and_a_new_holder_begins_without():
    launch = launches.seated()
    seat = selectors.place(launch, "finance").seat
    named(seat)
    named(seat, deputy=None, reason="Back again.")
    assert selectors.place(launch, "finance").deputy is None
    named(seat)
    seat_give(launch=launch, name="finance", holder=person("finance-3", "finance"), actor=person("admin"))
    assert selectors.place(launch, "finance").deputy is None
    with pytest.raises(ConflictError, match="no longer holds the seat"):
        named(seat)


def test_who_cannot_stand_in():
    launch = launches.seated()
    seat = selectors.place(launch, "finance").seat
    cases = [
        ({"deputy": person("legal")}, InvalidInputError, "takes the role finance; legal lacks it"),
        ({"deputy": seat.holder}, InvalidInputError, "for themself"),
        ({"deputy": system()}, InvalidInputError, "cannot stand in"),
        ({"until": TODAY - dt.timedelta(days=1)}, InvalidInputError, "on or after"),
        ({"reason": " "}, InvalidInputError, "Give a reason"),
        ({"actor": person("dpm")}, NotAllowedError, "takes the role admin"),
    ]
    for change, error, said in cases:
        with pytest.raises(error, match=said):
            named(seat, **change)
    named(seat, actor=person("admin"))
    assert SeatDeputy.objects.count() == 1


def test_who_lost_the_role_no_longer_speaks():
    launch = launches.seated()
    role_revoke(user=person("legal"), role="legal", reason="Left.", actor=person("admin"))
    answer = selectors.place(launch, "legal").may_speak(person("legal"))
    assert answer.reason == "legal no longer holds the role legal."


def test_the_database_seats_only_who_holds_the_role():
    launch = launches.seated()
    row = (
        "INSERT INTO governance_seat (launch_id, name, role, holder_id, given_by_id, given_at)"
        " VALUES (%s, %s, %s, %s, %s, now())"
    )
    ids = {name: person(name).pk for name in ("admin", "finance", "legal", "dpm")} | {"system": system().pk}
    wrong = [
        ("legal", "legal", "finance", "admin", "takes the role"),
        ("legal", "finance", "finance", "admin", "does not take the role"),
        ("legal", "legal", "legal", "legal", "themself"),
        ("legal", "legal", "legal", "finance", "by an admin or the DPM"),
        ("legal", "legal", "system", "admin", "takes the role"),
        ("dpm", "dpm", "dpm", "system", "by an admin or the DPM"),
    ]
    for name, role, holder, giver, said in wrong:
        with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(row, [launch.pk, name, role, ids[holder], ids[giver]])
    seat = selectors.place(launch, "finance").seat
    deputy = (
        "INSERT INTO governance_seatdeputy (seat_id, deputy_id, since, until, reason, named_by_id, named_at)"
        " VALUES (%s, %s, '2026-11-20', '2026-11-20', 'x', %s, now())"
    )
    for who, by, said in [
        ("legal", "finance", "somebody else who holds the role finance"),
        ("finance", "finance", "somebody else"),
        ("legal", "dpm", "by the holder or an admin"),
    ]:
        with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(deputy, [seat.pk, ids[who], ids[by]])


@pytest.mark.parametrize("table", ["launch", "launchplan", "seat", "seatdeputy"])
def test_rows_are_never_changed(table):
    launch = launches.seated()
    named(selectors.place(launch, "finance").seat)
    for statement in (f"UPDATE governance_{table} SET id = 99", f"DELETE FROM governance_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def command(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("launch", *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return out.getvalue(), int(ended.code or 0)
    return out.getvalue(), 0


def test_the_command_plans_seats_and_shows():
    builders.two_markets()
    for name in ("admin", "finance"):
        person(name)
    person("finance-2", "finance")
    where = ("--calendar", "us,de", "--markets", "AA,BB", "--at", "14:00", "--as", "admin")
    text, code = command("plan", "QBR", "--review-on", "2026-12-04", *where)
    assert code == 0
    assert "Fri 04 Dec 2026, 14:00 UTC, 9 business days left" in text
    assert "Thu 26 Nov, Thanksgiving Day (US)" in text
    assert command("seat", "finance", "finance", "--as", "admin") == ("Finance is held by finance.\n", 0)
    words = ("--until", "2026-11-23", "--reason", "On leave.", "--as", "finance")
    assert command("deputy", "finance", "finance-2", *words)[1] == 0
    shown = json.loads(command("show", "--json")[0])
    assert shown["certify_by"] == "2026-12-02"
    finance = next(item for item in shown["seats"] if item["seat"] == "finance")
    assert finance == {"seat": "finance", "holder": "finance", "deputy_today": "finance-2"}
    assert shown["holidays"] == [{"day": "2026-11-26", "names": {"US": "Thanksgiving Day"}}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show"], "No launch is planned yet"),
        (["show", "QBR"], "There is no launch 'QBR'"),
        (["seat", "legal", "nobody-known"], "No launch is planned yet"),
        (["check"], "No launch is planned yet"),
    ],
)
def test_the_command_says_why_not(arguments, said):
    text, code = command(*arguments)
    assert said in text
    assert code == 1


def test_seats_and_roles_match():
    assert {seat.role for seat in launches.seated().seats.all()} == {
        "dpm", "finance", "legal", "logistics", "bizops", "data_engineer", "data_owner",
    }  # fmt: skip
    assert Seat.objects.count() == 7
