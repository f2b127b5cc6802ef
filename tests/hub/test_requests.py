"""Requests for more of the metric: asked, assessed, decided market by market, answered."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from governance.access.policy import ROLES
from governance.audit.review import review
from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact
from governance.requests.selectors import answers_of
from governance.requests.services import Answer, request_answer, request_make
from metrics.recompute import storage
from otdr_hub.hub.requests.assessing import assess
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, NotAllowedError
from tests import builders
from tests.builders import person
from tests.decide_client import client, words
from tests.requests import assessed, made

pytestmark = pytest.mark.django_db
YES, NOT_YET = Answer("yes", "It is signed."), Answer("not_yet", "Not signed.", "Its case is closed.")


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def decide(request: MetricRequest, **more: object) -> list[RequestAnswer]:
    given: dict[str, object] = {
        "answers": {"AA": YES, "BB": NOT_YET}, "impact": request.impacts.latest("pk").pk, "actor": person("dpm"),
    }  # fmt: skip
    return request_answer(request=request, **(given | more))


# The services


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"bizops", "dpm"}))
def test_who_asks(role):
    builders.two_markets()
    with pytest.raises(NotAllowedError):
        request_make(title="x", asks="x", purpose="x", markets=["AA"], actor=person(role))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "says its title"),
        ({"asks": ""}, "says its wish"),
        ({"purpose": ""}, "says its purpose"),
        ({"markets": []}, "none is named"),
        ({"markets": ["AA", "ZZ"]}, "ZZ"),
    ],
)
def test_a_request_says_what_for_and_where(wrong, said):
    builders.two_markets()
    given = {"title": "x", "asks": "x", "purpose": "x", "markets": ["AA"]} | wrong
    with pytest.raises(InvalidInputError, match=said):
        request_make(**given, actor=person("bizops"))


def test_nothing_is_decided_before_it_is_assessed():
    with pytest.raises(ConflictError, match="was not assessed yet"):
        request_answer(request=made(), answers={"AA": YES}, impact=0, actor=person("dpm"))


def test_an_answer_is_on_the_newest_assessment():
    request = assessed()
    old = request.impacts.get().pk
    RequestImpact.objects.create(
        request=request,
        table="e" * 64,
        sentences='[["","x"]]',
        assessed_by=person("dpm"),
        assessed_at=clock.now(),
    )
    with pytest.raises(MovedError):
        decide(request, impact=old)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "at least one market"),
        ({"ZZ": YES}, "ZZ was not asked for"),
        ({"AA": Answer("maybe", "x")}, "'maybe' is no answer"),
        ({"AA": Answer("yes", " ")}, "takes a reason"),
        ({"AA": Answer("not_yet", "x")}, "names the condition"),
        ({"AA": Answer("yes", "x", "y")}, "no other answer has one"),
    ],
)
def test_an_answer_is_complete(answers, said):
    with pytest.raises(InvalidInputError, match=said):
        decide(assessed(), answers=answers)
    assert not RequestAnswer.objects.exists()


def test_the_newest_answer_of_a_market_counts():
    request = assessed()
    decide(request)
    decide(request, answers={"BB": YES})
    assert {code: one.answer for code, one in answers_of(request).items()} == {"AA": "yes", "BB": "yes"}
    assert RequestAnswer.objects.count() == 3


def test_the_ledger_says_what_the_tables_say():
    decide(assessed())
    assert review().difference is None
    RequestAnswer.objects.create(
        request=MetricRequest.objects.get(), impact=RequestImpact.objects.get(), market_id="AA", answer="no",
        reason="x", decided_by=person("dpm"), decided_at=clock.now(),
    )  # fmt: skip
    assert "request_answers" in review().difference.what


# What the database refuses by itself


def attack(statement: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))
    return str(caught.value)


ADD = (
    "INSERT INTO governance_requestanswer (request_id, impact_id, market_id, answer, condition, reason,"
    " decided_by_id, decided_at) VALUES (%s, %s, %s, %s, %s, 'x', %s, now())"
)


def test_an_answer_is_not_added_past_the_service():
    request = assessed("AA")
    impact, dpm = request.impacts.get().pk, person("dpm").pk
    assert "decided by the DPM" in attack(ADD, request.pk, impact, "AA", "yes", "", person("bizops").pk)
    assert "was not asked for" in attack(ADD, request.pk, impact, "BB", "yes", "", dpm)
    assert "not_yet_names_its_condition" in attack(ADD, request.pk, impact, "AA", "not_yet", "", dpm)
    other = assessed("AA")
    assert "newest assessment" in attack(ADD, other.pk, impact, "AA", "yes", "", dpm)


def test_nothing_is_changed_or_taken_out():
    decide(assessed())
    for table in ("metricrequest", "requestimpact", "requestanswer"):
        attack(f"DELETE FROM governance_{table}")
        attack(f"UPDATE governance_{table} SET id = id + 1")


# The assessment, by real counts


def test_an_assessment_files_its_table_and_says_no_figure(lake):
    builders.published(lake)
    request = made()
    impact = assess(request=request, actor=person("dpm"))
    assert storage.effect_content(impact.table)
    said = [text for _, text in impact.said]
    assert any(text.startswith("Aland: the market is signed.") for text in said)
    assert any(text.startswith("Borduria: the market itself is not signed") for text in said)
    assert "11" not in impact.sentences
    assert "12" not in impact.sentences


# The pages


def test_from_the_request_to_the_draft_of_the_answer(lake):
    builders.published(lake)
    asker, chair = client("bizops"), client("dpm", proven=True)
    sent = {
        "title": "OTDR by carrier", "asks": "OTDR by carrier, every week.", "purpose": "The carrier reviews.",
        "market": ["AA", "BB"],
    }  # fmt: skip
    answer = asker.post("/requests/", sent)
    page = answer["Location"]
    assert answer.status_code == 302
    said = words(asker.get(page))
    assert "Not assessed yet" in said
    assert "Assess by the newest data" not in said
    assert chair.post(f"{page}assess/").status_code == 302
    impact = RequestImpact.objects.get().pk
    wrong = chair.post(f"{page}answer/", {"impact": impact, "answer-AA": "yes", "reason-AA": ""})
    assert wrong.status_code == 422
    assert "AA: every answer takes a reason." in words(wrong)
    given = {
        "impact": impact, "answer-AA": "yes", "reason-AA": "It is signed.", "answer-BB": "not_yet",
        "reason-BB": "Its week is under investigation.", "condition-BB": "Finance has signed the week run again.",
    }  # fmt: skip
    assert chair.post(f"{page}answer/", given).status_code == 302
    said = words(asker.get(page))
    assert "Yes for Aland." in said
    assert (
        "Not yet for Borduria: Its week is under investigation. It will be, once: Finance has signed the week run"
        " again." in said
    )
    assert "yes: Aland; not yet: Borduria" in words(asker.get("/requests/"))
    told = client("finance").get(f"/api/v1{page.rstrip('/')}").json()
    assert [one["answer"] for one in told["markets"]] == ["yes", "not_yet"]
    assert "Yes for Aland." in told["draft"]


def test_deciding_takes_a_proof_and_keeps_what_was_typed(lake):
    request = assessed()
    chair = client("dpm")
    given = {"impact": request.impacts.get().pk, "answer-AA": "yes", "reason-AA": "It is signed."}
    answer = chair.post(f"/requests/{request.pk}/answer/", given)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not RequestAnswer.objects.exists()
    assert 'value="It is signed."' in chair.get(f"/requests/{request.pk}/").content.decode()


def test_what_no_database_takes_is_refused_and_no_fault():
    request = assessed()
    sent = {"title": "x", "asks": "x", "purpose": "x", "market": ["\x00", "AA\x00"]}
    refused = client("bizops").post("/requests/", sent)
    assert refused.status_code == 422
    assert "A request names registered markets" in words(refused)
    sent = {"impact": "9" * 5000, "answer-AA": "yes", "reason-AA": "It is signed."}
    stale = client("dpm", proven=True).post(f"/requests/{request.pk}/answer/", sent)
    assert stale.status_code == 409
    assert "was assessed anew since this was looked at" in words(stale)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"dpm"}))
def test_nobody_else_decides(role):
    request = assessed()
    sent = {"impact": request.impacts.get().pk, "answer-AA": "yes", "reason-AA": "x"}
    assert client(role, proven=True).post(f"/requests/{request.pk}/answer/", sent).status_code == 403
    assert not RequestAnswer.objects.exists()


@pytest.mark.parametrize("path", ["/requests/", "/api/v1/requests"])
def test_a_list_asks_as_much_for_many_as_for_one(path):
    reader = client("finance")

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert reader.get(path).status_code == 200
        return len(found)

    decide(assessed())
    reader.get(path)
    one = asked()
    for _ in range(3):
        decide(assessed())
    assert asked() == one


def test_executives_do_not_read_requests():
    request = assessed()
    for page in (
        "/requests/",
        f"/requests/{request.pk}/",
        "/api/v1/requests",
        f"/api/v1/requests/{request.pk}",
    ):
        assert client("executive").get(page).status_code == 403
