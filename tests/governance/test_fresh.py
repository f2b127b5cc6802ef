"""A recent proof of who acts: when it is asked for, what it keeps, and what never counts as one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from governance.access.fresh import ReauthenticateError, is_fresh, proven_at, require_fresh
from governance.access.models import User
from otdr_hub.errors import problem_handler
from tests.builders import PASSWORD, person

pytestmark = pytest.mark.usefixtures("db")


def _client(name: str, seconds_ago: float) -> Client:
    """Somebody who gave the password that long ago."""
    client = Client()
    client.post("/accounts/login/", {"login": person(name).username, "password": PASSWORD})
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - seconds_ago
    session.save()
    return client


def _request(client: Client, name: str) -> Any:
    request = RequestFactory().post("/x/")
    request.user = User.objects.get(username=name)
    request.session = SessionStore(client.session.session_key)
    return request


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(0, True), (290, True), (301, False), (86_000, False), (-60, False)]
)
def test_a_proof_counts_for_five_minutes(seconds: int, fresh: bool) -> None:
    assert is_fresh(_request(_client("dpm", seconds), "dpm")) is fresh


def test_a_session_without_a_proof_is_never_fresh() -> None:
    client = Client()
    client.force_login(person("dpm"))
    request = _request(client, "dpm")
    assert proven_at(request) is None
    assert not is_fresh(request)


def test_a_proof_of_somebody_else_in_the_same_browser_does_not_count() -> None:
    client = _client("dpm", 0)
    person("admin")
    assert not is_fresh(_request(client, "admin"))


def test_what_was_typed_waits_and_nothing_was_done() -> None:
    """A form of a stale session is kept; after the proof it is on its page again, and is sent once more."""
    client, dana = _client("admin", 400), person("dana", "bizops")
    form = {"act": "give", "role": "executive", "reason": "Sees the hub from now on"}
    asked = client.post("/people/dana/", form)
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fpeople%2Fdana%2F"
    assert dana.roles == {"bizops"}
    wrong = client.post(asked["Location"], {"password": "wrong", "next": "/people/dana/"})
    assert "not the password" in wrong.content.decode()
    assert (
        client.post(asked["Location"], {"password": PASSWORD, "next": "/people/dana/"})["Location"]
        == "/people/dana/"
    )
    page = client.get("/people/dana/").content.decode()
    assert "Sees the hub from now on" in page
    assert 'value="executive" selected' in page
    assert "What you typed is still here" in page
    assert dana.roles == {"bizops"}
    assert client.post("/people/dana/", form).status_code == 302
    assert dana.roles == {"bizops", "executive"}
    assert "Sees the hub from now on" not in client.get("/accounts/").content.decode()


def test_a_draft_keeps_no_secret_and_not_everything() -> None:
    client = _client("admin", 400)
    person("dana", "bizops")
    secret = {"act": "give", "password": "hunter2hunter2", "csrfmiddlewaretoken": "mark", "reason": "r"}
    client.post("/people/dana/", secret)
    kept = client.session["drafts"]["/people/dana/"]
    assert "hunter2" not in kept
    assert "mark" not in kept
    for n in range(8):
        person(f"p{n}", "bizops")
        client.post(f"/people/p{n}/", {"act": "close", "reason": "x" * 10})
    client.post("/people/dana/", {"act": "give", "reason": "x" * 60_000})
    assert len(client.session["drafts"]) == 5
    assert "/people/dana/" not in client.session["drafts"]


def test_wrong_passwords_count_towards_the_lock_there_too() -> None:
    client = _client("dpm", 400)
    for _ in range(10):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 429
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": "dpm", "password": PASSWORD})
    assert "_auth_user_id" not in elsewhere.session


def test_the_api_says_it_as_a_problem() -> None:
    request = _request(_client("dpm", 400), "dpm")
    with pytest.raises(ReauthenticateError) as raised:
        require_fresh(request)
    answer = problem_handler(raised.value, {})
    assert answer is not None
    assert answer.status_code == 403
    assert b"/api/problems/re-authenticate" in answer.content
    require_fresh(_request(_client("legal", 0), "legal"))


def test_changing_ones_second_factors_takes_the_same_proof() -> None:
    assert _client("dpm", 0).get("/accounts/mfa/codes/on/").status_code == 200
    stale = _client("legal", 400).get("/accounts/mfa/codes/on/")
    assert stale["Location"].startswith("/accounts/reauthenticate/")
