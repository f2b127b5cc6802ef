"""The calls of the verbs about accounts, roles, deputies and tokens: verb, action, what comes before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator

from governance.access.deputies.services import deputy_name, deputy_withdraw
from governance.access.services import (
    account_close,
    account_create,
    account_welcome,
    factors_forget,
    role_grant,
    role_revoke,
    system,
)
from governance.access.tokens.services import token_create, token_revoke
from governance.ledger.actions import Action
from tests import builders
from tests.builders import person

DAY = dt.date(2026, 11, 25)


def _account(folder: Path) -> dict[str, Any]:
    return {"username": "new", "password": builders.PASSWORD, "roles": ["legal"], "actor": person("admin")}


def _newcomer(folder: Path) -> dict[str, Any]:
    newcomer = account_create(username="sam", password=builders.PASSWORD, roles=[], actor=system())
    return {"user": newcomer, "provider": "company", "actor": system()}


def _close(folder: Path) -> dict[str, Any]:
    return {"user": person("finance"), "reason": "left", "actor": person("admin")}


def _grant(folder: Path) -> dict[str, Any]:
    return {"user": person("exec", "executive"), "role": "bizops", "actor": person("admin")}


def _revoke(folder: Path) -> dict[str, Any]:
    return {"user": person("finance"), "role": "finance", "reason": "moved", "actor": person("admin")}


def _forget(folder: Path) -> dict[str, Any]:
    user = person("finance")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return {"user": user, "reason": "the phone is lost", "actor": person("admin")}


def _deputy(folder: Path) -> dict[str, Any]:
    return {
        "person": person("finance"), "deputy": person("finance-2", "finance"), "role": "finance",
        "since": DAY, "until": DAY, "reason": "away", "actor": person("finance"),
    }  # fmt: skip


def _deputy_end(folder: Path) -> dict[str, Any]:
    named = deputy_name(**_deputy(folder))
    return {"deputyship": named, "reason": "back early", "actor": person("admin")}


def _token(folder: Path) -> dict[str, Any]:
    return {
        "person": person("data_engineer"), "name": "loader", "scopes": ["ingest"], "days": 30,
        "actor": person("admin"),
    }  # fmt: skip


def _token_end(folder: Path) -> dict[str, Any]:
    token, _ = token_create(**_token(folder))
    return {"token": token, "actor": person("data_engineer")}


CALLS = (
    (account_create, Action.ACCOUNT_CREATED, _account),
    (account_welcome, Action.ACCOUNT_CREATED, _newcomer),
    (account_close, Action.ACCOUNT_CLOSED, _close),
    (role_grant, Action.ROLE_GRANTED, _grant),
    (role_revoke, Action.ROLE_REVOKED, _revoke),
    (factors_forget, Action.FACTORS_FORGOTTEN, _forget),
    (deputy_name, Action.DEPUTY_NAMED, _deputy),
    (deputy_withdraw, Action.DEPUTY_WITHDRAWN, _deputy_end),
    (token_create, Action.TOKEN_CREATED, _token),
    (token_revoke, Action.TOKEN_REVOKED, _token_end),
)
