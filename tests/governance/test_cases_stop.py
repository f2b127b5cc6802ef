"""What an open case stops: deciding to show, approving, new weeks. By the services and by SQL around them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.services import system
from governance.cases.services import case_evidence_freeze
from governance.cases.verdicts.services import case_resolve
from governance.models import Market, Publication
from governance.publication.services import publication_publish, publication_rollback
from governance.scope.services import scope_decide
from metrics.operator.following import continue_published
from metrics.recompute.models import Run
from metrics.recompute.selectors import vintages_of
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from tests import builders, cases
from tests.builders import WEEK, person
from tests.governance.test_guard import next_week, recomputed, shown

pytestmark = pytest.mark.django_db
NEXT = WEEK + dt.timedelta(days=7)
OPEN = r"Case C-0001 about AA from the week of 2025-11-03 on is open; resolve it first\."


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def refused_by_the_database(statement, parameters, match):
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def decide(run, **said):
    call = {
        "market": Market.objects.get(pk=builders.SHOWN), "state": "certified", "version": run.version,
        "vintage": vintages_of(run)[builders.SHOWN], "through": WEEK,
        "effect": builders.effect_of(run), "actor": person("dpm"),
    } | said  # fmt: skip
    return scope_decide(**call)


def end(case):
    frozen = cases.filed()
    case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer"))
    case_resolve(
        case=case,
        verdict="real_change",
        reason="A new hub.",
        assessment=frozen.assessment,
        actor=person("dpm"),
    )


def forge(line, role, signer, why=OPEN):
    refused_by_the_database(
        "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, signed_at,"
        " authenticated_at, reason, round) VALUES (%s, %s, %s, %s, 'approve', '', now(), now(), '', 0)",
        [line.pk, line.digest, role, signer.pk], why,
    )  # fmt: skip


def test_nothing_is_decided_to_be_shown_while_a_case_is_open(tmp_path):
    run, decision = builders.decided(tmp_path)
    case = cases.opened()
    with pytest.raises(ConflictError, match=OPEN):
        decide(run, disclosure="Again.")
    copied = (
        "INSERT INTO governance_scopedecision (market_id, breakout, value, state, version_id, vintage, through,"
        " disclosure, guard, reason, plan, owner, effect, digest, decided_by_id, decided_at)"
        " SELECT market_id, breakout, value, state, version_id, vintage, through, disclosure, guard, reason, plan,"
        " owner, effect, digest, decided_by_id, decided_at FROM governance_scopedecision WHERE id = %s"
    )
    refused_by_the_database(copied, [decision.pk], OPEN)
    # To exclude is no certification; that stays possible, and a resolved case stops nothing.
    ahead = clock.now().date() + dt.timedelta(days=7)
    assert decide(run, state="excluded", reason="Under investigation.", owner="DPM", review_on=ahead)
    end(case)
    assert decide(run, disclosure="Again.")


def test_earlier_weeks_and_other_markets_are_not_stopped(tmp_path):
    run, _ = builders.decided(tmp_path)
    cases.opened(first_week=NEXT, last_week=NEXT)
    cases.opened(builders.UNDECIDED)
    assert decide(run, disclosure="Again.")


def test_a_signer_may_ask_or_reject_but_not_approve_while_a_case_is_open(tmp_path):
    _, request = builders.asked(tmp_path)
    case = cases.opened()
    with pytest.raises(ConflictError, match=OPEN):
        builders.answer(request, "finance", person("finance"))
    with pytest.raises(ConflictError, match=OPEN):
        builders.answer(request, "finance", person("finance"), "except", "But.")
    forge(request.lines.get(), "finance", person("finance"))
    builders.answer(request, "legal", person("legal"), "ask", "What of C-0001?")
    end(case)
    builders.answer(request, "finance", person("finance"))


def test_whoever_resolved_a_case_of_the_scope_does_not_sign_it(tmp_path):
    _, request = builders.asked(tmp_path)
    person("other", "dpm", "finance")
    case = cases.opened()
    frozen = cases.filed()
    case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer"))
    resolver = person("other")
    case_resolve(
        case=case, verdict="real_change", reason="A hub.", assessment=frozen.assessment, actor=resolver
    )
    with pytest.raises(NotAllowedError, match="is signed by others"):
        builders.answer(request, "finance", resolver)
    forge(request.lines.get(), "finance", resolver, "whoever resolved a case")
    builders.answer(request, "finance", person("finance"))


def test_a_resolver_of_another_market_signs(tmp_path):
    _, request = builders.asked(tmp_path)
    resolver = person("other", "dpm", "finance")
    case = cases.opened(builders.UNDECIDED)
    case_resolve(case=case, verdict="undetermined", reason="x", actor=resolver)
    builders.answer(request, "finance", resolver)


def publish(run, through=WEEK):
    return publication_publish(
        version=run.version, vintages=vintages_of(run), through=through, as_of=run.as_of,
        actor=person("dpm"),
    )  # fmt: skip


def test_nothing_signed_before_is_published_while_a_case_is_open(tmp_path):
    run = builders.signed(tmp_path)
    case = cases.opened()
    with pytest.raises(ConflictError, match="No market is certified for these vintages"):
        publish(run)
    end(case)
    assert publish(run).lines.get(market="AA").decision


def test_what_is_published_stays_and_is_published_again_as_it_is(tmp_path):
    first = builders.published(tmp_path)
    cases.opened()
    again = publish(Run.objects.get())
    assert again.lines.get(market="AA").decision == first.lines.get(market="AA").decision
    assert not again.lines.get(market="AA").is_held
    assert shown() == (None, [(11, 12)])


def test_a_new_week_waits_until_the_case_is_resolved(tmp_path):
    first = builders.published(tmp_path)
    case = cases.opened()
    next_week(tmp_path)
    run = recomputed(first)
    assert continue_published(actor=system()) is None
    held = publish(run, NEXT).lines.get(market="AA")
    assert (held.is_held, held.through, held.vintage) == (True, WEEK, first.lines.get(market="AA").vintage)
    end(case)
    assert publish(run, NEXT).lines.get(market="AA").through == NEXT


def test_the_database_takes_no_line_of_other_data_than_was_published(tmp_path):
    first = builders.published(tmp_path)
    cases.opened()
    line = first.lines.get(market="AA")
    again = Publication.objects.create(
        number=2, digest="d" * 64, content="{}", version=first.version, through=first.through,
        as_of=first.as_of, published_by=person("dpm"), published_at=clock.now(),
    )  # fmt: skip
    insert = (
        "INSERT INTO governance_publicationline (publication_id, market_id, breakout, value, vintage, decision,"
        " through, as_of, is_held) VALUES (%s, 'AA', '-', '-', %s, %s, %s, now(), false)"
    )
    refused_by_the_database(insert, [again.number, line.vintage, line.decision, NEXT], OPEN)
    refused_by_the_database(insert, [again.number, "f" * 64, line.decision, line.through], OPEN)
    with connection.cursor() as cursor:
        cursor.execute(insert, [again.number, line.vintage, line.decision, line.through])


def test_a_rollback_to_what_was_published_is_no_new_week(tmp_path):
    first = builders.published(tmp_path)
    next_week(tmp_path)
    publish(recomputed(first), NEXT)
    cases.opened()
    back = publication_rollback(publication=first, reason="The new week is doubted.", actor=person("dpm"))
    assert back.lines.get(market="AA").through == WEEK
