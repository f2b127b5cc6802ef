"""S5: whoever lacks the right gets the same answer, in status and body, about what is there and what is not.

Every address that takes an object, as nobody and in every role, read and written to, with an empty body and
with one that says something. What a role may do is not done: each request is undone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client

from governance.killswitch.services import shutoff_activate
from governance.models import SignoffRequest
from governance.scope.services import ACT as SCOPE
from metrics.models import Batch
from metrics.uploads.services import Sending, upload_receive
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.parts import verify_code
from tests import cases, launches
from tests.builders import PASSWORD, person
from tests.house.routes import ANONYMOUS, NAMES, NO_ID, NO_NUMBER, READERS
from tests.house.row import SEE_CASES
from tests.requests import made

pytestmark = pytest.mark.faults
# No address takes the other three; at full size they are tried all the same.
METHODS = (
    ("GET", "POST", "PUT", "PATCH", "DELETE")
    if os.environ.get("OTDR_EXAMPLES") == "full"
    else ("GET", "POST")
)
REFUSED = {401, 403, 405}
# Whoever reads requests for signatures is told that they do not sign this one.
# Whoever may see cases is told that one is open before it is shown to them, since they learn what it stops.
_CASE = "/api/v1/cases/<int:number>"
READ_ANYWAY = {
    ("POST", "/api/v1/signoffs/<int:number>/withdraw"): ("dpm", "auditor"),
    ("POST", "/triage/<int:number>/"): SEE_CASES,
    **{
        ("POST", f"{_CASE}{act}"): SEE_CASES
        for act in ("/notes", "/steps", "/steps/<int:position>", "/evidence", "/resolve", "/reopen")
    },
}
# Everybody has their own, and of somebody else's there is none for them.
OWN = {"/accounts/mfa/passkeys/<int:pk>/remove/"}
# What everybody who is signed in may read: that there is no such thing is said to all in the same words.
EVERYBODYS = {
    "/markets/<slug:code>/": "the hub names every market of the scope, and why one is not shown",
    "/markets/<slug:code>/lineage/": "as the market's page",
    "/markets/<slug:code>/explore/": "as the market's page",
    "/export/markets/<slug:code>.csv": "as the market's page",
    "/export/markets/<slug:code>.csv-metadata.json": "as the market's page",
    "/export/markets/<slug:code>.xlsx": "as the market's page",
    "/export/markets/<slug:code>.pdf": "as the market's page",
    "/api/v1/markets/<slug:code>": "as the market's page",
    "/decisions/<int:number>/minutes/": "minutes are for everybody",
    "/publications/<str:ref>/": "every publication is listed for everybody",
    "/api/v1/publications/<str:ref>": "every publication is listed for everybody",
    "/verify/<str:code>/": "whoever holds a printed page may ask whether it is a true one",
    "/api/v1/verify/<str:code>": "whoever holds a printed page may ask whether it is a true one",
    "/versions/<slug:name>/": "every version is listed for everybody",
    "/api/v1/batches/<slug:kind>": "a kind of file is no object; both are in the contract",
}
# One body for all of them: each takes what it knows. None of it makes a request a good one.
SENT = {
    "reason": "x", "evidence": "x", "role": "finance", "act": "revoke", "category": "other", "statement": "x",
    "verdict": "approve", "effect": "x", "market": "AA",
}  # fmt: skip


@pytest.fixture
def there(db: None, lake: Path) -> dict[str, tuple[str, str]]:
    """Route -> (a name of something that is there, a name of nothing)."""
    decision = launches.decided(lake)
    upload, _ = upload_receive(
        pieces=[b"x"], sending=Sending("promises", "p.csv"), actor=person("data_engineer")
    )
    found = read_hub().publication
    assert found is not None
    code = verify_code(found)
    off = shutoff_activate(market="BB", category="other", actor=person("logistics-2", "logistics"))
    passkey = Authenticator.objects.create(
        user=person("somebody", "executive"), type=Authenticator.Type.WEBAUTHN,
        data={"name": "key", "credential": {}},
    )  # fmt: skip
    asked, case = made(), cases.by_hand("BB")
    request, batch = SignoffRequest.objects.get(act=SCOPE), Batch.objects.earliest("pk")
    named: dict[str, tuple[Any, str]] = {
        "markets": ("AA", "ZZ"), "decisions": (decision.pk, NO_NUMBER), "batches": (batch.pk, NO_NUMBER),
        "uploads": (upload.pk, NO_ID), "signoffs": (request.pk, NO_NUMBER), "shutoffs": (off.pk, NO_NUMBER),
        "kill-switch": (off.pk, NO_NUMBER), "publications": ("P-1", "P-999"), "verify": (code, "P-9-00000000"),
        "passkeys": (passkey.pk, NO_NUMBER), "people": ("dpm", "nobody"), "ledger": (1, NO_NUMBER),
        "versions": ("otdr-test", "nothing"), "requests": (asked.pk, NO_NUMBER), "blast": ("AA", "ZZ"),
        "triage": (case.pk, NO_NUMBER), "cases": (case.pk, NO_NUMBER), "steps": (1, NO_NUMBER), "preview": ("block", "nothing"),
    }  # fmt: skip
    places = {route: re.findall(r"([a-z-]+)/<(?!slug:kind)", route) for route in NAMES}
    pairs = {route: named[place[-1]] for route, place in places.items() if place}
    kinds = {route: ("events", "promises") for route in NAMES if "<slug:kind>" in route}
    return {route: (str(one), other) for route, (one, other) in (pairs | kinds).items()}


def client_of(reader: str) -> Client:
    """A browser, and if it is somebody's, just signed in."""
    client = Client(raise_request_exception=False)
    if reader != ANONYMOUS:
        person(reader)
        client.post("/accounts/login/", {"login": reader, "password": PASSWORD})
    return client


