"""S5, S7 and S10 over all addresses: what is refused says nothing, what people type is inert, no secret gets out."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from governance.access.policy import ROLES
from governance.markets.services import MarketRow, markets_load
from governance.models import Entry, Epoch, Market, ScopeDecision, SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.services import request_open
from metrics.models import Batch
from otdr_hub import cluster
from tests import builders
from tests.builders import PASSWORD, person
from tests.house.conftest import PROJECT
from tests.house.routes import TABLE

pytestmark = pytest.mark.faults
XSS = '"><img src=x onerror=alert(1)>'
# What a key looks like: of a cloud, of a forge, of ours; a private one; a password in an address.
SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9]{32,}"
    r"|otdr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[a-z_]+:(?!password@)[^@\s{}$<>'\"`]{8,}@"
)


@pytest.fixture
def shown(db: None, lake: Path) -> None:
    builders.published(lake)


def client_of(name: str, *roles: str) -> Client:
    """A browser whose person has just given their password."""
    person(name, *roles)
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


def plain(answer: object) -> str:
    """A body without what differs from one request to the next anyhow."""
    text = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r'(csrfmiddlewaretoken" value=|next=)"?[^"]*', "", text)


def test_s5_what_is_there_is_refused_like_what_is_not(shown):
    """A number in an address tells nobody whether there is such a thing."""
    there = {
        "/signoffs/%s/": SignoffRequest.objects.get(act=SCOPE).pk, "/batches/%s/": Batch.objects.first().pk,
        "/people/%s/": "dpm", "/ledger/%s/": 1, "/api/v1/signoffs/%s": SignoffRequest.objects.get(act=SCOPE).pk,
        "/api/v1/batches/%s": Batch.objects.first().pk, "/api/v1/ledger/%s": 1,
    }  # fmt: skip
    for role in ("executive", "bizops"):
        client = client_of(role)
        for path, one in there.items():
            absent = "nobody" if isinstance(one, str) else 999_999_999
            seen, missed = client.get(path % one), client.get(path % absent)
            assert seen.status_code in (403, 404), (role, path)
            assert (missed.status_code, plain(missed)) == (seen.status_code, plain(seen)), (role, path)


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


def test_s10_no_secret_is_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=PROJECT, capture_output=True,
        check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout")
    own = {value for value in vars(cluster.load_secrets()).values() if len(value) >= 16}
    found = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = PROJECT / name
        if not path.is_file():
            continue
        text = path.read_text("utf-8", errors="replace")
        if SECRETS.search(text) or any(secret in text for secret in own):
            found.append(name)
    assert found == []
    ignored = subprocess.run(["git", "check-ignore", "-q", "var/secrets.json"], cwd=PROJECT, check=False)
    assert ignored.returncode == 0


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
