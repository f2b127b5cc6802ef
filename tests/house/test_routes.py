"""Every route, every role: who gets what, and what each answer carries. A new route has to be listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from governance.access.policy import ROLES
from tests import builders
from tests.builders import person
from tests.house.routes import ANONYMOUS, NAMES, NUMBERS, PAGES, READERS, TABLE, Row

PROBLEM = "application/problem+json"


def _routes(resolver: URLResolver, prefix: str = "/", namespace: str = "") -> Iterator[tuple[str, str]]:
    for item in resolver.url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLPattern):
            yield route, f"{namespace}{item.name}"
        else:
            yield from _routes(item, route, f"{namespace}{item.namespace}:" if item.namespace else namespace)


def _client(role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != ANONYMOUS:
        client.force_login(person(role))
    return client


@pytest.fixture
def shown(db: None, lake: Path) -> None:
    """A publication that shows AA."""
    builders.published(lake)


def _assert_always_there(response: HttpResponse) -> None:
    """What every answer carries, whatever it says."""
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def _assert_problem(response: HttpResponse) -> None:
    """RFC 9457, whole, and not kept by anybody."""
    assert response["Content-Type"] == PROBLEM
    body = response.json()
    assert set(body) >= {"type", "title", "status", "detail"}
    assert body["status"] == response.status_code
    assert all(isinstance(body[key], str) and body[key] for key in ("type", "title", "detail"))
    assert "no-store" in response["Cache-Control"]


def test_every_route_is_in_the_table() -> None:
    assert dict(_routes(get_resolver())) == NAMES
    assert {row.route for row in TABLE} == set(NAMES)


def test_the_table_speaks_of_addresses_that_names_lead_to() -> None:
    for row in TABLE:
        assert reverse(NAMES[row.route], kwargs=row.kwargs) == row.path


def _fault(row: Row, role: str, answer: HttpResponse) -> str:
    """What is wrong with one answer, or nothing."""
    if answer.status_code != row.expected()[role]:
        return f"{row} as {role}: {answer.status_code}, not {row.expected()[role]}"
    try:
        _assert_always_there(answer)
        if row.route in NUMBERS and answer.status_code != 302:
            assert "no-store" in answer["Cache-Control"]
        if row.route.startswith("/api/") and answer.status_code >= 400:
            _assert_problem(answer)
        if answer.status_code == 302 and row.route in PAGES and role == ANONYMOUS:
            assert answer["Location"] == f"{reverse('account_login')}?next={row.path}"
    except (AssertionError, KeyError, ValueError) as error:
        return f"{row} as {role}: {error!r}"
    return ""


def _faults_of(role: str) -> Iterator[str]:
    """What is wrong with the answers to one reader, who signs in once.

    Whatever a request did is rolled back, the end of a session too: each finds the same database.
    """
    client = _client(role)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    for row in TABLE:
        client.cookies.clear()
        client.cookies.load(cookies)
        with transaction.atomic():
            fault = _fault(row, role, client.generic(row.method, row.path))
            transaction.set_rollback(True)
        yield fault


def test_each_role_gets_what_the_table_says(shown: None) -> None:
    found = [fault for role in READERS for fault in _faults_of(role)]
    assert len(found) == len(TABLE) * len(READERS)
    assert "\n".join(filter(None, found)) == ""


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing", "/api/v1/markets/a%20b", "/api/v1/hub/"])
@pytest.mark.parametrize("role", [ANONYMOUS, "auditor"])
def test_an_address_that_leads_nowhere_is_a_problem_too(db: None, path: str, role: str) -> None:
    answer = _client(role).get(path)
    assert answer.status_code == 404
    _assert_problem(answer)
    _assert_always_there(answer)


def test_a_page_that_does_not_exist_is_not_kept(db: None) -> None:
    answer = _client("auditor").get("/nothing/")
    assert answer.status_code == 404
    assert "no-store" in answer["Cache-Control"]
    _assert_always_there(answer)


@pytest.mark.parametrize("path", ["/api/v1/hub", "/api/v1/markets/AA", "/api/schema/"])
def test_a_form_nobody_speaks_is_a_problem(db: None, path: str) -> None:
    answer = _client("auditor").get(path, headers={"accept": "image/png"})
    assert answer.status_code == 406
    _assert_problem(answer)


def test_the_api_never_answers_without_a_session(db: None) -> None:
    """A password, a forged cookie or a session of an account since closed open nothing."""
    client = _client("auditor")
    assert client.get("/api/schema/").status_code == 200
    reader = person("auditor")
    reader.is_active = False
    reader.save(update_fields=["is_active"])
    assert client.get("/api/schema/").status_code == 401
    assert client.get("/").status_code == 302
    forged = _client(ANONYMOUS)
    forged.cookies["sessionid"] = "a" * 32
    assert forged.get("/api/v1/hub").status_code == 401
    assert _client(ANONYMOUS).get("/api/v1/hub", headers={"authorization": "Basic eDp4"}).status_code == 401


def test_what_is_shown_to_one_role_is_shown_to_all(shown: None) -> None:
    """Roles decide who may act; what may be seen is decided by the database alone."""
    bodies = {_client(role).get("/api/v1/markets/AA").content for role in ROLES}
    assert len(bodies) == 1
