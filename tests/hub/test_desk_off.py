"""What is switched off is on no page of the desk either: not where it is signed, decided on, or compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from governance.access.policy import DEPARTMENTS
from governance.killswitch.services import shutoff_activate
from governance.ledger.selectors import epoch
from governance.models import SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.statements import statement_for
from governance.versions.services import version_propose
from metrics.otdr.engine import engine_digest
from tests import builders
from tests.builders import WEEK, person
from tests.decide_client import words
from tests.hub.test_desk import form, send, signed_in
from tests.hub.test_scope_board import api, choice, looked_at

pytestmark = pytest.mark.django_db
# Of the one market that is published, and of both together.
ONE, BOTH = ("11 of 12", "91.7"), "22 of 24"


@pytest.fixture(autouse=True)
def lake(settings: Any, tmp_path: Path) -> Path:
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def off(**key: str) -> None:
    shutoff_activate(category="data_quality", actor=person("admin"), **{"market": "AA", **key})


def said(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return words(answer).replace("\u00a0", " ")


def parts(client: Client, path: str, query: Any = None) -> Any:
    """A page in parts: what an open tab takes out, and of which moment it is."""
    answer = client.get(path, query)
    text = answer.content.decode()
    assert 'data-numbers="parts"' in text
    assert f'data-epoch="{epoch()}"' in text
    assert "no-store" in answer["Cache-Control"]
    return text.count("data-number>") + text.count("data-number ")


def test_the_signing_page_shows_no_number_and_takes_no_agreement(tmp_path: Path) -> None:
    _, request = builders.asked(tmp_path)
    client = signed_in("finance")
    page, typed = f"/signoffs/{request.pk}/", form(request, "finance", signed_in("finance"))
    assert all(number in said(client, page) for number in ONE)
    before = parts(client, page)
    off()
    shown = said(client, page)
    assert not any(number in shown for number in ONE)
    assert "switched off since" in shown
    assert "Ask for it to be on again first" in shown
    # An open tab finds a place for each of its numbers, and what is left to answer is to ask and to reject.
    assert parts(client, page) == before
    assert 'value="approve"' not in client.get(page).content.decode()
    answer = send(client, request, typed)
    assert answer.status_code == 409
    assert "AA is switched off since" in words(answer)
    line = request.lines.get()
    asked = send(client, request, {**typed, f"answer-{line.pk}": "ask", f"reason-{line.pk}": "Which feed?"})
    assert asked.status_code == 302


def test_carriers_that_are_off_hide_those_beside_them(tmp_path: Path) -> None:
    builders.published(tmp_path)
    client = signed_in("dpm")
    chosen = choice(market=["AA"], breakout="carrier")
    assert "11 of 12" in client.get("/scope/decide/", chosen).content.decode()
    off(market="global", breakout="carrier", value="X")
    refused = client.get("/scope/decide/", chosen)
    assert (refused.status_code, "11 of 12" in refused.content.decode()) == (422, False)
    left_out = client.get("/scope/decide/", {**chosen, "state": "excluded"})
    assert (left_out.status_code, "11 of 12" in left_out.content.decode()) == (200, False)


def test_deciding_is_on_sums_without_what_is_off(tmp_path: Path) -> None:
    builders.published(tmp_path)
    client, other, both = signed_in("dpm"), choice(market=["BB"]), choice()
    assert BOTH in said_of(client, other)
    before = parts(client, "/scope/decide/", other)
    off()
    page = said_of(client, other)
    assert BOTH not in page
    assert "Switched off, and in none of these sums: Aland." in page
    assert parts(client, "/scope/decide/", other) == before
    refused = client.get("/scope/decide/", both)
    assert refused.status_code == 422
    assert "AA: switched off, so no page shows what to decide on" in words(refused)
    assert BOTH not in words(refused)
    out = {**both, "market": ["AA"], "state": "excluded"}
    assert not any(number in said_of(client, out) for number in (*ONE, BOTH))


def said_of(client: Client, chosen: Any) -> str:
    answer = client.get("/scope/decide/", chosen)
    assert answer.status_code == 200, answer.content
    return words(answer).replace("\u00a0", " ")


def test_what_was_looked_at_before_is_not_decided_after(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    builders.run_done(tmp_path)
    client = signed_in("dpm")
    sent = looked_at(client, choice(market=["BB"]))
    off()
    assert client.post("/scope/decide/", sent).status_code == 409


def test_the_sums_of_one_line_do_not_tell_another_that_is_off(tmp_path: Path) -> None:
    """The roll-up that was filed with a decision holds every market that was shown then."""
    builders.published(tmp_path)
    client = signed_in("dpm")
    client.post("/scope/decide/", looked_at(client, choice(market=["BB"])))
    request = SignoffRequest.objects.filter(act=SCOPE).latest("pk")
    page = f"/signoffs/{request.pk}/"
    assert BOTH in said(signed_in("finance"), page)
    off()
    shown = said(signed_in("finance"), page)
    assert BOTH not in shown
    assert "its number may be in it" in shown
    assert "11 of 12" in shown  # its own


def test_the_api_says_since_when_and_keeps_no_number(tmp_path: Path) -> None:
    _, request = builders.asked(tmp_path)
    client, path = signed_in("finance"), f"signoffs/{request.pk}"
    read = client.get(f"/api/v1/{path}")
    (line,) = read.json()["lines"]
    assert (line["now"]["on_time"], line["off_since"]) == (11, None)
    given = {
        "role": "finance", "statement": statement_for(SCOPE, "finance").name,
        "answers": [{"digest": line["digest"], "verdict": "approve"}],
    }  # fmt: skip
    key = {"if_match": read["ETag"], "idempotency_key": "one"}
    first = api(client, f"{path}/give", given, **key)
    off()
    again = api(client, f"{path}/give", given, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    for answer in (first, again):
        assert answer.json()["lines"][0]["now"] is None
        assert '"on_time": 11' not in json.dumps(answer.json())
    (line,) = client.get(f"/api/v1/{path}").json()["lines"]
    assert (line["now"], line["before"], line["moved"][:7]) == (None, None, "No page")
    assert line["off_since"]
    asked = f"/api/v1/scope?market=BB&week={builders.WEEK:%G-W%V}&state=certified"
    dpm = signed_in("dpm")
    assert dpm.get(asked).json()["effect"]["included"] == [11, 12]
    assert dpm.get(asked.replace("=BB", "=AA")).status_code == 409


def test_comparing_two_definitions_leaves_out_what_is_off(tmp_path: Path) -> None:
    version = builders.run_done(tmp_path).version
    draft = replace(builders.DEFINITION, name="otdr-next", grace_minutes=4320)
    version_propose(
        definition=draft, engine_digest=engine_digest(), reason="Grace.", actor=person("data_engineer")
    )
    client, page = signed_in("data_engineer"), "/versions/otdr-next/?compare=1"
    assert "22 / 24" in said(client, page)
    before = parts(client, page)
    client.post("/versions/otdr-next/", {"act": "submit"})
    assert version.pk
    off()
    shown = said(client, page)
    assert "switched off and not counted: Aland" in shown
    assert "11 / 12" in shown  # of the other one
    assert "22 / 24" not in shown
    # The disclosure keeps what was counted when it was submitted; it is not read while that is off.
    assert "AA: 11 of 12" not in shown
    assert "BB: 11 of 12 becomes 12 of 12." in shown
    assert "22 on time" not in shown
    assert parts(client, page) == before
    request = SignoffRequest.objects.filter(act="version").latest("pk")
    signer = said(signed_in("finance"), f"/signoffs/{request.pk}/")
    assert "On no page while AA, which it counts, is switched off" in signer
    assert "AA: 11 of 12" not in signer


def test_the_board_says_of_what_is_off_nothing_that_moved(tmp_path: Path) -> None:
    builders.published(tmp_path)
    client = signed_in("dpm")
    before = parts(client, "/scope/")
    off()
    assert "switched off" in said(client, "/scope/")
    assert parts(client, "/scope/") == before
    assert WEEK
