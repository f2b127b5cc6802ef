"""Every route, every role: who gets what, and what each answer carries. A new route has to be listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from governance.access.policy import ROLES
from tests import builders
from tests.builders import person

ANONYMOUS = "anonymous"
READERS = (ANONYMOUS, *ROLES)
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Row:
    """A request, and the status for anonymous, for the ten roles, and for those who differ."""

    method: str
    route: str
    anonymous: int
    roles: int
    code: str = ""
    but: Mapping[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.route.replace("<slug:code>", self.code)

    def expected(self) -> dict[str, int]:
        return {ANONYMOUS: self.anonymous} | dict.fromkeys(ROLES, self.roles) | dict(self.but)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


# AA is shown, BB is in the scope and undecided, ZZ is not registered.
TABLE = (
    Row("GET", "/", 302, 200),
    Row("HEAD", "/", 302, 200),
    Row("POST", "/", 302, 405),
    Row("GET", "/markets/<slug:code>/", 302, 200, "AA"),
    Row("GET", "/markets/<slug:code>/", 302, 404, "BB"),
    Row("GET", "/markets/<slug:code>/", 302, 404, "ZZ"),
    Row("POST", "/markets/<slug:code>/", 302, 405, "AA"),
    Row("GET", "/accounts/login/", 200, 302),
    Row("POST", "/accounts/login/", 200, 302),
    Row("GET", "/accounts/logout/", 302, 405),
    Row("POST", "/accounts/logout/", 302, 302),
    Row("GET", "/api/schema/", 403, 200),
    Row("POST", "/api/schema/", 403, 405),
    Row("GET", "/api/v1/hub", 403, 200),
    Row("POST", "/api/v1/hub", 403, 405),
    Row("DELETE", "/api/v1/hub", 403, 405),
    Row("GET", "/api/v1/markets/<slug:code>", 403, 200, "AA"),
    Row("GET", "/api/v1/markets/<slug:code>", 403, 404, "BB"),
    Row("GET", "/api/v1/markets/<slug:code>", 403, 404, "ZZ"),
    Row("POST", "/api/v1/markets/<slug:code>", 403, 405, "AA"),
    Row("GET", "/healthz", 200, 200),
    Row("POST", "/healthz", 405, 405),
)
NAMES = {
    "/": "hub:hub",
    "/markets/<slug:code>/": "hub:market",
    "/accounts/login/": "login",
    "/accounts/logout/": "logout",
    "/api/schema/": "schema",
    "/api/v1/hub": "api:hub",
    "/api/v1/markets/<slug:code>": "api:market",
    "/healthz": "healthz",
}
# Addresses whose answers may carry a number, or say that there is none to be seen.
NUMBERS = tuple(route for route, name in NAMES.items() if name.startswith(("hub:", "api:")))

PAGES = tuple(route for route, name in NAMES.items() if name.startswith("hub:"))


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
        assert reverse(NAMES[row.route], kwargs={"code": row.code} if row.code else None) == row.path


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
        if answer.status_code == 302 and row.route in PAGES:
            assert answer["Location"] == f"{reverse('login')}?next={row.path}"
    except (AssertionError, KeyError, ValueError) as error:
        return f"{row} as {role}: {error!r}"
    return ""


def test_each_role_gets_what_the_table_says(shown: None) -> None:
    found = [
        _fault(row, role, _client(role).generic(row.method, row.path)) for row in TABLE for role in READERS
    ]
    assert [fault for fault in found if fault] == []


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
    assert client.get("/api/schema/").status_code == 403
    assert client.get("/").status_code == 302
    forged = _client(ANONYMOUS)
    forged.cookies["sessionid"] = "a" * 32
    assert forged.get("/api/v1/hub").status_code == 403
    assert _client(ANONYMOUS).get("/api/v1/hub", headers={"authorization": "Basic eDp4"}).status_code == 403


def test_what_is_shown_to_one_role_is_shown_to_all(shown: None) -> None:
    """Roles decide who may act; what may be seen is decided by the database alone."""
    bodies = {_client(role).get("/api/v1/markets/AA").content for role in ROLES}
    assert len(bodies) == 1
