"""Tokens: what they open, what they never open, what is kept of them; and the API without credentials."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from governance.access.api import BearerAuthentication, InScope, ScopeError
from governance.access.models import Token
from governance.access.services import account_close, role_revoke
from governance.access.tokens.services import token_create, token_revoke
from governance.ledger.models import Entry
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError
from tests.builders import PASSWORD, person
from tests.conftest import PROJECT

pytestmark = pytest.mark.usefixtures("db")


def _token(role: str = "data_engineer", *scopes: str) -> tuple[Token, str]:
    who = person(role)
    return token_create(person=who, name="loader", scopes=scopes or ("read",), days=30, actor=who)


def _get(secret: str, path: str = "/api/schema/") -> Any:
    return Client().get(path, headers={"authorization": f"Bearer {secret}"})


def test_a_token_opens_the_api_as_its_person() -> None:
    _, secret = _token()
    assert _get(secret).status_code == 200
    assert _get(secret, "/api/v1/hub").status_code == 200


def test_a_token_opens_no_page() -> None:
    _, secret = _token("admin")
    assert _get(secret, "/people/").status_code == 302


def test_only_a_fingerprint_is_kept() -> None:
    """S10: neither the table nor the ledger nor the log holds what opens the door."""
    token, secret = _token()
    kept = json.dumps([list(Token.objects.values()), list(Entry.objects.values("payload"))], default=str)
    assert secret not in kept
    assert secret.split("_")[2] not in kept
    assert len(token.digest) == 64


@pytest.mark.parametrize(
    "sent",
    ["Bearer", "Bearer x", "Bearer otdr_00000000_" + "A" * 43, "Bearer a b", "bearer \xff", "Basic eDp4", ""],
)
def test_what_is_no_token_is_answered_with_401(sent: str) -> None:
    headers = {"authorization": sent} if sent else {}
    answer = Client().get("/api/v1/hub", headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="OTDR Hub"'
    assert answer["Content-Type"] == "application/problem+json"
    assert "no-store" in answer["Cache-Control"]


def test_a_token_ends_by_time_by_revocation_and_with_its_person(caplog: pytest.LogCaptureFixture) -> None:
    token, secret = _token()
    with clock.at(token.expires_at - dt.timedelta(seconds=1)):
        assert _get(secret).status_code == 200
    with clock.at(token.expires_at):
        assert _get(secret).status_code == 401
    token_revoke(token=token, actor=token.person)
    assert _get(secret).status_code == 401
    _, other = _token("bizops")
    account_close(user=person("bizops"), reason="left", actor=person("admin"))
    assert _get(other).status_code == 401
    said = caplog.text
    assert "A token was refused" in said
    assert secret not in said
    assert other not in said


def test_a_token_of_somebody_without_a_role_opens_nothing() -> None:
    _, secret = _token("bizops")
    role_revoke(user=person("bizops"), role="bizops", reason="moved", actor=person("admin"))
    assert _get(secret).status_code == 403


def test_scopes_bound_what_a_token_does() -> None:
    class Sends(APIView):
        token_scope = "ingest"

    def allowed(method: str, scopes: tuple[str, ...], view: Any) -> bool:
        _, secret = _token("data_engineer", *scopes)
        plain = getattr(APIRequestFactory(), method)("/", headers={"authorization": f"Bearer {secret}"})
        request = Request(plain, authenticators=[BearerAuthentication()])
        return InScope().has_permission(request, view)

    assert allowed("get", ("read",), APIView())
    assert allowed("post", ("ingest",), Sends())
    for method, scopes, view in (
        ("get", ("ingest",), APIView()), ("post", ("read", "run"), Sends()),
        ("post", ("read", "ingest", "run"), APIView()),
    ):  # fmt: skip
        with pytest.raises(ScopeError):
            allowed(method, scopes, view)


def test_tokens_that_are_not_made() -> None:
    who = person("data_engineer")
    for change in ({"scopes": []}, {"scopes": ["sign"]}, {"days": 0}, {"days": 400}, {"name": " "}):
        call: dict[str, Any] = {
            "person": who,
            "name": "n",
            "scopes": ["read"],
            "days": 1,
            "actor": who,
        } | change
        with pytest.raises(InvalidInputError):
            token_create(**call)
    with pytest.raises(NotAllowedError):
        token_create(person=who, name="n", scopes=["read"], days=1, actor=person("dpm"))


def test_the_page_shows_a_token_once() -> None:
    client = Client()
    client.post("/accounts/login/", {"login": person("dpm").username, "password": PASSWORD})
    made = client.post("/accounts/tokens/", {"name": "report", "scopes": ["read"], "days": "7"})
    secret = made.context["made"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert _get(secret).status_code == 200
    listed = client.get("/accounts/tokens/").content.decode()
    assert secret not in listed
    prefix = Token.objects.get().prefix
    assert prefix in listed
    client.post("/accounts/tokens/", {"act": "revoke", "prefix": prefix})
    assert _get(secret).status_code == 401


def test_nobody_revokes_a_token_of_somebody_else_on_that_page() -> None:
    token, secret = _token("data_engineer")
    client = Client()
    client.post("/accounts/login/", {"login": person("dpm").username, "password": PASSWORD})
    assert client.post("/accounts/tokens/", {"act": "revoke", "prefix": token.prefix}).status_code == 422
    assert _get(secret).status_code == 200


def test_the_command_makes_lists_and_revokes() -> None:
    def told(*words: str) -> Any:
        out = StringIO()
        call_command("tokens", *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    person("data_engineer")
    made = told("create", "data_engineer", "--name", "loader", "--scope", "read", "--days", "3")
    assert _get(made["secret"]).status_code == 200
    (row,) = told("list")["tokens"]
    assert (row["token"], row["state"], "secret" in row) == (made["token"], "open", False)
    assert told("revoke", made["token"])["state"] == "revoked"
    assert _get(made["secret"]).status_code == 401


@pytest.mark.faults
def test_guessing_tokens_finds_none() -> None:
    """S8: not even with the public part of a real one."""
    token, _ = _token()
    guesses = (f"otdr_{token.prefix}_{n:043d}" for n in range(100))
    assert {_get(guess).status_code for guess in guesses} == {401}


def test_the_schema_tells_of_tokens() -> None:
    """In a process that has imported nothing else before: the schema's extensions are found by import."""
    done = subprocess.run(
        [sys.executable, "manage.py", "spectacular", "--format", "openapi-json"],
        cwd=PROJECT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "otdr_hub.settings.dev"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
