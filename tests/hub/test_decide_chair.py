"""The chair through the client and the API: deciding, a hold, the projector, minutes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from governance.access.policy import ROLES
from governance.decisions.models import LaunchDecision
from governance.decisions.selectors import is_held
from governance.decisions.services import launch_check
from governance.killswitch.services import shutoff_activate
from governance.launch.seats import title
from governance.launch.selectors import place
from governance.launch.services import seat_deputy
from otdr_hub.lib import clock
from tests import builders, launches
from tests.builders import person
from tests.decide_client import PAGE, client, forms, hidden, words
from tests.launches import NO_GO, decide, naming, polled, ready, say, seated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def decision_of(page, **changed):
    return {
        "kind": "launch_partial", "reason": "x", "seen": hidden(page, "seen"),
    } | changed  # fmt: skip


def test_the_chair_decides_and_is_led_back(lake):
    launch = ready(lake)
    chair = client("dpm", proven=True)
    page = chair.get(PAGE)
    answer = chair.post(reverse("hub:decide"), decision_of(page, reason=naming(launch)))
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    page = chair.get(PAGE)
    assert "Launch partial" in words(page)
    assert "Decide anew" in words(page)
    again = chair.post(reverse("hub:decide"), decision_of(page, kind="block", reason="After all, no."))
    assert again.status_code == 302
    assert LaunchDecision.objects.get(kind="block").supersedes.kind == "launch_partial"


def test_a_reason_that_does_not_name_the_gates_comes_back_as_typed(lake):
    ready(lake)
    chair = client("dpm", proven=True)
    answer = chair.post(reverse("hub:decide"), decision_of(chair.get(PAGE), reason="We go."))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Markets decided" in re.search(r'id="wrong-chair"[^>]*>([^<]*)<', text)[1]
    assert "We go.</textarea>" in text
    assert 'value="launch_partial" required checked' in text


def test_what_changed_since_is_a_conflict_and_the_page_is_fresh(lake):
    launch = ready(lake)
    chair = client("dpm", proven=True)
    page = chair.get(PAGE)
    say(launch, "legal", "no_go")
    answer = chair.post(reverse("hub:decide"), decision_of(page, reason=naming(launch)))
    assert answer.status_code == 409
    assert "has changed since" in words(answer)
    assert hidden(answer, "seen") != hidden(page, "seen")
    again = chair.post(reverse("hub:decide"), decision_of(answer, reason=naming(launch)))
    assert again.status_code == 302


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"dpm"}))
def test_nobody_else_decides(role):
    seated()
    answer = client(role, proven=True).post(reverse("hub:decide"), {"kind": "block", "reason": "x"})
    assert answer.status_code == 403
    assert not LaunchDecision.objects.exists()


def test_the_chair_proves_who_they_are_and_finds_what_was_typed():
    seated()
    chair = client("dpm")
    page = chair.get(PAGE)
    answer = chair.post(reverse("hub:decide"), decision_of(page, kind="block", reason="Not on my watch."))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not LaunchDecision.objects.exists()
    back = chair.get(PAGE)
    assert "Nothing is decided yet" in words(back)
    assert "Not on my watch.</textarea>" in back.content.decode()
    assert 'value="block" required checked' in back.content.decode()


def test_a_deputy_finds_the_form():
    launch = seated()
    today = clock.now().date()
    seat = place(launch, "dpm").seat
    deputy = person("dpm-2", "dpm")
    seat_deputy(seat=seat, deputy=deputy, since=today, until=today, reason="Ill.", actor=seat.holder)
    page = client("dpm-2").get(PAGE)
    assert forms(page) == (False, True)
    assert "dpm , today also dpm-2" in words(page).replace("dpm, today", "dpm , today")


def test_a_hold_is_said_first_until_the_chair_decides_anew(lake):
    launch = ready(lake)
    decide(launch)
    shutoff_activate(market=builders.SHOWN, category="data_quality", actor=person("admin"))
    launch_check(launch=launch, actor=person("dpm"))
    for query in ("", "?present=1"):
        page = client("executive").get(PAGE + query)
        assert "Something is switched off." in words(page)
        assert "held" in re.search(r'class="call-word">(.*?)</p>', page.content.decode(), re.DOTALL)[1]
    decide(launch, "block", reason="It is off.")
    assert not is_held(launch)
    page = client("executive").get(PAGE)
    assert "is held" not in words(page)
    assert "superseded by" in words(page)


def test_the_projector_has_no_forms():
    seated()
    page = client("dpm").get(f"{PAGE}?present=1")
    assert "<textarea" not in page.content.decode()
    assert "Leave the projector view" in words(page)


def test_minutes_say_what_it_was_decided_on_whatever_comes_after(lake):
    launch = polled(ready(lake), {"logistics": "no_go", "legal": "go_with_conditions"})
    decision = decide(launch)
    say(launch, "logistics")
    decide(launch, "block", reason="New facts.")
    page = client("auditor").get(reverse("hub:minutes", args=[decision.pk]))
    said = words(page)
    for wanted in (
        "Launch partial",
        NO_GO,
        "Close the backfill",
        decision.digest,
        "Borduria",
        "not decided yet",
    ):
        assert wanted in said
    assert "This decision was superseded by" in said
    assert [title(seat) in said for seat in launches.ADVISERS] == [True] * 6
    assert "no-store" in page["Cache-Control"]
    assert client("auditor").get("/decisions/999999999/minutes/").status_code == 404


def test_the_page_asks_the_database_a_bounded_number_of_questions(lake, django_assert_max_num_queries):
    ready(lake)
    reader = client("dpm")
    with django_assert_max_num_queries(150):
        reader.get(PAGE)


# The API


def test_the_api_says_the_same_as_the_page(lake):
    launch = ready(lake)
    body = client("executive").get("/api/v1/decisions").json()
    assert body["seen"] == hidden(client("dpm").get(PAGE), "seen")
    assert body["may_decide"] is False
    assert {item["kind"]: item["open"] for item in body["kinds"]} == {
        "launch_full": False, "launch_partial": True, "launch_with_disclosure": False, "block": True,
    }  # fmt: skip
    assert len(body["verdicts"]) == 6
    assert body["launch"]["name"] == launch.name


def post(sender: Client, seen: str = "", key: str = "", **body):
    headers = {
        name: value
        for name, value in (("If-Match", f'"{seen}"'), ("Idempotency-Key", key))
        if value.strip('"')
    }
    return sender.post("/api/v1/decisions", body, content_type="application/json", headers=headers)


def test_the_api_decides_by_the_same_rules(lake):
    launch = ready(lake)
    body = {"kind": "launch_partial", "reason": naming(launch)}
    assert post(client("finance", proven=True), "0" * 64, **body).status_code == 403
    unproven = post(client("dpm"), "0" * 64, **body)
    assert (unproven.status_code, unproven.json()["title"]) == (403, "re authenticate")
    chair = client("dpm", proven=True)
    assert post(chair, "0" * 64, **body).status_code == 412
    assert post(chair, **body).status_code == 428
    assert post(chair, "0" * 64, **body | {"kind": "all"}).status_code == 422
    assert post(chair, "0" * 64, **body | {"reason": ""}).json()["detail"].startswith("reason: ")
    read = chair.get("/api/v1/decisions")
    seen = read["ETag"].strip('"')
    assert read.json()["seen"] == seen
    made = post(chair, seen, "key-1", **body)
    assert made.status_code == 201
    assert made.json()["digest"] == LaunchDecision.objects.get().digest
    assert post(chair, seen, "key-1", **body).json() == made.json()
    assert post(chair, seen, **body).status_code == 412
    assert chair.get("/api/v1/decisions").json()["decisions"] == [made.json()]


def test_without_a_launch_the_api_says_so():
    assert client("executive").get("/api/v1/decisions").json()["launch"] is None
    assert post(client("dpm"), kind="block").status_code == 409
