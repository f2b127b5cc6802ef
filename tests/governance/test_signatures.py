"""Answers line by line, taken back and given again; requirements that change only as signed; silence."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.services import role_grant, system
from governance.models import Entry, Requirement, Signature, SignoffRequest, Withdrawal
from governance.requirements.services import requirement_propose
from governance.scope.services import ACT as SCOPE
from governance.signoffs.selectors import in_force, missing_roles, stands, waiting_for
from governance.signoffs.services import (
    LineAnswer,
    request_escalate,
    request_open,
    request_sign,
    signature_withdraw,
)
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import person

pytestmark = pytest.mark.django_db
LINES = [("a" * 64, "AA, certified"), ("b" * 64, "BB, certified"), ("c" * 64, "CC, certified")]


@pytest.fixture
def request_of_three() -> SignoffRequest:
    builders.required(SCOPE, "finance", "legal", "logistics")
    return request_open(act=SCOPE, summary="Three markets", lines=LINES, actor=person("dpm"))


def give(request, role, answers, *, signer=None, at=None):
    return request_sign(
        request=request, role=role, answers=answers, statement="I saw it.",
        authenticated_at=at or clock.now(), actor=signer or person(role),
    )  # fmt: skip


def all_of(request, verdict="approve", reason=""):
    return {line.digest: LineAnswer(verdict, reason) for line in request.lines.all()}


def test_one_act_signs_all_lines_with_one_entry(request_of_three):
    before = Entry.objects.count()
    give(request_of_three, "finance", all_of(request_of_three))
    assert Entry.objects.count() == before + 1
    assert Signature.objects.filter(role="finance").count() == 3


def test_each_line_may_be_answered_in_its_own_way(request_of_three):
    answers = {
        "a" * 64: LineAnswer("approve"),
        "b" * 64: LineAnswer("except", "until the audit of May"),
        "c" * 64: LineAnswer("ask", "why did it rise?"),
    }
    give(request_of_three, "finance", answers)
    for role in ("legal", "logistics"):
        give(request_of_three, role, all_of(request_of_three))
    assert [stands(SCOPE, digest) for digest, _ in LINES] == [True, True, False]
    assert missing_roles(SCOPE, "c" * 64) == ["finance", "legal", "logistics"]


def test_a_line_left_out_stays_open(request_of_three):
    give(request_of_three, "finance", {"a" * 64: LineAnswer("approve")})
    (waiting,) = waiting_for(["finance"])
    assert [line.subject for line in waiting.lines] == ["BB, certified", "CC, certified"]
    give(request_of_three, "finance", {digest * 64: LineAnswer("approve") for digest in "bc"})
    assert waiting_for(["finance"]) == []
    assert len(waiting_for(["legal"])) == 1


def test_taken_back_it_counts_for_nothing_until_given_again(request_of_three):
    for role in ("finance", "legal", "logistics"):
        give(request_of_three, role, all_of(request_of_three))
    before = clock.now()
    taken = signature_withdraw(
        request=request_of_three, digests=["a" * 64], reason="I misread it.", actor=person("legal")
    )
    assert [item.digest for item in taken] == ["a" * 64]
    assert not stands(SCOPE, "a" * 64)
    assert stands(SCOPE, "b" * 64)
    assert stands(SCOPE, "a" * 64, by=before), "what stood then stood then"
    give(request_of_three, "legal", {"a" * 64: LineAnswer("approve")})
    assert stands(SCOPE, "a" * 64)
    assert Signature.objects.filter(digest="a" * 64, role="legal").count() == 2


def test_a_question_is_taken_back_before_it_is_answered_otherwise(request_of_three):
    give(request_of_three, "finance", all_of(request_of_three, "ask", "why?"))
    with pytest.raises(ConflictError, match="already answered"):
        give(request_of_three, "finance", all_of(request_of_three))
    signature_withdraw(request=request_of_three, reason="answered", actor=person("finance"))
    give(request_of_three, "finance", all_of(request_of_three))


def test_nobody_takes_back_what_another_signed(request_of_three):
    give(request_of_three, "finance", all_of(request_of_three))
    with pytest.raises(ConflictError, match="no standing answer"):
        signature_withdraw(request=request_of_three, reason="no", actor=person("finance-2", "finance"))
    signature = Signature.objects.first()
    with pytest.raises(DatabaseError, match="by its signer alone"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO governance_withdrawal (signature_id, reason, withdrawn_by_id, withdrawn_at)"
            " VALUES (%s, 'no', %s, now())",
            [signature.pk, person("finance-2", "finance").pk],
        )
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"a" * 64: LineAnswer("reject")}, "To reject takes a reason"),
        ({"a" * 64: LineAnswer("abstain", "x")}, "is no answer"),
        ({"f" * 64: LineAnswer("approve")}, "lines of this request"),
        ({}, "lines of this request"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(request_of_three, answers, words):
    with pytest.raises(InvalidInputError, match=words):
        give(request_of_three, "finance", answers)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("minutes", [-301, -3600, 1])
def test_who_signs_proved_just_now_who_they_are(request_of_three, minutes):
    moment = clock.now() + dt.timedelta(seconds=minutes if minutes < 0 else 60)
    with pytest.raises(NotAllowedError, match="Sign in again"):
        give(request_of_three, "finance", all_of(request_of_three), at=moment)


def test_one_person_answers_a_request_for_one_department_even_on_other_lines(request_of_three):
    both = person("both", "finance", "legal")
    give(request_of_three, "finance", {"a" * 64: LineAnswer("approve")}, signer=both)
    with pytest.raises(NotAllowedError, match="for finance already"):
        give(request_of_three, "legal", {"b" * 64: LineAnswer("approve")}, signer=both)
    line = request_of_three.lines.get(digest="b" * 64)
    with pytest.raises(DatabaseError, match="for another department"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, reason,"
            " round, authenticated_at, signed_at)"
            " VALUES (%s, %s, 'legal', %s, 'approve', '', '', 0, now(), now())",
            [line.pk, line.digest, both.pk],
        )


def test_who_recomputed_the_numbers_does_not_sign_for_them(tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    run, request = builders.asked(tmp_path)
    engineer = run.queued_by
    role_grant(user=engineer, role="finance", actor=person("admin"))
    with pytest.raises(NotAllowedError, match="proposed or computed"):
        give(request, "finance", all_of(request), signer=engineer)
    line = request.lines.get()
    with pytest.raises(DatabaseError, match="recomputed the numbers"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, reason,"
            " round, authenticated_at, signed_at)"
            " VALUES (%s, %s, 'finance', %s, 'approve', '', '', 0, now(), now())",
            [line.pk, line.digest, engineer.pk],
        )


# Requirements.


def propose(role="finance", count=2, scope="*", by="admin"):
    person("finance-2", "finance"), person("finance-3", "finance")
    return requirement_propose(
        act=SCOPE, scope=scope, role=role, count=count, reason="The auditors ask for it.", actor=person(by)
    )


def sign_all(request, *roles):
    for role in roles:
        builders.answer(request, role, person(role))


def test_a_requirement_changes_with_the_signatures_it_imposes(request_of_three):
    request = propose()
    assert in_force(SCOPE, "*") == {"finance": 1, "legal": 1, "logistics": 1}
    sign_all(request, "finance", "legal")
    builders.answer(request, "finance", person("finance-2"))
    assert in_force(SCOPE, "*")["finance"] == 1, "logistics has not signed"
    sign_all(request, "logistics")
    assert in_force(SCOPE, "*") == {"finance": 2, "legal": 1, "logistics": 1}
    sign_all(request_of_three, "finance", "legal", "logistics")
    assert missing_roles(SCOPE, "a" * 64) == ["finance"]
    builders.answer(request_of_three, "finance", person("finance-2"))
    assert stands(SCOPE, "a" * 64)


def test_one_market_may_need_more_than_the_others(request_of_three, tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    builders.two_markets()
    request = propose(scope=builders.SHOWN)
    sign_all(request, "finance", "legal", "logistics")
    builders.answer(request, "finance", person("finance-2"))
    assert in_force(SCOPE, builders.SHOWN)["finance"] == 2
    assert in_force(SCOPE, builders.UNDECIDED)["finance"] == 1
    _, decision = builders.decided(tmp_path)
    asked = request_open(act=SCOPE, summary="AA", lines=[(decision.digest, "AA")], actor=person("dpm"))
    sign_all(asked, "finance", "legal", "logistics")
    assert missing_roles(SCOPE, decision.digest) == ["finance"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"count": 0}, "at least 1"),
        ({"count": 9}, "9 signatures cannot be given"),
        ({"role": "bizops"}, "names one of"),
        ({"count": 1}, "needs 1 of finance already"),
        ({"scope": "XX"}, "no market 'XX'"),
    ],
)
def test_an_impossible_requirement_is_refused(request_of_three, given, words):
    with pytest.raises((InvalidInputError, ConflictError), match=words):
        propose(**given)


def test_the_proposer_is_counted_out_and_does_not_sign(request_of_three):
    role_grant(user=person("dpm"), role="legal", actor=person("admin"))
    with pytest.raises(InvalidInputError, match="1 persons can sign for legal; 2"):
        requirement_propose(act=SCOPE, role="legal", count=2, reason="two of Legal", actor=person("dpm"))
    request = propose(by="dpm")
    with pytest.raises(NotAllowedError):
        builders.answer(request, "legal", person("dpm"))


def test_no_requirement_row_comes_around_the_signatures(request_of_three):
    statement = "INSERT INTO governance_requirement (act, scope, role, count, change_id) VALUES ('scope', %s, 'finance', 1, %s)"
    change = SignoffRequest.objects.get(pk=propose().pk).lines.get().digest
    for scope, change_id in (("*", None), ("AA", None), ("*", change)):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement, [scope, change_id])
    assert Requirement.objects.filter(act=SCOPE).count() == 3


# Silence.


def test_silence_goes_to_the_deputy_after_its_time(request_of_three):
    with pytest.raises(ConflictError, match="still has time"):
        request_escalate(request=request_of_three, role="finance", actor=system())
    later = request_of_three.answer_by + dt.timedelta(minutes=1)
    with clock.at(later):
        request_escalate(request=request_of_three, role="finance", actor=system())
        with pytest.raises(ConflictError, match="asked already"):
            request_escalate(request=request_of_three, role="finance", actor=system())
    assert [item.is_escalated for item in waiting_for(["finance"])] == [True]
    assert [item.is_escalated for item in waiting_for(["legal"])] == [False]
