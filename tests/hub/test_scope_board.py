"""Deciding several markets in one act, asking again, publishing: pages, command and API."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from governance.access.policy import DEPARTMENTS, ROLES
from governance.killswitch.services import shutoff_activate
from governance.ledger.models import Entry
from governance.models import Publication, ScopeDecision, Signature, SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.statements import statement_for
from metrics.recompute.selectors import vintages_of
from otdr_hub.hub.guarded import read_hub
from tests import builders
from tests.builders import WEEK, person
from tests.governance.test_guard import corrected, recomputed
from tests.hub.test_desk import passing, signed_in

pytestmark = pytest.mark.django_db
LABEL = "2025-W45"


@pytest.fixture(autouse=True)
def lake(settings: Any, tmp_path: Path) -> Path:
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def choice(**more: Any) -> dict[str, Any]:
    return {"market": ["AA", "BB"], "week": LABEL, "state": "certified", **more}


def looked_at(client: Client, chosen: dict[str, Any]) -> dict[str, Any]:
    """The form under the preview of a choice."""
    page = client.get("/scope/decide/", chosen).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen, page
    return {**chosen, "seen": seen[1]}


def test_two_markets_are_decided_in_one_act(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    builders.run_done(tmp_path)
    client = signed_in("dpm")
    page = client.get("/scope/decide/", choice()).content.decode()
    for said in ("With these markets", "Without these markets", "22 of 24", "Decide 2 markets"):
        assert said in page, said
    before = Entry.objects.count()
    answer = client.post("/scope/decide/", looked_at(client, choice()))
    request = SignoffRequest.objects.get(act=SCOPE)
    assert answer["Location"] == f"/signoffs/{request.pk}/"
    assert request.lines.count() == 2
    made = [entry.action for entry in Entry.objects.order_by("seq")[before:]]
    assert made == ["scope.decided", "scope.decided", "signoff.requested"]
    effects = set(ScopeDecision.objects.values_list("effect", flat=True))
    assert len(effects) == 1, "both are filed with the table they were decided on"
    assert len(effects.pop()) == 64


def test_a_decision_without_its_preview_is_refused(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    builders.run_done(tmp_path)
    answer = signed_in("dpm").post("/scope/decide/", choice())
    assert answer.status_code == 409
    assert "look again" in answer.content.decode()
    assert not ScopeDecision.objects.exists()


def test_a_known_issue_needs_note_plan_owner_and_expiry(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    builders.run_done(tmp_path)
    client = signed_in("dpm")
    bare = choice(state="known_issue", disclosure="A day late.")
    page = client.get("/scope/decide/", bare).content.decode()
    assert "still missing" in page
    assert "disabled" in page
    assert client.post("/scope/decide/", looked_at(client, bare)).status_code == 422
    full = bare | {"plan": "New feed.", "owner": "data-owner", "review_on": "2099-01-01"}
    assert client.post("/scope/decide/", looked_at(client, full)).status_code == 302
    told = signed_in("legal").get(f"/signoffs/{SignoffRequest.objects.get(act=SCOPE).pk}/").content.decode()
    for said in ("A day late.", "New feed.", "data-owner", "1 Jan 2099", "shown with a note"):
        assert said in told
    assert not ScopeDecision.objects.filter(disclosure="").exists()


def test_an_exclusion_says_why_and_a_market_not_ready_says_what_is_missing(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    builders.run_done(tmp_path)
    client = signed_in("dpm")
    early = client.get("/scope/decide/", choice(week="2025-W46")).content.decode()
    assert "Nothing was due in 2025-W46" in early
    assert "has to be left out first" in early
    out = choice(market=["BB"], state="excluded", reason="Broken", owner="dpm", review_on="2099-01-01")
    assert client.post("/scope/decide/", looked_at(client, out)).status_code == 302
    board = client.get("/scope/").content.decode()
    for said in ("not shown", "Broken", "review on 1 Jan 2099", "Owner: dpm."):
        assert said in board


def test_who_signed_in_long_ago_comes_back_to_the_same_choice(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    builders.run_done(tmp_path)
    client = passing("dpm")
    away = client.post("/scope/decide/", looked_at(client, choice()))
    assert away.status_code == 302
    back = client.post(away["Location"], {"password": builders.PASSWORD})
    assert back["Location"].startswith("/scope/decide/?market=AA&market=BB&week=2025-W45")
    assert not ScopeDecision.objects.exists()


def test_the_board_for_every_role(tmp_path: Path) -> None:
    builders.published(tmp_path)
    found = {role: passing(role).get("/scope/") for role in ROLES}
    assert {role: page.status_code for role, page in found.items()} == dict.fromkeys(ROLES, 200) | {
        "executive": 403
    }
    for role, page in found.items():
        if role != "executive":
            said = page.content.decode()
            assert "may be shown" in said
            assert "not decided yet" in said
            assert ("Decide the markets ticked above" in said) == (role == "dpm")
    shutoff_activate(market="AA", category="data_quality", actor=person("dpm"))
    assert "switched off" in passing("auditor").get("/scope/").content.decode()


def test_only_what_moved_is_asked_again_and_the_hub_keeps_its_last_number(tmp_path: Path) -> None:
    first = builders.published(tmp_path)
    corrected(tmp_path)
    recomputed(first)
    dpm = signed_in("dpm")
    board = dpm.get("/scope/").content.decode().replace("\u00a0", " ")
    assert "needs signing again" in board
    assert "Week 45 now reads 100.0 %, signed as 91.7 %: 8.3 points apart, 0.3 allowed." in board
    assert "Ask again for 1 market" in board
    assert "8.3" not in passing("admin").get("/scope/").content.decode(), (
        "an admin sees that, not by how much"
    )
    preview = dpm.get("/scope/publish/").content.decode()
    assert "1 of 2 markets shown, 1 of them as last signed" in preview
    seen = re.search(r'name="seen" value="(\w+)"', preview)
    assert seen
    assert dpm.post("/scope/publish/", {"week": LABEL, "seen": "0" * 64}).status_code == 409
    assert dpm.post("/scope/publish/", {"week": LABEL, "seen": seen[1]})["Location"] == "/scope/"
    (market,) = read_hub().markets
    assert (market.is_held, market.through, market.as_of) == (True, WEEK, first.as_of)
    hub = passing("executive").get("/").content.decode().replace("\u00a0", " ")
    assert "Aland: Last signed number: week 45, data as of 14 Nov 2025, 12:00 UTC." in hub
    assert "91.7" in hub
    body = passing("executive").get("/api/v1/markets/AA").json()
    assert (body["held"], body["week"], body["as_of"]) == (True, LABEL, "2025-11-14T12:00:00Z")


def test_publishing_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    builders.signed(tmp_path)
    call_command("publish", "--week", LABEL, "--as", "dpm", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["publication"] == "P-1"
    assert said["shown"] == ["AA"]
    with pytest.raises(SystemExit):
        call_command("publish", "--as", "exec")
    assert Publication.objects.count() == 1


def api(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def test_signing_by_api(tmp_path: Path) -> None:
    _, request = builders.asked(tmp_path)
    path = f"signoffs/{request.pk}"
    client = signed_in("finance")
    found = client.get(f"/api/v1/{path}")
    (line,) = found.json()["lines"]
    assert (line["now"]["on_time"], line["now"]["due"], line["market"]) == (11, 12, "AA")
    body = {
        "role": "finance", "statement": statement_for(SCOPE, "finance").name,
        "answers": [{"digest": line["digest"], "verdict": "approve"}],
    }  # fmt: skip
    assert api(client, f"{path}/give", body).status_code == 428
    assert api(client, f"{path}/give", body, if_match='"old"').status_code == 412
    stale = api(passing("finance-2", "finance"), f"{path}/give", body, if_match=found["ETag"])
    assert (stale.status_code, stale.json()["type"]) == (403, "/api/problems/re-authenticate")
    once = {"if_match": found["ETag"], "idempotency_key": "k1"}
    first = api(client, f"{path}/give", body, **once)
    assert first.status_code == 201
    again = api(client, f"{path}/give", body, **once)
    assert (again.status_code, again.json()) == (201, first.json())
    assert Signature.objects.filter(line__request=request).count() == 1
    assert api(client, f"{path}/give", body | {"role": "legal"}, **once).status_code == 422
    assert api(client, f"{path}/give", body, if_match=found["ETag"]).status_code == 409
    assert api(client, f"{path}/withdraw", {"reason": "Too early."}).status_code == 200
    listed = client.get("/api/v1/signoffs").json()["signoffs"]
    assert listed[0]["missing"] == dict.fromkeys(sorted(DEPARTMENTS), 1)


def test_deciding_and_publishing_by_api(tmp_path: Path) -> None:
    builders.required(SCOPE, *DEPARTMENTS)
    run = builders.run_done(tmp_path)
    client = signed_in("dpm")
    found = client.get("/api/v1/scope", {"market": "AA", "week": LABEL, "state": "certified"})
    assert found.json()["effect"]["included"] == [11, 12]
    body = {"markets": ["AA"], "week": LABEL, "state": "certified"}
    assert api(client, "scope", body, if_match='"old"').status_code == 412
    made = api(client, "scope", body, if_match=found["ETag"])
    assert made.status_code == 201
    builders.sign(SignoffRequest.objects.get(pk=made.json()["signoff"]), *DEPARTMENTS)
    offered = client.get("/api/v1/publications", {"week": LABEL})
    assert {one["market"]: one["shown"] for one in offered.json()["offer"]} == {"AA": True, "BB": False}
    assert api(client, "publications", {"week": LABEL}, if_match='"old"').status_code == 412
    done = api(client, "publications", {"week": LABEL}, if_match=offered["ETag"])
    assert done.status_code == 201
    assert done.json()["number"] == 1
    assert {one["vintage"] for one in done.json()["lines"]} == set(vintages_of(run).values())
