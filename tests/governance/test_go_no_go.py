"""Go/no-go: gates, and verdicts that stay."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from governance.access.services import role_revoke, system
from governance.decisions import board, gates
from governance.decisions.models import Condition, Verdict
from governance.decisions.services import verdict_give
from governance.killswitch.services import shutoff_activate
from governance.launch.selectors import place
from governance.launch.services import seat_deputy
from metrics.audit.services import publication_rederive
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError
from tests import builders, launches
from tests.builders import SHOWN, person
from tests.launches import NO_GO, decide, ready, said, say, seated, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake")]


# Gates


def test_before_anything_is_done_nothing_is_ok_that_needs_doing():
    found = states(seated())
    assert found == {
        "definition": "blocked", "engine": "open", "markets": "open", "requirements": "blocked",
        "signatures": "open", "week": "open", "backfill": "open", "rederive": "open", "runs": "ok",
        "feeds": "ok", "switch": "ok", "guard": "open",
    }  # fmt: skip


def test_gates_say_what_is_missing(lake):
    launch = ready(lake)
    assert states(launch) == {
        "definition": "ok", "engine": "ok", "markets": "open", "requirements": "ok", "signatures": "ok",
        "week": "ok", "backfill": "open", "rederive": "open", "runs": "ok", "feeds": "ok", "switch": "ok",
        "guard": "ok",
    }  # fmt: skip
    assert said(launch, "markets").lines == ("Borduria: not decided",)
    assert said(launch, "backfill").lines == ("Aland, Borduria: 7 of 7 days not closed",)
    publication_rederive(publication=builders.Publication.objects.get(), markets=[], actor=system())
    assert said(launch, "rederive").state is gates.State.OK


def test_a_signature_missing_a_shutoff_and_another_engine_are_seen(lake, monkeypatch):
    builders.asked(lake)
    launch = seated((SHOWN,))
    assert said(launch, "signatures").lines == ("Aland: finance, legal, logistics",)
    shutoff_activate(market=SHOWN, category="legal_hold", actor=person("dpm"))
    assert said(launch, "switch").state is gates.State.BLOCKED
    assert "Aland: switched off since" in said(launch, "switch").lines[0]
    monkeypatch.setattr("metrics.gates.known.engine_digest", lambda: "another")
    assert said(launch, "engine").state is gates.State.BLOCKED


def test_signatures_nobody_can_give_are_seen(lake):
    builders.asked(lake)
    launch = seated((SHOWN,))
    role_revoke(user=person("legal"), role="legal", reason="Left.", actor=person("admin"))
    gate = said(launch, "requirements")
    assert gate.state is gates.State.BLOCKED
    assert gate.lines == ("AA: 1 of legal must sign, 0 can.",)


def test_what_differs_when_computed_again_blocks(lake):
    launch = ready(lake)
    path = next((lake / "lake" / "events").rglob("*.parquet"))
    path.write_bytes(b"x" * path.stat().st_size)
    publication_rederive(publication=builders.Publication.objects.get(), markets=[], actor=system())
    assert said(launch, "rederive").state is gates.State.BLOCKED


def test_a_run_nobody_finishes_is_seen(lake):
    run = builders.run_queued(lake)
    launch = seated()
    assert said(launch, "runs").state is gates.State.OK
    with clock.at(run.queued_at + dt.timedelta(hours=2)):
        assert said(launch, "runs").lines == (f"{run}, asked for {run.queued_at:%d %b %Y, %H:%M} UTC",)


def test_no_gate_prints_a_figure_of_a_market(lake):
    launch = ready(lake)
    words = " ".join(" ".join([found.gate.sentence, *found.gate.lines]) for found in gates.evaluate(launch))
    assert "%" not in words
    assert not re.search(r"\d+\.\d", words)


# Verdicts


def test_the_newest_verdict_of_a_seat_counts_and_the_earlier_one_stays():
    launch = seated()
    first = say(launch, "legal", "no_go")
    second = say(launch, "legal")
    assert board.newest_verdicts(launch) == {"legal": second}
    assert list(Verdict.objects.all()) == [first, second]
    assert first.reason == NO_GO


def test_conditions_have_words_and_a_day():
    launch = seated()
    given = say(launch, "finance", "go_with_conditions")
    assert given.asked == (Condition("Close the backfill", launches.later(2)),)


TOMORROW = clock.now().date() + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "maybe"}, "is no verdict"),
        ({"verdict": "no_go", "reason": " "}, "Give the reason"),
        ({"verdict": "no_go", "reason": "x" * 1001}, "room for 1000"),
        ({"verdict": "go_with_conditions", "reason": "x"}, "at least one condition"),
        ({"verdict": "go", "conditions": [Condition("x", TOMORROW)]}, "belong to"),
        (
            {"verdict": "go_with_conditions", "reason": "x", "conditions": [Condition(" ", TOMORROW)]},
            "1 to 200 characters",
        ),
        (
            {
                "verdict": "go_with_conditions",
                "reason": "x",
                "conditions": [Condition("x", dt.date(2020, 1, 1))],
            },
            "which is past",
        ),
        (
            {"verdict": "go_with_conditions", "reason": "x", "conditions": [Condition("x", TOMORROW)] * 11},
            "too many",
        ),
    ],
)
def test_a_verdict_that_cannot_be_used_is_said(change, message):
    launch = seated()
    with pytest.raises(InvalidInputError, match=message):
        verdict_give(launch=launch, seat="legal", actor=person("legal"), **change)
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    ("name", "seat", "message"),
    [
        ("finance", "legal", "legal speaks for Legal"),
        ("auditor", "legal", "legal speaks for Legal"),
        ("dpm", "dpm", "decides, and so gives no verdict"),
        ("legal", "ceo", "There is no seat"),
    ],
)
def test_only_who_sits_there_speaks(name, seat, message):
    launch = seated()
    with pytest.raises(NotAllowedError, match=message):
        verdict_give(launch=launch, seat=seat, verdict="go", actor=person(name))


def test_the_system_never_speaks():
    launch = seated()
    with pytest.raises(NotAllowedError, match="cannot speak"):
        verdict_give(launch=launch, seat="legal", verdict="go", actor=system())
    with pytest.raises(NotAllowedError, match="cannot speak"):
        decide(launch, "block", actor=system(), reason="x")


def test_a_deputy_speaks_in_their_own_name():
    launch = seated()
    deputy, today = person("legal-2", "legal"), clock.now().date()
    seat = place(launch, "legal").seat
    seat_deputy(seat=seat, deputy=deputy, since=today, until=today, reason="Ill.", actor=seat.holder)
    given = verdict_give(launch=launch, seat="legal", verdict="go", actor=deputy)
    assert given.person == deputy
    with clock.at(clock.now() + dt.timedelta(days=2)), pytest.raises(NotAllowedError):
        verdict_give(launch=launch, seat="legal", verdict="go", actor=deputy)
