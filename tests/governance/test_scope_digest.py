"""A decision's digest is that of its content, in the database too: nothing else comes in under what was signed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.models import Market, ScopeDecision
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.selectors import stands
from governance.signoffs.services import request_open
from metrics.recompute.selectors import vintages_of
from otdr_hub.hub.guarded import read_hub
from tests import builders
from tests.builders import DEPARTMENTS, SHOWN, UNDECIDED, WEEK, person
from tests.governance import races

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
AWKWARD = 'Tab\t, line\n, "quotes", back\\slash, \x01, \x1f, \x7f, /, \u2028, é, 東, 😀, {"a":1}'
COLUMNS = (
    "market_id", "breakout", "value", "state", "version_id", "vintage", "through", "disclosure", "guard",
    "reason", "review_on", "plan", "owner", "effect", "digest", "decided_by_id", "decided_at",
)  # fmt: skip
CHANGES = {
    "disclosure": "All is well.", "guard": '{"max_drift_points":"99"}', "reason": "Other.", "plan": "None.",
    "owner": "Nobody", "state": "known_issue", "review_on": dt.date(2099, 1, 1), "market_id": UNDECIDED,
    "vintage": "0" * 64, "through": WEEK + dt.timedelta(weeks=1), "effect": "0" * 64,
}  # fmt: skip


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def again(decision: ScopeDecision, **changed: object) -> None:
    """The row once more by SQL, as the application's role, with other values in some columns."""
    values = {name: getattr(decision, name) for name in COLUMNS} | changed
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("otdr_app",)
        cursor.execute(
            f"INSERT INTO governance_scopedecision ({names}) VALUES ({places})", list(values.values())
        )


@pytest.mark.parametrize("column", CHANGES)
def test_no_other_content_comes_in_under_a_signed_digest(lake, column):
    builders.published(lake)
    decision = ScopeDecision.objects.get()
    before = read_hub()
    with pytest.raises(DatabaseError, match=r"not that of its content|without its effect table"):
        again(decision, **{column: CHANGES[column]})
    assert ScopeDecision.objects.count() == 1
    assert read_hub().markets == before.markets


def test_the_same_content_comes_again_and_nothing_changes(lake):
    builders.published(lake)
    decision = ScopeDecision.objects.get()
    again(decision)
    assert ScopeDecision.objects.filter(digest=decision.digest).count() == 2
    assert [one.code for one in read_hub().markets] == [SHOWN]


def test_what_was_signed_before_there_was_a_decision_certifies_none(lake):
    _, decision = builders.decided(lake)
    builders.required(SCOPE, *DEPARTMENTS)
    request = request_open(act=SCOPE, summary="?", lines=[("a" * 64, "AA")], actor=person("dpm"))
    builders.sign(request, *DEPARTMENTS)
    assert stands(SCOPE, "a" * 64)
    with pytest.raises(DatabaseError, match="not that of its content"):
        again(decision, digest="a" * 64)


@pytest.mark.parametrize("words", [AWKWARD, ""])
def test_service_database_and_races_agree_on_the_digest_of_any_text(lake, words):
    run = builders.run_done(lake)
    call = {"disclosure": words, "reason": words, "plan": words, "owner": words[:99]}
    decision = scope_decide(
        market=Market.objects.get(pk=SHOWN), state="known_issue" if words else "certified", version=run.version,
        vintage=vintages_of(run)[SHOWN], through=WEEK, effect=builders.effect_of(run), actor=person("dpm"),
        review_on=dt.date(2099, 1, 1) if words else None, guard={"max_drift_points": "0.5"}, **call,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(races.CONTENTS, [decision.digest])
        ((content,),) = cursor.fetchall()
    assert races.digest_of(content) == decision.digest
    assert races.digest_of(content.replace("AA", "BB", 1)) != decision.digest
