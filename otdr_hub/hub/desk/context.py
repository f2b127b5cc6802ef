"""What the menu has to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest

from governance.access.context import roles_seen, sees
from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.access.selectors import acting_for
from governance.cases.selectors import open_cases
from governance.publication.notices.selectors import to_acknowledge
from governance.signoffs.selectors import asked_of
from otdr_hub.lib import clock


def desk(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """A context processor; nothing is read but where a template asks."""
    return {
        "sees_inbox": partial(_sees_inbox, request),
        "sees_scope": partial(_sees_scope, request),
        "sees_triage": partial(_sees_triage, request),
        "open_cases": partial(_open_cases, request),
        "to_sign": partial(_to_sign, request),
        "to_acknowledge": partial(_to_acknowledge, request),
    }


def _person(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _sees_inbox(request: HttpRequest) -> bool:
    return bool(roles_seen(request) - {"executive"})


def _sees_scope(request: HttpRequest) -> bool:
    return sees(request, "scope_read")


def _sees_triage(request: HttpRequest) -> bool:
    return sees(request, "case_read")


def _open_cases(request: HttpRequest) -> int:
    """How many cases are open; 0 for whoever does not read cases."""
    return open_cases().count() if sees(request, "case_read") else 0


def _to_sign(request: HttpRequest) -> int:
    """How many requests wait for the reader's signature; 0 for whoever never signs."""
    person = _person(request)
    if person is None or not (roles_seen(request) & set(DEPARTMENTS) or acting_for(person, clock.now())):
        return 0
    return len(asked_of(person))


def _to_acknowledge(request: HttpRequest) -> int:
    """How many corrections the reader has not taken note of."""
    person = _person(request)
    if person is None or not sees(request, "notice_acknowledge"):
        return 0
    return len(to_acknowledge(person.pk))
