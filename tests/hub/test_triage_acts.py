"""What people do in the triage room: the word to the owner, replies, steps, verdicts, on the page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.cases import selectors
from governance.cases.models import Case, CaseNote, CaseVerdict
from governance.cases.services import case_evidence_freeze
from governance.cases.verdicts.services import case_resolve
from tests import builders, cases
from tests.builders import PASSWORD, person
from tests.hub.asking import client_of, text_of
from tests.hub.triaged import API, DOCUMENT, LIST, PAGE, asked, case, lake, told_to_owner

__all__ = ["asked", "case", "lake"]  # fixtures
pytestmark = pytest.mark.usefixtures("db")


def test_until_the_owner_was_told_the_departments_learn_only_that_there_is_a_case(case):
    client = client_of("finance")
    page = text_of(client.get(PAGE))
    assert "is shown to you once those who look into it show it to everybody concerned" in page
    assert "41.0 %" not in page
    assert client.get("/triage/1/explore/").status_code == 404
    assert client.get(f"{API}/1").json()["assessment"] is None
    answer = client.post(PAGE, {"act": "note", "text": "I want in."})
    assert answer.status_code == 403
    told_to_owner(case)
    assert "41.0 %" in text_of(client.get(PAGE))
    assert client.get(f"{API}/1").json()["assessment"]["schema"] == "otdr-triage-1"


def test_the_private_word_is_drafted_without_blame_and_recorded_as_sent(case):
    client = client_of("dpm")
    person("data_owner")
    page = client.get(PAGE).content.decode()
    letter = page.partition('name="text" rows="12"')[2].partition(">")[2].partition("</textarea>")[0]
    assert "delivered_at in batch backfill-2026-W40 looks unlike the weeks before" in letter
    assert not {"error by", "failed to", "should have", "fault"} & {letter.lower()}
    assert not any(word in letter.lower() for word in ("error by", "failed to", "should have", "fault", "%"))
    assert client.post(PAGE, {"act": "wider", "text": "Now."}).status_code == 409
    assert client.post(PAGE, {"act": "word", "text": letter}).status_code == 302
    assert CaseNote.objects.get().kind == "word_sent"
    assert client.post(PAGE, {"act": "wider", "text": "Now."}).status_code == 302
    assert selectors.is_wide(case)


def test_the_owners_reply_stands_beside_the_evidence_of_its_explanation(case):
    client = client_of("data_owner")
    reply = {"act": "reply", "text": "It is just a backfill.", "hypothesis": "backfill_overwrite"}
    assert client.post(PAGE, reply).status_code == 302
    page = text_of(client.get(PAGE))
    assert "Put forward by data_owner: “It is just a backfill.”" in page
    assert "If it held, we would see" in page
    assert "511 turned from late to on time" in page


def test_a_step_is_answered_on_the_page_and_says_who_stands_in(case):
    client = client_of("data_engineer")
    answer = {"act": "answer", "step": "1", "found": "The same code.", "next": "Look at batches."}
    assert client.post(PAGE, answer).status_code == 302
    page = text_of(client.get(PAGE))
    assert "The same code." in page
    assert "Next: Look at batches." in page
    again = client.post(PAGE, answer)
    assert again.status_code == 409
    assert "is answered already" in text_of(again)
    assert client.post(PAGE, {"act": "answer", "step": "99", "found": "x"}).status_code == 422
    assert client.post(PAGE, {"act": "answer", "step": "9" * 5000, "found": "x"}).status_code == 422
    assert client.post(PAGE, {"act": "dance"}).status_code == 422


def test_what_was_typed_is_kept_where_it_is_refused(case):
    client = client_of("dpm")
    refused = client.post(PAGE, {"act": "add", "what": "Ask the carrier", "role": "logistics", "due": "soon"})
    assert refused.status_code == 422
    assert 'value="Ask the carrier"' in refused.content.decode()
    assert "Say by which day" in text_of(refused)
    assert (
        client.post(PAGE, {"act": "add", "what": "Ask", "role": "logistics", "due": "2025-12-04"}).status_code
        == 302
    )


def test_a_person_opens_a_case_that_is_assessed_at_once(asked):
    builders.two_markets()
    builders.version_effective()
    client = client_of("bizops")
    answer = client.post(LIST, {"market": "BB", "week": "2025-W45", "title": "Too good", "direction": "up"})
    assert (answer.status_code, answer["Location"]) == (302, "/triage/1/")
    assert Case.objects.get().origin == "person"
    again = client.post(LIST, {"market": "BB", "week": "2025-W45", "title": "Too good"})
    assert again.status_code == 409
    assert "C-0001 is open for BB" in text_of(again)
    assert client.post(LIST, {"market": "BB", "week": "last week", "title": "x"}).status_code == 422


def test_resolving_asks_who_you_are_and_rests_on_the_assessment_shown(case):
    client = client_of("dpm")
    name = case.evidence.get().assessment
    form = {
        "act": "resolve", "verdict": "data_defect", "reason": "Filled in.", "assessment": name,
        "hypothesis": "delivered_at_defaulted", "seen": name,
    }  # fmt: skip
    assert client.post(PAGE, form)["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    kept = client.get(PAGE).content.decode()
    assert "What you typed is still here" in kept
    assert "Filled in.</textarea>" in kept
    assert client.post(PAGE, form).status_code == 302
    assert CaseVerdict.objects.get().hypothesis == "delivered_at_defaulted"
    page = text_of(client.get(PAGE))
    assert "Verdict: A data defect" in page
    assert client.post(PAGE, {"act": "reopen", "reason": "New data."}).status_code == 302
    assert selectors.is_open(case)
    assert client_of("data_engineer").post(PAGE, form).status_code == 403


def test_whoever_does_not_resolve_proposes(case):
    client = client_of("data_engineer")
    form = {
        "act": "propose",
        "verdict": "data_defect",
        "text": "The stamps.",
        "hypothesis": "delivered_at_defaulted",
    }
    assert client.post(PAGE, form).status_code == 302
    assert "Proposed: A data defect: The stamps." in text_of(client_of("dpm").get(PAGE))


def _newer(case: Case) -> str:
    """Another assessment is frozen in the case."""
    frozen = cases.filed(**{**DOCUMENT, "input": DOCUMENT["input"] | {"market": "AA", "pin": "q" * 64}})
    return case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer")).assessment


def _hidden(page: str, name: str) -> str:
    return page.partition(f'type="hidden" name="{name}" value="')[2].partition('"')[0]


def test_a_verdict_rests_on_the_assessment_that_was_looked_at_whatever_came_between(case):
    old = case.evidence.get().assessment
    new = _newer(case)
    client = client_of("dpm")
    page = client.get(f"{PAGE}?assessment={old}").content.decode()
    assert (_hidden(page, "assessment"), _hidden(page, "seen")) == (old, new)
    form = {"act": "resolve", "verdict": "data_defect", "reason": "", "assessment": old, "seen": new}
    client.post(PAGE, form | {"reason": "Filled in."})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert _hidden(client.get(PAGE).content.decode(), "assessment") == old
    refused = client.post(PAGE, form)
    assert refused.status_code == 422
    assert _hidden(refused.content.decode(), "assessment") == old
    assert client.post(PAGE, form | {"reason": "Filled in."}).status_code == 302
    assert CaseVerdict.objects.get().assessment == old


def test_newer_evidence_is_looked_at_before_a_case_is_resolved(case):
    old = case.evidence.get().assessment
    client = client_of("dpm", is_fresh=True)
    new = _newer(case)
    form = {
        "act": "resolve",
        "verdict": "data_defect",
        "reason": "Filled in.",
        "assessment": old,
        "seen": old,
    }
    refused = client.post(PAGE, form)
    assert refused.status_code == 409
    assert "Newer evidence is frozen in C-0001 than what you looked at" in text_of(refused)
    assert _hidden(refused.content.decode(), "seen") == new
    sent = {name: value for name, value in form.items() if name != "act"}
    answer = client.post(f"{API}/1/resolve", sent, content_type="application/json")
    assert answer.status_code == 412, answer.content
    unseen = {name: value for name, value in sent.items() if name != "seen"}
    assert client.post(f"{API}/1/resolve", unseen, content_type="application/json").status_code in (400, 422)
    assert not CaseVerdict.objects.exists()
    assert client.post(PAGE, form | {"seen": new}).status_code == 302


def test_a_resolved_case_stops_nothing_though_another_one_of_its_scope_does(case):
    case_resolve(case=case, verdict="undetermined", reason="It cannot be told.", actor=person("dpm"))
    cases.by_hand()
    client = client_of("dpm")
    until = "Until the case is resolved, what it covers is neither certified nor newly shown."
    assert until not in text_of(client.get(PAGE))
    assert client.get(f"{API}/1").json()["blocks"] is None
    assert until in text_of(client.get("/triage/2/"))
    assert client.get(f"{API}/2").json()["blocks"].startswith("Case C-0002 about AA")
    assert "resolve it first" not in text_of(client_of("finance").get(PAGE))


def test_the_api_lists_many_cases_in_as_many_statements_as_one(case):
    client = client_of("dpm")
    client.get(API)
    with CaptureQueriesContext(connection) as one:
        client.get(API)
    case_resolve(case=case, verdict="undetermined", reason="It cannot be told.", actor=person("dpm"))
    for number in range(1, 5):
        monday = builders.WEEK + dt.timedelta(weeks=number)
        cases.opened(first_week=monday, last_week=monday)
    with CaptureQueriesContext(connection) as many:
        told = client.get(API).json()["cases"]
    assert len(many) == len(one)
    assert [row["number"] for row in told] == [5, 4, 3, 2, 1]
    assert [row["state"] for row in told] == ["open"] * 4 + ["resolved"]
