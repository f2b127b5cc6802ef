"""What the menu has to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest

from governance.access.models import User
from governance.access.policy import DEPARTMENTS, may
from governance.access.selectors import acting_for
from otdr_hub.hub.desk.inbox import requests_for
from otdr_hub.lib import clock


def desk(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """A context processor; nothing is read but where a template asks."""
    return {
        "sees_inbox": partial(_sees_inbox, request),
        "sees_scope": partial(_sees_scope, request),
        "to_sign": partial(_to_sign, request),
    }


def _person(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _sees_inbox(request: HttpRequest) -> bool:
    person = _person(request)
    return person is not None and bool(person.roles - {"executive"})


def _sees_scope(request: HttpRequest) -> bool:
    person = _person(request)
    return person is not None and bool(may(person, "scope_read"))


def _to_sign(request: HttpRequest) -> int:
    """How many requests wait for the reader's signature; 0 for whoever never signs."""
    person = _person(request)
    if person is None or not (person.roles & set(DEPARTMENTS) or acting_for(person, clock.now())):
        return 0
    return len(requests_for(person, clock.now()))
