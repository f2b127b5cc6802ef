"""The door under attack: guessed passwords and codes, replayed codes, stolen sessions, forged requests."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from governance.access.models import User
from governance.access.policy import DECIDING
from otdr_hub.settings import production
from tests.builders import PASSWORD, person

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.faults]
LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _try(client: Client, name: str, password: str, **more: str) -> Any:
    return client.post(LOGIN, {"login": name, "password": password, **more})


def _is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def _code(at: float | None = None) -> str:
    return format_hotp_value(hotp_value(SECRET, int(at or time.time()) // 30))


def _guarded(name: str) -> User:
    """Somebody whose account asks for a code."""
    from allauth.core import context
    from django.test import RequestFactory

    user = person(name)
    with context.request_context(RequestFactory().get("/")):
        TOTP.activate(user, SECRET)
    return user


def test_right_and_wrong_passwords() -> None:
    person("dpm")
    client = Client()
    refused = _try(client, "dpm", "wrong")
    assert (refused.status_code, _is_in(client)) == (200, False)
    assert "do not match an account" in refused.content.decode()
    assert _try(client, "dpm", PASSWORD)["Location"] == "/inbox/"
    assert _is_in(client)


def test_a_thousand_passwords_open_nothing_and_lock_the_account(caplog: pytest.LogCaptureFixture) -> None:
    """S8, with a hundred unless run in full: locked, one alarm in the log, none gets in."""
    person("dpm")
    caplog.set_level(logging.INFO)
    number = 1000 if os.environ.get("OTDR_EXAMPLES") == "full" else 100
    addresses = (f"10.0.{n // 250}.{n % 250}" for n in range(number))
    answers = [_try(Client(REMOTE_ADDR=one), "dpm", f"guess-{n}") for n, one in enumerate(addresses)]
    codes = [answer.status_code for answer in answers]
    assert codes[:9] == [200] * 9
    assert set(codes[9:]) == {429}
    right = Client()
    assert _try(right, "dpm", PASSWORD).status_code == 429
    assert not _is_in(right)
    assert "takes no password for 15 minutes" in answers[-1].content.decode()
    alarms = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert alarms
    assert "LOCKED OUT: sign-in of account 'dpm'" in alarms[0].getMessage()
    assert "guess-" not in caplog.text
    assert not any("guess-" in row.post_data for row in AccessAttempt.objects.all())


def test_the_lock_is_the_same_for_an_account_that_is_not_there() -> None:
    person("dpm")
    seen = []
    for name in ("dpm", "absent-account"):
        answers = [_try(Client(), name, "wrong") for _ in range(12)]
        unlike = re.compile(rf'{name}|name="csrfmiddlewaretoken" value="\w+"')
        seen.append([(answer.status_code, unlike.sub("", answer.content.decode())) for answer in answers])
    assert seen[0] == seen[1]
    assert [status for status, _ in seen[1]] == [200] * 9 + [429] * 3


def test_the_lock_ends_and_a_right_password_forgives() -> None:
    person("dpm")
    for _ in range(10):
        _try(Client(), "dpm", "wrong")
    assert _try(Client(), "dpm", PASSWORD).status_code == 429
    AccessAttempt.objects.update(attempt_time=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16))
    client = Client()
    assert _try(client, "dpm", PASSWORD).status_code == 302
    assert AccessAttempt.objects.count() == 0


def test_one_address_that_tries_many_accounts_is_slowed_down() -> None:
    codes = [_try(Client(), f"name-{n}", "Spring2026!").status_code for n in range(70)]
    assert codes[:60] == [200] * 60
    assert set(codes[60:]) == {429}


def test_a_name_with_line_breaks_forges_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """S7: what a stranger types is quoted."""
    caplog.set_level(logging.INFO)
    for _ in range(11):
        _try(Client(), "x\nERROR root: all is well", "wrong")
    assert not any("\n" in record.getMessage() for record in caplog.records)


def test_a_code_is_asked_for_and_counts_once() -> None:
    """S8: a code that was seen over somebody's shoulder is worth nothing."""
    _guarded("dpm")
    first, second = Client(), Client()
    for client in (first, second):
        assert _try(client, "dpm", PASSWORD)["Location"] == "/accounts/mfa/authenticate/"
        assert not _is_in(client)
    code = _code()
    assert first.post("/accounts/mfa/authenticate/", {"code": code}).status_code == 302
    assert _is_in(first)
    assert second.post("/accounts/mfa/authenticate/", {"code": code}).status_code == 200
    assert not _is_in(second)


