"""The inbox and the signing page: who sees what, twelve lines in one act, and what becomes of what was typed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from governance.access.deputies.services import deputy_name
from governance.access.policy import DEPARTMENTS, ROLES
from governance.ledger.models import Entry
from governance.models import RequirementChange, Signature, SignoffRequest
from governance.requirements.services import requirement_propose
from governance.scope.services import ACT as SCOPE
from governance.signoffs.selectors import missing_roles, stands
from governance.signoffs.services import request_escalate, request_open
from governance.signoffs.statements import statement_for
from otdr_hub.lib import clock, digest
from tests import builders
from tests.builders import PASSWORD, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings: Any, tmp_path: Path) -> Path:
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def signed_in(name: str, *roles: str) -> Client:
    """A browser whose person has just given their password."""
    person(name, *roles)
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


def passing(name: str, *roles: str) -> Client:
    """A browser whose person signed in too long ago to sign."""
    client = Client()
    client.force_login(person(name, *roles))
    return client


def twelve() -> SignoffRequest:
    """A request over twelve lines, to be signed by all departments."""
    builders.required(SCOPE, *DEPARTMENTS)
    lines = [(digest.of(n), f"market {n}") for n in range(12)]
    return request_open(act=SCOPE, summary="Show 12 markets", lines=lines, actor=person("dpm"))


def form(request: SignoffRequest, role: str, client: Client, **typed: str) -> dict[str, str]:
    """The page's form as it comes, with some of it typed over (`answer_3` is the answer to the third line)."""
    page = client.get(f"/signoffs/{request.pk}/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    lines = list(request.lines.order_by("pk"))
    fields = {f"answer-{line.pk}": "approve" for line in lines}
    for name, text in typed.items():
        kind, number = name.split("_")
        fields[f"{kind}-{lines[int(number)].pk}"] = text
    statement = statement_for(request.act, role).name
    return {"act": "sign", "for": role, "seen": seen[1], "statement": statement, "attest": "yes", **fields}


def send(client: Client, request: SignoffRequest, fields: dict[str, str]) -> Any:
    return client.post(f"/signoffs/{request.pk}/", fields)


def test_twelve_lines_are_one_act() -> None:
    request = twelve()
    client = signed_in("finance")
    before = Entry.objects.count()
    answer = send(client, request, form(request, "finance", client))
    assert answer.status_code == 302
    assert Signature.objects.filter(line__request=request, role="finance").count() == 12
    assert [entry.action for entry in Entry.objects.order_by("seq")[before:]] == ["signoff.given"]
    said = client.get(answer["Location"]).content.decode()
    assert "You answered 12 lines for Finance." in said
    assert "Legal and Logistics missing" in said
    kept = Signature.objects.filter(role="finance").first()
    assert kept is not None
    assert "[finance-2]" in kept.statement
    assert kept.authenticated_at is not None


def test_line_by_line_where_wanted() -> None:
    request = twelve()
    client = signed_in("legal")
    typed = {
        "answer_0": "except", "reason_0": "But for the north.", "answer_1": "ask", "reason_1": "Since when?",
        "answer_2": "reject", "reason_2": "Not like this.", "answer_3": "leave",
    }  # fmt: skip
    assert send(client, request, form(request, "legal", client, **typed)).status_code == 302
    verdicts = list(Signature.objects.order_by("pk").values_list("verdict", flat=True))
    assert verdicts == ["except", "ask", "reject", *["approve"] * 8]
    page = client.get(f"/signoffs/{request.pk}/").content.decode()
    for said in ("stopped by Legal", "Not like this.", "signed 9 of 12", "Since when?"):
        assert said in page
    assert "Sign 1 line for Legal" in page


@pytest.mark.parametrize("verdict", ["except", "ask", "reject"])
def test_a_missing_reason_is_said_beside_its_line_and_nothing_is_lost(verdict: str) -> None:
    request = twelve()
    client = signed_in("finance")
    answer = send(client, request, form(request, "finance", client, answer_5=verdict, reason_6="typed"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "nothing was signed" in page
    line = request.lines.order_by("pk")[5]
    assert f'id="wrong-{line.pk}"' in page
    assert re.search(rf'name="answer-{line.pk}" value="{verdict}" checked', page)
    assert 'value="typed"' in page
    assert not Signature.objects.filter(line__request=request).exists()


@pytest.mark.parametrize(
    ("change", "said", "status"),
    [
        ({"attest": None}, "Tick the statement", 422),
        ({"statement": "finance-1"}, "is now finance-2", 409),
        ({"seen": "0" * 64}, "not what the page showed", 409),
    ],
)
def test_what_was_not_read_is_not_signed(change: dict[str, str | None], said: str, status: int) -> None:
    request = twelve()
    client = signed_in("finance")
    fields = {**form(request, "finance", client), **change}
    answer = send(client, request, {name: text for name, text in fields.items() if text is not None})
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert not Signature.objects.exists() or not Signature.objects.filter(line__request=request).exists()


def test_who_signed_in_long_ago_proves_it_and_finds_what_was_typed() -> None:
    request = twelve()
    client = passing("finance")
    fields = form(request, "finance", client, answer_4="reject", reason_4="Feed broken")
    away = send(client, request, fields)
    assert away.status_code == 302
    assert away["Location"].startswith("/accounts/reauthenticate/")
    assert not Signature.objects.filter(line__request=request).exists()
    back = client.post(away["Location"], {"password": PASSWORD, "next": f"/signoffs/{request.pk}/"})
    assert back["Location"] == f"/signoffs/{request.pk}/"
    page = client.get(back["Location"]).content.decode()
    assert "What you typed is still here" in page
    assert 'value="Feed broken"' in page
    assert re.search(rf'name="answer-{request.lines.order_by("pk")[4].pk}" value="reject" checked', page)
    assert send(client, request, fields).status_code == 302
    assert Signature.objects.filter(line__request=request).count() == 12


def test_an_answer_is_taken_back_and_given_again() -> None:
    request = twelve()
    client = signed_in("finance")
    fields = form(request, "finance", client)
    send(client, request, fields)
    first = request.lines.order_by("pk")[0]
    gone = send(
        client, request, {"act": "withdraw", "for": "finance", "line": str(first.pk), "reason": "Too early."}
    )
    assert gone.status_code == 302
    page = client.get(gone["Location"]).content.decode()
    assert "You took back your answer to 1 line." in page
    assert "finance" in missing_roles(SCOPE, first.digest)
    again = {name: text for name, text in fields.items() if not name.startswith("answer-")}
    again[f"answer-{first.pk}"] = "approve"
    assert send(client, request, again).status_code == 302
    assert "finance" not in missing_roles(SCOPE, first.digest)
    nothing = send(client, request, {"act": "withdraw", "for": "finance", "reason": "x"})
    assert nothing.status_code == 422


def test_three_departments_by_three_people_and_it_stands() -> None:
    request = twelve()
    for role in DEPARTMENTS:
        client = signed_in(role)
        send(client, request, form(request, role, client))
    assert all(stands(SCOPE, line.digest) for line in request.lines.all())
    page = signed_in("auditor").get(f"/signoffs/{request.pk}/").content.decode()
    assert page.count("all have signed") == 12
    assert "nothing is missing" in page


def test_a_button_that_is_off_says_why() -> None:
    request = twelve()
    dpm = signed_in("dpm").get(f"/signoffs/{request.pk}/").content.decode()
    assert "You read this request; Finance, Legal and Logistics sign it." in dpm
    assert re.search(r"<button[^>]*disabled[^>]*>Sign</button>", dpm)
    both = signed_in("both", "finance", "legal")
    send(both, request, form(request, "finance", both))
    page = both.get(f"/signoffs/{request.pk}/?for=legal").content.decode()
    assert "has answered this request for finance already" in page


def test_who_neither_signs_nor_audits_does_not_read_it() -> None:
    request = twelve()
    allowed = {*DEPARTMENTS, "dpm", "auditor"}
    found = {role: passing(role).get(f"/signoffs/{request.pk}/").status_code for role in ROLES}
    assert found == {role: 200 if role in allowed else 403 for role in ROLES}


def test_a_deputy_sees_it_once_it_was_passed_on() -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    today = clock.now().date()
    stand_in = person("stand-in", "bizops")
    deputy_name(
        person=person("legal"), deputy=stand_in, role="legal", since=today, until=today, reason="away",
        actor=person("admin"),
    )  # fmt: skip
    late = clock.now() - dt.timedelta(hours=1)
    request = request_open(
        act=SCOPE, summary="Late", lines=[(digest.of("x"), "x")], answer_by=late, actor=person("dpm")
    )
    client = passing("stand-in")
    assert "Late" not in client.get("/inbox/").content.decode()
    assert client.get(f"/signoffs/{request.pk}/").status_code == 403
    request_escalate(request=request, role="legal", actor=person("dpm"))
    inbox = client.get("/inbox/").content.decode()
    assert "passed on to the deputy" in inbox
    assert "overdue by 1 hour" in inbox
    assert client.get(f"/signoffs/{request.pk}/").status_code == 200


def test_everybody_has_an_inbox_in_words() -> None:
    request = twelve()
    requirement_propose(act=SCOPE, role="finance", count=2, reason="two pairs of eyes", actor=_admin_of_two())
    said = {role: passing(role).get("/inbox/").content.decode() for role in ROLES}
    for role in DEPARTMENTS:
        assert f"/signoffs/{request.pk}/?for={role}" in said[role]
        assert "12 lines" in said[role]
        assert "to sign</span>" in said[role]
    assert "Markets to decide" in said["dpm"]
    assert "Requests without all answers" in said["dpm"]
    assert "Requests without all answers" in said["auditor"]
    assert "Weeks to lock" not in said["finance"], "no definition is in effect"
    assert "No delivery was refused" in said["data_engineer"]
    assert "two pairs of eyes" in said["admin"]
    assert "No case is open" in said["data_owner"]
    for role in ("executive", "bizops"):
        assert "never asked to decide or sign" in said[role]
    assert RequirementChange.objects.count() == 1


def _admin_of_two() -> Any:
    person("finance-2", "finance")
    return person("admin")


def test_a_version_and_a_requirement_are_told_in_words() -> None:
    _, version = builders.version_in_review()
    page = signed_in("finance").get(f"/signoffs/{version.pk}/").content.decode()
    assert "The first definition" in page
    assert "Not counted as due" in page
    client = signed_in("finance")
    fields = form(version, "finance", client)
    assert send(client, version, fields).status_code == 302
    builders.required(SCOPE, *DEPARTMENTS)
    change = requirement_propose(
        act=SCOPE, role="finance", count=2, reason="two pairs of eyes", actor=_admin_of_two()
    )
    told = signed_in("legal").get(f"/signoffs/{change.pk}/").content.decode()
    assert "Today showing a market takes 1 of Finance (everywhere); it would take 2." in told


def test_force_majeure_is_told_in_words() -> None:
    builders.majeure_declared()
    request = SignoffRequest.objects.get(act="majeure")
    page = signed_in("legal").get(f"/signoffs/{request.pk}/").content.decode()
    assert "Flood in the north" in page
    assert "The headline stays as it is" in page


def test_the_numbers_asked_about_are_on_the_page(tmp_path: Path) -> None:
    _, request = builders.asked(tmp_path)
    page = signed_in("logistics").get(f"/signoffs/{request.pk}/").content.decode()
    for said in (
        "Aland",
        "91.7",
        "11 of 12",
        "not signed before",
        "moves by more than 0.3 points",
        "2 batches",
    ):
        assert said in page.replace("\u00a0", " "), said
    assert "Computed by" in page
