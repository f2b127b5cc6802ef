"""The triage room as different people use it: pages, forms, the API, and who sees what."""

from __future__ import annotations

import pytest

from governance.cases.models import Case
from governance.cases.verdicts.services import case_resolve
from metrics.assessments import engine
from metrics.assessments.services import assessment_make, assessment_open, assessment_rederive
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError
from tests import builders, cases
from tests.builders import WEEK, person
from tests.hub.asking import client_of, text_of
from tests.hub.triaged import API, DOCUMENT, LIST, PAGE, asked, case, lake, told_to_owner

__all__ = ["asked", "case", "lake"]  # fixtures
pytestmark = pytest.mark.usefixtures("db")
READERS = ("dpm", "finance", "legal", "logistics", "bizops", "data_owner", "data_engineer", "auditor")


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
        "On time by batch and day",
        "Deliveries known by age",
        "The whole change",
    ):
        assert picture in page, picture
    assert page.count('role="img"') >= 5
    assert page.count("<summary>Table: ") == page.count("<svg height=")
    assert "Explore these tables" in page


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
    ended = post(f"{API}/1/resolve", verdict="real_change", reason="A hub.", assessment=name, seen=name)
    assert (ended.status_code, ended.json()["state"], ended.json()["blocks"]) == (201, "resolved", None)
    assert post(f"{API}/1/reopen", reason="New data.").json()["state"] == "open"
    assert (
        client_of("data_engineer").post(f"{API}/1/resolve", {}, content_type="application/json").status_code
        == 403
    )
