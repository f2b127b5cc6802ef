"""The triage room as different people use it: pages, forms, the API, and who sees what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from governance.cases import selectors
from governance.cases.models import Case, CaseNote, CaseVerdict
from governance.cases.services import case_note_add
from governance.cases.verdicts.services import case_resolve
from metrics.assessments import engine
from metrics.assessments.services import assessment_make, assessment_open, assessment_rederive
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError
from tests import builders, cases
from tests.builders import PASSWORD, WEEK, person

pytestmark = pytest.mark.usefixtures("db")
DOCUMENT = json.loads((Path(__file__).parent / "assessment.json").read_text("utf-8"))
LIST, PAGE, API = "/triage/", "/triage/1/", "/api/v1/cases"
READERS = ("dpm", "finance", "legal", "logistics", "bizops", "data_owner", "data_engineer", "auditor")


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


@pytest.fixture
def asked():
    """Questions put to the engine, which answers with the document of a file."""
    questions, before = [], list(engine._askers)

    def ask(question: engine.Question) -> str:
        questions.append(question)
        told = json.loads(json.dumps(DOCUMENT))
        told["input"] |= {
            "market": question.market, "as_of": question.as_of.isoformat(),
            "first_day": question.first_week.isoformat(), "last_day": question.last_week.isoformat(),
            "definition": {"name": question.version.name, "digest": question.version.digest},
            "files": [], "owner": question.owner or None, "recent": list(question.recent),
        }  # fmt: skip
        return digest.canonical(told)

    engine.install(ask)
    yield questions
    engine._askers[:] = before


@pytest.fixture
def case(asked) -> Case:
    """AA's week, opened by the product on what the engine said."""
    builders.two_markets()
    version = builders.version_effective()
    made = assessment_make(market="AA", first_week=WEEK, version=version, actor=cases.system())
    found = assessment_open(assessed=made, actor=cases.system())
    assert found is not None
    return found


def client_of(name: str, *, is_fresh: bool = False) -> Client:
    client = Client()
    client.force_login(person(name))
    if is_fresh:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def told_to_owner(case: Case) -> None:
    case_note_add(case=case, kind="word_sent", text="Have a look.", actor=person("dpm"))
    case_note_add(case=case, kind="shown_wider", text="For all.", actor=person("dpm"))


def test_an_empty_room_says_so_and_how_it_fills():
    builders.two_markets()
    page = text_of(client_of("dpm").get(LIST))
    assert "No case is open. The detector and the checks look at every market each night" in page
    assert "No number in this room is certified." in page


@pytest.mark.parametrize("role", ["executive", "admin"])
def test_executives_and_whoever_gives_roles_never_see_the_room(case, role):
    client = client_of(role)
    for path in (LIST, PAGE, "/triage/1/explore/", API, f"{API}/1"):
        assert client.get(path).status_code == 403, path
    assert "/triage/" not in text_of(client.get("/"))


def test_the_detector_opens_a_case_with_its_evidence_and_plan(case):
    assert (case.origin, case.signal, case.title) == ("detection", "up", "Aland, 2025-W45: the rate rose")
    assert case.evidence.get().pin == DOCUMENT["input"]["pin"]
    kinds = [step.kind for step in case.steps.all()]
    assert DOCUMENT["next_check"]["item"] in kinds
    assert {"delivered_at_defaulted", "backfill_overwrite", "contacts"} <= set(kinds)


def test_the_same_data_opens_nothing_and_freezes_nothing_again(case):
    version = builders.MetricVersion.objects.get()
    as_of = case.evidence.get().as_of
    made = assessment_make(market="AA", first_week=WEEK, version=version, as_of=as_of, actor=cases.system())
    assert assessment_open(assessed=made, actor=cases.system()) == case
    assert (Case.objects.count(), case.evidence.count()) == (1, 1)


def test_what_people_resolved_the_product_does_not_open_again(case):
    version = builders.MetricVersion.objects.get()
    case_resolve(case=case, verdict="undetermined", reason="It cannot be told.", actor=person("dpm"))
    made = assessment_make(market="AA", first_week=WEEK, version=version, actor=cases.system())
    assert assessment_open(assessed=made, actor=cases.system()) is None
    assert Case.objects.count() == 1


