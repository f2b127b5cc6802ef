"""What executives saw on any day, from the record alone: for now it is what the hub's own view says."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.access.policy import DEPARTMENTS
from governance.audit.past import entries, past, seen_at
from governance.audit.services import restore_accept
from governance.killswitch.services import shutoff_activate
from governance.models import Market, ScopeDecision, SignoffRequest
from governance.publication.services import publication_publish
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open, signature_withdraw
from metrics.recompute.selectors import vintages_of
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.past import reading_of, stored_weeks
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import DomainError, NotAllowedError
from tests import builders
from tests.builders import person
from tests.scale import scaled

pytestmark = pytest.mark.django_db
MARKET, OTHER = builders.SHOWN, builders.UNDECIDED


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


def standing() -> dict[str, tuple]:
    """What the hub's view says of each market now."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE otdr_hub")
        cursor.execute("SELECT markets FROM hub.page")
        found = cursor.fetchone()[0]
        cursor.execute("SET LOCAL ROLE otdr_app")
    markets = json.loads(found) if isinstance(found, str) else found
    return {
        row["code"]: (
            row["reason"], row["state"] or "", row["disclosure"] or "", tuple(row["signed_by"] or ()),
            row["since"] and dt.datetime.fromisoformat(row["since"]),
        )
        for row in markets
    }  # fmt: skip


def told(moment: dt.datetime) -> dict[str, tuple]:
    """The same from the record."""
    return {
        one.code: (one.reason, one.state, one.disclosure, one.signed_by, one.since)
        for one in seen_at(moment).markets
    }


def now() -> dt.datetime:
    return clock.now() + dt.timedelta(seconds=1)


def test_the_record_says_what_the_view_says_at_every_step(tmp_path):
    run, request = builders.asked(tmp_path)
    steps = [
        lambda: builders.sign(request, "finance"),
        lambda: builders.sign(request, "legal", "logistics"),
        lambda: publish(run),
        lambda: signature_withdraw(request=request, reason="Wait.", actor=person("legal")),
        lambda: builders.sign(request, "legal"),
        lambda: decide(run, "excluded", reason="Wrong."),
        lambda: decide(run, "certified"),
        lambda: builders.sign(ask(ScopeDecision.objects.last()), *DEPARTMENTS),
        lambda: publish(run),
        lambda: shutoff_activate(market=MARKET, category="other", reason="Why.", actor=person("dpm")),
        lambda: shutoff_activate(market="global", category="security", actor=person("dpm")),
    ]
    seen = []
    for step in steps:
        step()
        assert told(now()) == standing()
        seen.append((clock.now(), standing()))
    for at, was in seen:
        assert told(at) == was
    reasons = [was[MARKET][0] for _, was in seen]
    assert reasons == [
        "needs_signing", "undecided", None, "needs_signing", None, "excluded", "needs_signing",
        "needs_signing", None, "switched_off", "switched_off",
    ]  # fmt: skip
    assert seen_at(seen[0][0] - dt.timedelta(days=400)).markets == ()


def publish(run):
    return publication_publish(
        version=run.version,
        vintages=vintages_of(run),
        through=builders.WEEK,
        as_of=run.as_of,
        actor=person("dpm"),
    )


def decide(run, state, market=MARKET, **said):
    """A decision about a market, with what its state asks for."""
    ahead = clock.now().date() + dt.timedelta(days=30)
    words = {
        "certified": {},
        "known_issue": {
            "disclosure": "One feed was late.",
            "plan": "Fix it.",
            "owner": "Ops",
            "review_on": ahead,
        },
        "excluded": {"reason": "Wrong.", "owner": "Ops", "review_on": ahead},
    }[state]
    return scope_decide(
        market=Market.objects.get(pk=market), state=state, version=run.version,
        vintage=vintages_of(run)[market], through=builders.WEEK, effect=builders.effect_of(run, market),
        actor=person("dpm"), **words | said,
    )  # fmt: skip


