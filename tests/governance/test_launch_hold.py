"""A fact lost after the decision holds the launch until the chair decides anew."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.services import system
from governance.decisions import gates
from governance.decisions.models import LaunchCheck
from governance.decisions.selectors import hold, is_due, is_held
from governance.decisions.services import launch_check
from governance.killswitch.services import shutoff_activate
from governance.launch.selectors import plan_of
from governance.launch.services import launch_plan
from governance.ledger.models import Entry
from governance.tasks import check_launches
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from tests import launches
from tests.builders import SHOWN, person
from tests.launches import decide, ready, seated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake")]


# The hold


def test_a_gate_lost_holds_until_the_chair_decides_anew(lake):
    launch = ready(lake)
    decision = decide(launch)
    assert launch_check(launch=launch, actor=person("dpm")).lost == ()
    assert not is_held(launch)
    shutoff_activate(market=SHOWN, category="data_quality", actor=person("admin"))
    check = launch_check(launch=launch, actor=person("data_engineer"))
    assert check.lost == ("switch",)
    assert "Nothing switched off: Something is switched off." in check.sentence
    assert (is_held(launch), hold(decision)) == (True, check)
    assert Entry.objects.filter(action="launch.held").count() == 1
    decide(launch, "block", reason="Off.")
    assert not is_held(launch)


def test_a_gate_open_at_the_decision_is_no_new_fact(lake):
    launch = ready(lake)
    decide(launch)
    assert launch_check(launch=launch, actor=system()).lost == ()


def test_a_gate_nobody_answers_any_more_is_lost(lake, monkeypatch):
    launch = ready(lake)
    decide(launch)
    monkeypatch.delitem(gates._gates, "engine")
    assert launch_check(launch=launch, actor=system()).lost == ("engine",)


def test_there_is_nothing_to_check_without_a_launch(lake):
    launch = ready(lake)
    for _ in range(2):
        with pytest.raises(ConflictError, match="nothing to check"):
            launch_check(launch=launch, actor=system())
        decide(launch, "block", reason="No.")
    with pytest.raises(NotAllowedError):
        launch_check(launch=launch, actor=person("finance"))


def test_at_its_time_every_launch_is_asked_once(lake):
    launch = ready(lake)
    decide(launch)
    moment = plan_of(launch).moment
    assert not is_due(launch, moment - dt.timedelta(seconds=1))
    check_launches()
    assert not LaunchCheck.objects.exists()
    with clock.at(moment):
        check_launches()
        check_launches()
    (check,) = LaunchCheck.objects.all()
    assert check.checked_by == system()


def test_a_launch_moved_is_due_at_its_new_time(lake):
    launch = ready(lake)
    decide(launch)
    before = plan_of(launch).moment
    plan = launch_plan(
        name=launch.name, review_on=launches.later(12), calendar=["US"], markets=[SHOWN, "BB"],
        reason="Moved.", actor=person("admin"),
    )  # fmt: skip
    assert not is_due(launch, before)
    assert is_due(launch, plan.moment)


# The database's own word


def _insert(table, **row):
    names = ", ".join(row)
    places = ", ".join(["%s"] * len(row))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO governance_{table} ({names}) VALUES ({places})", list(row.values()))


def verdict_row(launch, **changed):
    return {
        "launch_id": launch.pk, "seat": "legal", "person_id": person("legal").pk, "verdict": "go",
        "reason": "", "conditions": "[]", "appeals": False, "given_at": clock.now(),
    } | changed  # fmt: skip


def decision_row(launch, **changed):
    content = "{}"
    return {
        "launch_id": launch.pk, "kind": "block", "reason": "x", "content": content,
        "digest": digest.of_bytes(content.encode()), "decided_by_id": person("dpm").pk,
        "decided_at": clock.now(),
    } | changed  # fmt: skip


def test_verdicts_past_the_service_are_refused():
    launch = seated()
    cases = [
        ({"person_id": person("finance").pk}, "only its holder or acting deputy"),
        ({"person_id": system().pk}, "only its holder or acting deputy"),
        ({"seat": "dpm", "person_id": person("dpm").pk}, "gives no verdict"),
        ({"verdict": "no_go"}, "verdict_reason_unless_go"),
        ({"verdict": "go_with_conditions", "reason": "x"}, "conditions_where_go_depends"),
        ({"conditions": '[{"text":"x"}]'}, "conditions_where_go_depends"),
    ]
    for change, message in cases:
        with pytest.raises(DatabaseError, match=message):
            _insert("verdict", **verdict_row(launch, **change))
    _insert("verdict", **verdict_row(launch))


def test_decisions_past_the_service_are_refused(lake):
    launch = ready(lake)
    other = launch_plan(
        name="other", review_on=launches.later(), calendar=["US"], markets=[SHOWN], actor=person("admin")
    ).launch
    cases = [
        ({"decided_by_id": person("finance").pk}, "only the chair"),
        ({"decided_by_id": system().pk}, "only the chair"),
        ({"launch_id": other.pk}, "only the chair"),
        ({"reason": ""}, "decision_has_a_reason"),
        ({"digest": "0" * 64}, "fingerprint is of another content"),
        ({"supersedes_id": 999_999}, "of the same launch"),
    ]
    for change, message in cases:
        with pytest.raises(DatabaseError, match=message):
            _insert("launchdecision", **decision_row(launch, **change))
    decision = decide(launch)
    with pytest.raises(DatabaseError, match="one_first_decision"):
        _insert("launchdecision", **decision_row(launch))
    with pytest.raises(DatabaseError, match="a check is of a decision of the same launch"):
        _insert(
            "launchcheck", launch_id=other.pk, decision_id=decision.pk, gates="[]", held="[]",
            checked_by_id=person("dpm").pk, checked_at=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize("table", ["verdict", "launchdecision", "launchcheck"])
def test_rows_are_never_changed(lake, table):
    launch = ready(lake)
    decide(launch)
    launch_check(launch=launch, actor=system())
    for statement in (f"UPDATE governance_{table} SET id = 99", f"DELETE FROM governance_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
