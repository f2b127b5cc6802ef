"""S5, S7 and S10 over all addresses: what is refused says nothing, what people type is inert, no secret gets out."""

from __future__ import annotations

import datetime as dt
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from governance.access.policy import ROLES
from governance.definition import DefinitionError
from governance.markets.services import MarketRow, markets_load
from governance.models import Entry, Epoch, Market, ScopeDecision
from governance.scope.services import ACT as SCOPE
from governance.signoffs.services import request_open
from governance.versions.services import version_propose, version_submit
from metrics.otdr.engine import engine_digest
from otdr_hub import cluster
from tests import builders
from tests.builders import PASSWORD, person
from tests.house.routes import TABLE

pytestmark = pytest.mark.faults
XSS = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def shown(db: None, lake: Path) -> None:
    builders.published(lake)


def client_of(name: str, *roles: str) -> Client:
    """A browser whose person has just given their password."""
    person(name, *roles)
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


def test_s5_what_nobody_may_set_is_not_taken(shown):
    """`certified`, `epoch`, `hash` and the like in what is sent change nothing."""
    client = client_of("dpm")
    looked = client.get("/api/v1/scope?market=AA&week=2025-W45&state=known_issue")
    epoch = Epoch.objects.get().value
    extra = {
        "certified": True, "digest": "f" * 64, "hash": "f" * 64, "epoch": 1, "decided_by": "finance", "effect": "",
        "guard": {"max_drift_points": "99"}, "decided_at": "2000-01-01T00:00:00Z", "id": 1, "actor": "admin",
    }  # fmt: skip
    sent = {
        "markets": ["AA"], "week": "2025-W45", "state": "known_issue", "disclosure": "Late.", "plan": "Wait.",
        "owner": "Ops", "review_on": "2035-01-01", **extra,
    }  # fmt: skip
    answer = client.post(
        "/api/v1/scope", json.dumps(sent), content_type="application/json",
        headers={"if-match": looked["ETag"]},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    made = ScopeDecision.objects.order_by("pk").last()
    assert made.digest == answer.json()["digests"][0] != "f" * 64
    assert (made.decided_by.username, made.guard) == ("dpm", '{"max_drift_points":"0.3"}')
    assert made.effect
    assert made.decided_at.year > 2000
    assert Epoch.objects.get().value > epoch
    assert Entry.objects.last().actor == "dpm"


def test_s7_text_from_people_is_inert_on_every_page(shown, lake):
    markets_load(rows=[MarketRow("AA", f"A{XSS}", "Europe/Mariehamn", 1)], actor=person("admin"))
    run = ScopeDecision.objects.first()
    from governance.scope.services import scope_decide
    from otdr_hub.lib import clock

    decision = scope_decide(
        market=Market.objects.get(pk="AA"), state="known_issue", version=run.version, vintage=run.vintage,
        through=run.through, disclosure=f"D{XSS}", plan=f"P{XSS}", owner=f"O{XSS}", effect=run.effect,
        review_on=dt.date(clock.now().year + 9, 1, 1), actor=person("dpm"),
    )  # fmt: skip
    request = request_open(
        act=SCOPE, summary=f"S{XSS}", lines=[(decision.digest, f"L{XSS}")], actor=person("dpm")
    )
    builders.answer(request, "legal", person("legal"), "except", f"R{XSS}")
    paths = {row.path for row in TABLE if row.method == "GET" and row.path.count("999") == 0}
    paths |= {f"/signoffs/{request.pk}/", f"/ledger/{Entry.objects.last().seq}/", "/people/legal/"}
    said = 0
    for role in ("dpm", "legal", "auditor", "executive"):
        client = Client(raise_request_exception=False)
        client.force_login(person(role))
        for path in sorted(paths - {"/api/v1/stream"}):
            answer = client.get(path)
            assert answer.status_code < 500, (role, path)
            if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
                text = answer.content.decode()
                assert "<img src=x" not in text, (role, path)
                said += text.count("onerror=alert(1)")
            else:
                assert answer["X-Content-Type-Options"] == "nosniff", path
    assert said > 10, "the texts were on the pages, as text"


def test_s7_what_a_definition_says_is_inert_and_its_name_is_none_but_a_name(shown):
    """Why it changes, what it does, why it came back, and whatever of the document is free to say."""
    with pytest.raises(DefinitionError):
        replace(builders.DEFINITION, name=f"otdr{XSS}")
    evil = replace(
        builders.DEFINITION, name="otdr-evil", attempt_reasons=(f"A{XSS}",), pickup_services=(f"P{XSS}",),
        excluded_services=((f"S{XSS}", "test"),), event_map=((f"C{XSS}", f"K{XSS}", "attempted"),),
        calendars=(("AA", "2025-12-25", f"H{XSS}"),), success_event="first_attempt",
    )  # fmt: skip
    engineer = person("data_engineer")
    version = version_propose(
        definition=evil, engine_digest=engine_digest(), reason=f"W{XSS}", actor=engineer
    )
    request = version_submit(version=version, effect=f"E{XSS}", actor=engineer)
    builders.answer(request, "finance", person("finance"), "reject", f"R{XSS}")
    newest = Entry.objects.last().seq
    paths = (
        "/versions/",
        "/versions/otdr-evil/",
        f"/signoffs/{request.pk}/",
        f"/ledger/{newest}/",
        "/ledger/",
    )
    said = 0
    for role in ("dpm", "finance", "auditor", "executive"):
        client = client_of(role)
        for path in paths:
            text = client.get(path).content.decode()
            assert "<img src=x" not in text, (role, path)
            said += text.count("onerror=alert(1)")
    assert said > 20, "the texts were on the pages, as text"


def test_s10_no_secret_is_on_a_page_in_an_error_or_in_the_log(shown, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    secrets = [value for value in vars(cluster.load_secrets()).values() if len(value) >= 16]
    hashes = [user.password for user in map(person, ROLES)]
    said = []
    for role in ("admin", "auditor"):
        client = Client(raise_request_exception=False)
        client.force_login(person(role))
        for row in TABLE:
            if row.method == "GET" and "stream" not in row.path:
                answer = client.get(row.path)
                assert answer.status_code < 500, row
                said.append(b"".join(answer) if answer.streaming else answer.content)
    client = Client(raise_request_exception=False)
    client.force_login(person("executive"))

    def broken() -> None:
        raise RuntimeError(secrets[0])

    monkeypatch.setattr("otdr_hub.hub.views.read_hub", broken)
    said.append(client.get("/").content)
    text = b"\n".join(said).decode(errors="replace")
    assert "Traceback" not in text
    assert [secret for secret in [*secrets, *hashes] if secret in text] == []
    quiet = "\n".join(record.getMessage() for record in caplog.records)
    assert [secret for secret in [*secrets, *hashes, PASSWORD] if secret in quiet] == []