def ask(decision):
    lines = [(decision.digest, "as decided")]
    return request_open(act="scope", summary="Decide", lines=lines, actor=person("dpm"))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["certified", "known_issue", "excluded", "ask", "sign", "withdraw", "publish", "off"]
        ),
        st.sampled_from([MARKET, OTHER]),
        st.sampled_from(DEPARTMENTS),
    ),
    max_size=14,
)


@given(acts=ACTS)
@settings(
    max_examples=scaled(8, 100), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_for_now_the_record_equals_the_view_whatever_happened(tmp_path_factory, acts):
    from django.db import transaction

    with transaction.atomic():
        run = builders.run_done(tmp_path_factory.mktemp("world"))
        builders.required("scope", *DEPARTMENTS)
        last = {}
        for act, market, role in acts:
            try:
                with transaction.atomic():
                    live(run, last, act, market, role)
            except DomainError:
                continue
        assert told(now()) == standing()
        transaction.set_rollback(True)


def live(run, last, act, market, role):
    """One act of a random history; what cannot be is refused by the services."""
    if act in ("certified", "known_issue", "excluded"):
        last[market] = decide(run, act, market)
    elif act == "ask" and market in last:
        ask(last[market])
    elif act in ("sign", "withdraw") and market in last:
        request = SignoffRequest.objects.filter(lines__digest=last[market].digest).last()
        if request and act == "sign":
            builders.sign(request, role)
        elif request:
            signature_withdraw(request=request, reason="No.", actor=person(role))
    elif act == "publish":
        publish(run)
    elif act == "off":
        shutoff_activate(market=market, category="other", actor=person("dpm"))


def test_the_numbers_are_those_executives_saw(tmp_path):
    builders.published(tmp_path)
    shown, at = read_hub(), clock.now()
    auditor = person("auditor")
    found = seen_at(at)
    same = reading_of(found, stored_weeks(found, auditor))
    assert same == replace(shown, epoch=0, read_at=at)
    shutoff_activate(market=MARKET, category="other", actor=person("dpm"))
    later = seen_at(at)
    assert reading_of(later, stored_weeks(later, auditor)) == same
    with pytest.raises(NotAllowedError):
        stored_weeks(found, person("dpm"))


def test_a_claimed_past_is_told_in_its_own_time(tmp_path):
    """A demonstration sets up accounts today and claims that the rest happened a week ago."""
    builders.required("scope", *DEPARTMENTS)
    claimed = clock.now() - dt.timedelta(days=7)
    with clock.at(claimed):
        builders.published(tmp_path)
    assert seen_at(claimed - dt.timedelta(hours=1)).publication is None
    then = seen_at(claimed + dt.timedelta(hours=1))
    assert then.publication is not None
    assert [one.reason for one in then.markets] == [None, "undecided"]
    shutoff_activate(market=MARKET, category="other", actor=person("dpm"))
    assert told(claimed + dt.timedelta(hours=1))[MARKET][0] is None
    assert told(now())[MARKET][0] == "switched_off"


def test_a_restore_that_was_accepted_switched_everything_off_in_the_past_too(tmp_path, settings):
    builders.published(tmp_path)
    settings.CHECKPOINT_DIR.mkdir(parents=True, exist_ok=True)
    (settings.CHECKPOINT_DIR / "checkpoints.jsonl").write_text(f'{{"seq":999,"hash":"{"f" * 64}"}}\n')
    before = clock.now()
    restore_accept(reason="The disk is gone.", actor=person("admin"))
    assert told(before)[MARKET][0] is None
    assert told(now()) == standing()
    assert told(now())[MARKET][0] == "switched_off"


def test_a_known_issue_ends_by_itself(tmp_path):
    run = builders.run_done(tmp_path)
    builders.required("scope", *DEPARTMENTS)
    builders.sign(ask(decide(run, "known_issue")), *DEPARTMENTS)
    publish(run)
    at = clock.now()
    rows = list(entries(at))
    assert past(rows, at).markets[0].disclosure == "One feed was late."
    assert past(rows, at + dt.timedelta(days=29)).markets[0].reason is None
    assert past(rows, at + dt.timedelta(days=31)).markets[0].reason == "excluded"
