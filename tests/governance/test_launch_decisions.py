"""Decisions on exactly what was seen, superseded and never edited; and a hold by a new fact."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from governance.audit.review import review
from governance.decisions import board
from governance.decisions.models import LaunchDecision
from governance.decisions.selectors import in_force, superseded
from governance.decisions.services import launch_check
from governance.killswitch.services import shutoff_activate
from governance.launch.seats import CHAIR
from governance.launch.selectors import place
from governance.launch.services import seat_deputy
from governance.ledger.models import Entry
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, NotAllowedError
from tests import builders, launches
from tests.builders import SHOWN, person
from tests.launches import ADVISERS, NO_GO, decide, polled, ready, say, seated, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake")]


# Decisions


def test_the_chair_decides_and_everything_it_rests_on_is_kept(lake):
    launch = polled(ready(lake), {"logistics": "no_go"})
    decision = decide(launch)
    assert in_force(launch) == decision
    assert decision.digest == digest.of_bytes(decision.content.encode())
    kept = decision.seen["board"]
    assert {item["name"]: item["state"] for item in kept["gates"]} == states(launch)
    assert [one["reason"] for one in kept["verdicts"] if one["verdict"] == "no_go"] == [NO_GO]
    assert [(one["market"], one["state"], one["signed"]) for one in kept["scope"]] == [
        ("AA", "certified", True), ("BB", "undecided", False),
    ]  # fmt: skip
    assert "%" not in decision.content


def test_an_open_gate_is_named_in_the_reason(lake):
    launch = ready(lake)
    with pytest.raises(InvalidInputError, match="Markets decided, Backfill closed, Numbers re-derive"):
        decide(launch, reason="We go.")
    with pytest.raises(InvalidInputError, match="Give the reason"):
        decide(launch, reason=" ")
    assert decide(launch, "block", reason="Not now.").kind == "block"


def test_only_the_chair_decides(lake):
    launch = ready(lake)
    for seat in ADVISERS:
        with pytest.raises(NotAllowedError, match=r"dpm speaks for DPM \(chair\)"):
            decide(launch, actor=launches.holder(seat))


def test_the_chairs_deputy_decides_while_it_lasts(lake):
    launch = ready(lake)
    deputy, today = person("dpm-2", "dpm"), clock.now().date()
    seat = place(launch, CHAIR).seat
    seat_deputy(seat=seat, deputy=deputy, since=today, until=today, reason="Ill.", actor=seat.holder)
    assert decide(launch, actor=deputy).decided_by == deputy
    with clock.at(clock.now() + dt.timedelta(days=2)), pytest.raises(NotAllowedError):
        decide(launch, "block", actor=deputy)


def test_a_launch_waits_for_every_seat_and_a_block_does_not(lake):
    builders.published(lake)
    launch = seated()
    for seat in ADVISERS[2:]:
        say(launch, seat)
    with pytest.raises(ConflictError, match="Finance and Legal have given no verdict yet"):
        decide(launch)
    assert decide(launch, "block").kind == "block"


def test_a_launch_needs_the_three_departments_seated(lake):
    builders.published(lake)
    launch = launches.planned()
    launches.seat_give(launch=launch, name=CHAIR, holder=person("dpm"), actor=person("admin"))
    with pytest.raises(ConflictError, match="Nobody holds the seat Finance, Legal and Logistics"):
        decide(launch)


@pytest.mark.parametrize(
    ("markets", "kind", "message"),
    [
        ((SHOWN, builders.UNDECIDED), "launch_full", "Borduria may not be shown"),
        ((SHOWN,), "launch_partial", "this is no partial launch"),
        ((SHOWN,), "launch_with_disclosure", "No priority market is a known issue"),
        ((builders.UNDECIDED,), "launch_partial", "No priority market may be shown yet"),
    ],
)
def test_a_kind_that_is_not_open_says_why(lake, markets, kind, message):
    builders.published(lake)
    launch = polled(seated(markets))
    with pytest.raises(ConflictError, match=message):
        decide(launch, kind)


def test_all_markets_shown_is_a_full_launch(lake):
    builders.published(lake)
    launch = polled(seated((SHOWN,)))
    assert decide(launch, "launch_full").kind == "launch_full"
    with pytest.raises(InvalidInputError, match="is no decision"):
        decide(launch, "launch_all")


def test_a_decision_is_on_what_was_seen(lake):
    launch = ready(lake)
    seen = board.read(launch).digest
    say(launch, "legal", "no_go")
    with pytest.raises(MovedError, match="has changed since"):
        decide(launch, seen=seen)
    seen = board.read(launch).digest
    shutoff_activate(market=SHOWN, category="other", actor=person("admin"))
    with pytest.raises(MovedError, match="has changed since"):
        decide(launch, seen=seen)
    assert not LaunchDecision.objects.exists()


def test_superseded_never_edited(lake):
    launch = ready(lake)
    seen = board.read(launch).digest
    first = decide(launch)
    with pytest.raises(MovedError, match="has changed since"):
        decide(launch, "block", seen=seen)
    second = decide(launch, "block", reason="New evidence.")
    assert (in_force(launch), superseded(launch)) == (second, [first])
    assert second.seen["supersedes"] == first.digest


def test_the_ledger_and_the_tables_agree(lake):
    launch = polled(ready(lake), {"legal": "go_with_conditions"})
    decide(launch)
    shutoff_activate(market=SHOWN, category="other", actor=person("admin"))
    launch_check(launch=launch, actor=person("dpm"))
    assert review().difference is None
    stated = json.loads(Entry.objects.get(action="decision.made").payload)["facts"]["launch_decisions"]
    assert next(iter(stated.values()))["digest"] == in_force(launch).digest