def test_an_assessment_is_made_again_byte_for_byte(case, asked):
    name = case.evidence.get().assessment
    assert assessment_rederive(digest_of=name, actor=cases.system()).is_equal
    engine.install(lambda _: digest.canonical(DOCUMENT))
    assert not assessment_rederive(digest_of=name, actor=cases.system()).is_equal
    with pytest.raises(InvalidInputError, match="No assessment is filed"):
        assessment_rederive(digest_of="0" * 64, actor=cases.system())


def test_the_page_tells_claim_test_for_against_and_pictures_with_their_tables(case):
    page = text_of(client_of("dpm").get(PAGE))
    assert "No number on this page is certified" in page
    assert "Very likely the times of delivery in batch backfill-2026-W40 were filled in" in page
    assert "Check 1 of 24" in page
    assert "41.0 % of times of delivery equal the promised time to the second" in page
    assert "Carrier one: its own times look as before." in page
    for picture in (
        "OTDR by day:",
        "From due to on time",
        "What the rate owes to each delivery",
        "The whole change",
    ):
        assert picture in page, picture
    assert page.count('role="img"') >= 5
    assert page.count("<summary>Table: ") == page.count("<svg height=")
    assert "Explore these tables" in page


def test_until_the_owner_was_told_the_departments_learn_only_that_there_is_a_case(case):
    client = client_of("finance")
    page = text_of(client.get(PAGE))
    assert "What is found is shown to you once the owner of the data was told." in page
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
        "hypothesis": "delivered_at_defaulted",
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


@pytest.mark.parametrize("role", READERS)
def test_each_reader_gets_the_room(case, role):
    told_to_owner(case)
    client = client_of(role)
    for path in (LIST, PAGE, "/triage/1/explore/", API, f"{API}/1"):
        assert client.get(path).status_code == 200, path
    works = "Add a note" in text_of(client.get(PAGE))
    assert works == (role not in ("bizops", "auditor"))


def test_what_is_not_there_is_not_found(case):
    client = client_of("dpm")
    for path in ("/triage/2/", f"/triage/{10**12}/", f"{API}/2", "/triage/2/explore/"):
        assert client.get(path).status_code == 404, path


def test_the_inbox_shows_open_cases_to_whom_they_concern(case):
    assert "C-0001: Aland, 2025-W45: the rate rose" in text_of(client_of("dpm").get("/inbox/"))
    assert "yours to resolve" in text_of(client_of("dpm").get("/inbox/"))
    assert "C-0001" not in text_of(client_of("finance").get("/inbox/"))
    assert "C-0001" not in text_of(client_of("admin").get("/inbox/"))


def test_a_signer_is_told_of_the_case_before_signing(lake):
    _, request = builders.asked(lake)
    cases.opened()
    page = text_of(client_of("finance").get(f"/signoffs/{request.pk}/"))
    assert "Case C-0001 about AA from the week of 2025-11-03 on is open; resolve it first." in page
    assert "Read the case" in page


def test_the_api_walks_a_case_from_open_to_reopened(asked):
    builders.two_markets()
    builders.version_effective()
    client = client_of("dpm", is_fresh=True)

    def post(path: str, **sent):
        return client.post(
            path, sent, content_type="application/json", headers={"Idempotency-Key": f"{path}{sent}"[:200]}
        )

    given = {"scope": {"market": "AA"}, "first_week": "2025-W45", "title": "Too good"}
    made = post(API, **given)
    assert made.status_code == 201, made.content
    assert made.json()["blocks"].startswith("Case C-0001 about AA")
    assert client.post(API, given, content_type="application/json").status_code == 409
    assert post(f"{API}/1/evidence").status_code == 201
    assert (
        post(f"{API}/1/steps", what="Ask", role="logistics", due_at="2025-12-04T12:00:00Z").status_code == 201
    )
    assert post(f"{API}/1/steps/1", found="Nothing.").status_code == 201
    assert post(f"{API}/1/steps/99", found="Nothing.").status_code == 404
    assert post(f"{API}/1/notes", kind="note", text="Seen.").status_code == 201
    name = client.get(f"{API}/1").json()["evidence"][0]["assessment"]
    ended = post(f"{API}/1/resolve", verdict="real_change", reason="A hub.", assessment=name)
    assert (ended.status_code, ended.json()["state"], ended.json()["blocks"]) == (201, "resolved", None)
    assert post(f"{API}/1/reopen", reason="New data.").json()["state"] == "open"
    assert (
        client_of("data_engineer").post(f"{API}/1/resolve", {}, content_type="application/json").status_code
        == 403
    )
