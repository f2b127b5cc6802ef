"""What the chair did not know holds the launch: data that moved, a market decided otherwise, a worse gate."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.decisions import board, gates
from governance.decisions.gates import Gate, State
from governance.decisions.selectors import is_held
from governance.decisions.services import launch_check
from governance.models import Market, Publication
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open
from governance.tasks import check_launches
from metrics.events.services import batch_ingest
from metrics.recompute.models import Run
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib import clock
from tests import builders
from tests.builders import DEPARTMENTS, EVENTS, SHOWN, UNDECIDED, WEEK, csv_file, person
from tests.launches import decide, polled, ready, seated

pytestmark = pytest.mark.django_db
LATER = builders.AS_OF + dt.timedelta(days=7)
WORDS = {
    "certified": {},
    "excluded": {"reason": "data under investigation", "owner": "Ops"},
    "known_issue": {"disclosure": "One feed was late.", "plan": "Mend it.", "owner": "Ops"},
}


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    return tmp_path


def full(folder):
    """AA alone is the launch, certified and published, and all of it is decided for."""
    builders.published(folder)
    launch = polled(seated((SHOWN,)))
    decide(launch, "launch_full")
    assert checked(launch) == ()
    return launch


def checked(launch):
    return launch_check(launch=launch, actor=person("dpm")).lost


def decided(market, state, ends=30, signed=True):
    """A market decided anew on the same data, and signed by all."""
    run = Run.objects.get()
    ahead = clock.now().date() + dt.timedelta(days=ends) if state != "certified" else None
    decision = scope_decide(
        market=Market.objects.get(pk=market), state=state, version=run.version,
        vintage=vintages_of(run)[market], through=WEEK, effect=builders.effect_of(run, market),
        review_on=ahead, actor=person("dpm"), **WORDS[state],
    )  # fmt: skip
    if signed and state != "excluded":
        lines = [(decision.digest, market)]
        request = request_open(act=SCOPE, summary=market, lines=lines, actor=person("dpm"))
        builders.sign(request, *DEPARTMENTS)
    return decision


def corrected(folder):
    """The carrier corrects one of twelve deliveries, and it is computed again: 8.3 points."""
    row = (f"{SHOWN}-11-d", f"{SHOWN}-11", SHOWN, "delivered", "2025-11-05T12:00:00Z", "2025-11-18T02:00:00Z")
    path = csv_file(folder / "correction.csv", EVENTS, [row])
    batch_ingest(path=path, kind="events", actor=person("data_engineer"))
    version = Publication.objects.get().version
    run, _ = run_queue(version=version, as_of=LATER, actor=person("data_engineer"))
    run_execute(run=run, actor=person("data_engineer"))


def test_a_late_batch_that_moves_a_market_outside_its_guard_holds(lake):
    launch = full(lake)
    corrected(lake)
    check = launch_check(launch=launch, actor=person("dpm"))
    assert check.lost == ("guard",)
    assert "Data as signed: Newer data is outside of what was signed." in check.sentence
    (gate,) = [found.gate for found in gates.evaluate(launch) if found.name == "guard"]
    assert gate.lines == ("Aland: moved too far, needs signing again",)
    assert is_held(launch)


def test_at_its_time_the_launch_is_held_by_itself(lake):
    launch = full(lake)
    decided(SHOWN, "excluded")
    with clock.at(board.read(launch).plan.moment):
        check_launches()
    assert is_held(launch)


def test_a_market_excluded_after_a_full_launch_was_decided_holds(lake):
    launch = full(lake)
    decided(SHOWN, "excluded")
    check = launch_check(launch=launch, actor=person("dpm"))
    assert {"scope", "kind"} <= set(check.lost)
    assert "Aland may no longer be shown as decided." in check.sentence
    assert "“Launch full” could not be decided now. No priority market may be shown yet." in check.sentence


def test_a_market_made_a_known_issue_after_a_full_launch_was_decided_holds(lake):
    launch = full(lake)
    decided(SHOWN, "known_issue")
    check = launch_check(launch=launch, actor=person("dpm"))
    assert {"scope", "kind"} <= set(check.lost)
    assert "Aland was decided and signed anew." in check.sentence
    assert "Aland can only be shown with a disclosure." in check.sentence
    decide(launch, "launch_with_disclosure")
    assert not is_held(launch)
    assert checked(launch) == ()


def test_a_known_issue_that_expires_before_the_launch_holds(lake):
    builders.published(lake)
    decided(SHOWN, "known_issue", ends=5)
    launch = polled(seated((SHOWN,)))
    decide(launch, "launch_with_disclosure")
    assert checked(launch) == ()
    with clock.at(clock.now() + dt.timedelta(days=6)):
        assert {"scope", "kind"} <= set(checked(launch))


def test_a_market_that_may_be_shown_since_a_partial_launch_was_decided_holds(lake):
    launch = ready(lake)
    decide(launch)
    decided(UNDECIDED, "certified")
    check = launch_check(launch=launch, actor=person("dpm"))
    assert check.lost == ("scope", "kind")
    assert "Borduria may be shown now, and could not be then." in check.sentence


def test_a_market_not_shown_then_and_now_is_no_new_fact(lake):
    launch = ready(lake)
    decide(launch)
    decided(UNDECIDED, "excluded")
    assert checked(launch) == ()


@pytest.mark.parametrize(
    ("then", "now", "lost"),
    [
        (Gate(State.OPEN, "A.", about=("AA",)), Gate(State.OPEN, "A and B.", about=("AA", "BB")), True),
        (Gate(State.OPEN, "A.", about=("AA",)), Gate(State.OPEN, "B.", about=("BB",)), True),
        (Gate(State.OPEN, "A."), Gate(State.BLOCKED, "A is worse."), True),
        (
            Gate(State.OPEN, "A and B.", about=("AA", "BB")),
            Gate(State.OPEN, "Still B.", about=("BB",)),
            False,
        ),
        (Gate(State.BLOCKED, "A."), Gate(State.OPEN, "A is better."), False),
        (Gate(State.OPEN, "A.", about=("AA",)), gates.ok("Done."), False),
    ],
)
def test_anything_new_under_a_gate_that_was_open_holds(lake, monkeypatch, then, now, lost):
    launch = ready(lake)
    monkeypatch.setitem(gates._gates, "told", (99, "What is told", lambda _: then))
    decide(launch)
    monkeypatch.setitem(gates._gates, "told", (99, "What is told", lambda _: now))
    assert checked(launch) == (("told",) if lost else ())


def test_a_gate_asked_only_since_and_not_holding_is_new(lake, monkeypatch):
    launch = ready(lake)
    decide(launch)
    monkeypatch.setitem(gates._gates, "told", (99, "What is told", lambda _: Gate(State.OPEN, "No.")))
    assert checked(launch) == ("told",)