def answer(client: Client, method: str, path: str, sent: dict[str, str]) -> tuple[int, str, str]:
    """Status, address and body of an answer, without what differs from one request to the next anyhow."""
    more: dict[str, Any] = {"headers": {"if-match": '"x"', "idempotency-key": "k"}} if sent else {}
    if path.startswith("/api/"):
        more |= {"data": json.dumps(sent), "content_type": "application/json"}
    elif sent:
        more |= {
            "data": "&".join(f"{k}={v}" for k, v in sent.items()),
            "content_type": "application/x-www-form-urlencoded",
        }
    with transaction.atomic():
        found = client.get(path) if method == "GET" else client.generic(method, path, **more)
        transaction.set_rollback(True)
    body = b"".join(found) if found.streaming else found.content  # type: ignore[attr-defined]
    text = re.sub(r'(csrfmiddlewaretoken" value=|next=)"?[^"]*', "", body.decode(errors="replace"))
    return found.status_code, found.get("Location", "").partition("?")[0], text.replace(path, "")


def compared(there: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Route, method, reader and what was answered about what is there and what is not."""
    for reader in READERS:
        client = client_of(reader)
        for route, names in there.items():
            paths = [re.sub(r"<\w+:\w+>", name, route) for name in names]
            for method in METHODS:
                for sent in ({}, SENT) if method == "POST" else ({},):
                    yield route, method, reader, *(answer(client, method, path, sent) for path in paths)


def test_s5_who_lacks_the_right_cannot_tell_what_is_there(there: dict[str, tuple[str, str]]) -> None:
    assert set(there) == {route for route in NAMES if "<" in route}
    unlike, refused = [], set()
    for route, method, reader, seen, missed in compared(there):
        if 403 in (seen[0], missed[0]) and reader != ANONYMOUS:
            refused.add(route)
        may_know = reader in READ_ANYWAY.get((method, route), ())
        if may_know or (reader != ANONYMOUS and route not in OWN and not {seen[0], missed[0]} & REFUSED):
            continue
        if seen != missed:
            unlike.append(f"{method} {route} as {reader}: {seen[:2]} and {missed[:2]}")
    assert "\n".join(unlike) == ""
    assert sorted(refused | set(EVERYBODYS) | OWN) == sorted(there), (
        "each is refused to somebody, or says why not"
    )


def test_s5_who_is_told_that_it_is_there_may_read_it(there: dict[str, tuple[str, str]]) -> None:
    for (_, route), readers in READ_ANYWAY.items():
        whole = "/api/v1/signoffs/<int:number>" if "signoffs" in route else _CASE
        for reader in readers:
            assert client_of(reader).get(whole.replace("<int:number>", there[whole][0])).status_code == 200