def test_used_codes_are_known_to_every_process() -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    assert cache.add("once", "y", timeout=30)
    assert not cache.add("once", "y", timeout=30)


def test_guessed_codes_are_cut_off() -> None:
    _guarded("dpm")
    client = Client()
    _try(client, "dpm", PASSWORD)
    guesses = [f"{n:06d}" for n in range(100) if f"{n:06d}" != _code()]
    answers = [client.post("/accounts/mfa/authenticate/", {"code": guess}) for guess in guesses]
    assert not _is_in(client)
    said = answers[-1].content.decode()
    assert "Too many failed" in said
    client.post("/accounts/mfa/authenticate/", {"code": _code()})
    assert not _is_in(client)


def test_keys_of_code_apps_are_not_readable_in_the_database() -> None:
    _guarded("dpm")
    assert SECRET not in str(Authenticator.objects.get().data)


def test_production_asks_those_who_decide_or_sign_for_a_second_factor(settings: Any) -> None:
    assert production.SECOND_FACTOR_ROLES == DECIDING
    settings.SECOND_FACTOR_ROLES = production.SECOND_FACTOR_ROLES
    for role in ("dpm", "executive"):
        client = Client()
        _try(client, person(role).username, PASSWORD)
        page, api = client.get("/"), client.get("/api/v1/hub")
        if role == "executive":
            assert (page.status_code, api.status_code) == (200, 200)
            continue
        assert (page.status_code, page["Location"]) == (302, reverse("mfa_index"))
        assert (api.status_code, api.json()["type"]) == (403, "/api/problems/second-factor")
        assert "nothing else opens before" in client.get("/accounts/mfa/").content.decode()
    _guarded("legal")
    client = Client()
    _try(client, "legal", PASSWORD)
    client.post("/accounts/mfa/authenticate/", {"code": _code()})
    assert client.get("/").status_code == 200


def test_a_session_from_before_signing_in_is_worth_nothing() -> None:
    """S6, fixation: the key changes, and the old one opens nothing."""
    person("dpm")
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    _try(client, "dpm", PASSWORD)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/").status_code == 302


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(to: str) -> None:
    """S6, open redirect."""
    person("dpm")
    client = Client()
    assert _try(client, "dpm", PASSWORD, next=to)["Location"] == "/inbox/"
    assert "evil" not in Client().get(LOGIN, {"next": to})["Content-Security-Policy"]
    again = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": to})
    assert again["Location"] == "/inbox/"


def test_a_form_without_its_mark_does_nothing() -> None:
    """S6, CSRF: neither signing in, nor out, nor giving a role."""
    person("admin")
    person("dana", "bizops")
    client = Client(enforce_csrf_checks=True)
    assert _try(client, "admin", PASSWORD).status_code == 403
    client.force_login(person("admin"))
    form = {"act": "give", "role": "executive", "reason": "x"}
    for path in ("/accounts/logout/", "/accounts/tokens/", "/people/dana/", "/accounts/mfa/codes/on/"):
        assert client.post(path, form).status_code == 403
    assert _is_in(client)
    assert User.objects.get(username="dana").roles == {"bizops"}


@pytest.mark.parametrize("path", [LOGIN, "/", "/people/", "/api/v1/hub", "/api/nothing"])
def test_a_host_that_is_not_ours_is_refused(path: str) -> None:
    """S6: no link is ever made from a forged host, and the API says so as a problem."""
    answer = Client(raise_request_exception=False).get(path, headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content
    is_problem = answer["Content-Type"] == "application/problem+json"
    assert is_problem == path.startswith("/api/")


def test_no_page_of_the_door_can_be_framed_and_secrets_are_not_kept() -> None:
    person("dpm")
    client = Client()
    _try(client, "dpm", PASSWORD)
    for path in ("/accounts/", "/accounts/tokens/", "/accounts/mfa/", "/accounts/mfa/codes/on/", "/people/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer["X-Frame-Options"] == "DENY"
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-" not in policy
        assert "no-store" in answer.get("Cache-Control", ""), path


def test_there_is_no_sign_up_and_no_admin() -> None:
    for path in (
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/email/",
        "/admin/",
        "/accounts/sso/x/",
    ):
        assert Client().get(path).status_code == 404
