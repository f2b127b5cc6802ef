"""The demonstration's accounts on the sign-in page, so that nobody has to look for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from governance.access.models import User
from governance.access.policy import ROLES
from otdr_hub.demo.cast import CAST, PASSWORD


@dataclass(frozen=True, slots=True)
class Part:
    """What a role does, in words, and who plays it."""

    usernames: tuple[str, ...]
    does: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everybody one can sign in as, and the password of each."""

    password: str
    parts: tuple[Part, ...]


def accounts(request: HttpRequest) -> dict[str, Callable[[], Accounts | None]]:  # noqa: ARG001 (Django's way)
    """A context processor; the accounts are read only where a template asks for them."""
    return {"demo_accounts": _open_accounts}


def _open_accounts() -> Accounts | None:
    if not settings.DEMO_ACCOUNTS:
        return None
    there = set(User.objects.filter(is_demo=True, is_active=True).values_list("username", flat=True))
    parts = []
    for role in dict.fromkeys(CAST.values()):
        names = tuple(name for name, plays in CAST.items() if plays == role and name in there)
        if names:
            parts.append(Part(names, str(ROLES[role])))
    return Accounts(PASSWORD, tuple(parts)) if parts else None
