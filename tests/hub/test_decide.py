"""Decide through the client: who sees which form, why a button is off, what comes back when it is wrong."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from governance.access.policy import ROLES
from governance.decisions.models import Verdict
from governance.launch.seats import ROLE_OF, SeatName
from tests import builders, launches
from tests.builders import person
from tests.decide_client import PAGE, client, forms, words
from tests.launches import NO_GO, decide, polled, ready, say, seated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def test_without_a_launch_the_page_says_what_is_missing():
    found = client("executive").get(PAGE)
    assert found.status_code == 200
    assert "No launch is planned" in words(found)
    assert client("dpm").post(reverse("hub:decide")).status_code == 404


def test_who_sees_which_form():
    seated()
    seen = {role: forms(client(role).get(PAGE)) for role in ROLES}
    advisers = {ROLE_OF[seat] for seat in SeatName} - {"dpm"}
    assert seen == {role: (role in advisers, role == "dpm") for role in ROLES}


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"dpm"}))
def test_a_button_that_is_off_says_why(role):
    seated()
    said = words(client(role).get(PAGE))
    assert "Only the chair decides. dpm speaks for DPM (chair)." in said
    if role in ("executive", "admin", "auditor"):
        assert f"{role} speaks for no seat of this launch." in said


def test_a_kind_that_is_off_says_why(lake):
    builders.published(lake)
    launch = seated()
    for seat in launches.ADVISERS[1:]:
        say(launch, seat)
    page = client("dpm").get(PAGE)
    assert words(page).count("Not open: Finance has given no verdict yet.") == 3
    say(launch, "finance")
    page = client("dpm").get(PAGE)
    assert "Not open: Borduria may not be shown." in words(page)
    assert 'value="launch_partial" required>' in page.content.decode()


def test_the_page_names_gates_holidays_and_the_days_left():
    seated()
    said = words(client("executive").get(PAGE))
    assert re.search(r"(9|10) business days left", said)
    for gate in ("Markets decided", "Engine as approved", "Nothing switched off"):
        assert gate in said
    assert "No definition is in effect." in said


def test_evidence_leads_only_where_the_reader_may_go():
    seated()
    for role in ROLES:
        reader = client(role)
        page = reader.get(PAGE).content.decode()
        links = set(re.findall(r'class="gate-link" href="([^"]+)"', page))
        assert {link: reader.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert "/batches/" in client("data_engineer").get(PAGE).content.decode()


def test_dissent_is_pinned_and_stays_after_the_decision(lake):
    launch = polled(ready(lake), {"logistics": "no_go"})
    decide(launch)
    page = client("executive").get(PAGE)
    assert "Launch partial" in words(page)
    assert NO_GO in re.search(r'<aside class="dissent".*?</aside>', page.content.decode(), re.DOTALL)[0]
    assert page.content.decode().index("call-word") < page.content.decode().index('id="gates"')


def verdict_of(seat: str, launch, **changed):
    return {
        "seat": seat, "launch": launch.pk, "verdict": "go", "reason": "", "appeals": "no",
        "condition": ["", ""], "due": ["", ""],
    } | changed  # fmt: skip


def test_a_verdict_is_given_and_leads_back():
    launch = seated()
    answer = client("legal").post(
        reverse("hub:verdict"), verdict_of("legal", launch, reason="Fine.", appeals="yes")
    )
    assert (answer.status_code, answer["Location"]) == (302, "/decisions/#seats")
    given = Verdict.objects.get()
    assert (given.seat, given.verdict, given.reason, given.appeals) == ("legal", "go", "Fine.", True)
    said = words(client("legal").get(PAGE))
    assert "Fine." in said
    assert "Give a new verdict" in said


def test_conditions_come_with_their_days():
    launch = seated()
    due = launches.later(3).isoformat()
    typed = {
        "verdict": "go_with_conditions",
        "reason": "If.",
        "condition": ["Close it", ""],
        "due": [due, ""],
    }
    client("legal").post(reverse("hub:verdict"), verdict_of("legal", launch, **typed))
    (condition,) = Verdict.objects.get().asked
    assert (condition.text, condition.due_on.isoformat()) == ("Close it", due)
    assert "Conditions on this launch" in words(client("executive").get(PAGE))


@pytest.mark.parametrize(
    ("typed", "place_of", "message"),
    [
        ({"verdict": "no_go"}, "wrong-reason", "Give the reason"),
        ({"verdict": ""}, "wrong-verdict", "is no verdict"),
        ({"verdict": "go_with_conditions", "reason": "x"}, "wrong-conditions", "at least one condition"),
        (
            {"verdict": "go_with_conditions", "reason": "x", "condition": ["Do it"], "due": [""]},
            "wrong-conditions", "by which day",
        ),
        (
            {"verdict": "go_with_conditions", "reason": "x", "condition": ["Do it"], "due": ["soon"]},
            "wrong-conditions", "is no day",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_kept(typed, place_of, message):
    launch = seated()
    answer = client("legal").post(reverse("hub:verdict"), verdict_of("legal", launch, **typed))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert message in re.search(rf'id="{place_of}"[^>]*>([^<]*)<', text)[1]
    for value in typed.get("condition", []):
        assert f'value="{value}"' in text
    if typed["verdict"]:
        assert f'value="{typed["verdict"]}" required checked' in text
    assert not Verdict.objects.exists()


def test_what_was_typed_is_escaped_and_what_cannot_be_stored_is_dropped():
    launch = seated()
    answer = client("legal").post(
        reverse("hub:verdict"), verdict_of("legal", launch, verdict="", reason="<b>\0x</b>")
    )
    assert "&lt;b&gt;x&lt;/b&gt;</textarea>" in answer.content.decode()


def test_nobody_speaks_for_another_seat_or_another_launch():
    launch = seated()
    assert client("legal").post(reverse("hub:verdict"), verdict_of("finance", launch)).status_code == 403
    assert client("auditor").post(reverse("hub:verdict"), verdict_of("legal", launch)).status_code == 403
    answer = client("legal").post(reverse("hub:verdict"), verdict_of("legal", launch) | {"launch": "0"})
    assert answer.status_code == 409
    assert "Another launch was planned" in words(answer)
    assert not Verdict.objects.exists()


def test_a_form_without_its_token_is_refused():
    launch = seated()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("legal"))
    assert strict.post(reverse("hub:verdict"), verdict_of("legal", launch)).status_code == 403
    assert not Verdict.objects.exists()
