"""What every page knows about who looks at it, asked only where a template wants it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from governance.access.models import User
from governance.access.policy import holds


def door(request: HttpRequest) -> dict[str, Any]:
    """A context processor: whether the page of people opens, and how single sign-on is called."""
    return {"sees_people": partial(sees, request, "people_read"), "single_sign_on": settings.SINGLE_SIGN_ON}


def note_roles(request: HttpRequest, roles: frozenset[str]) -> frozenset[str]:
    """Keep what was read at the door for the menus of the page; what somebody may do is asked afresh."""
    request._otdr_roles = roles  # type: ignore[attr-defined]  # a request has no room of its own for it
    return roles


def roles_seen(request: HttpRequest) -> frozenset[str]:
    """The roles of who looks, read once for all of a page's menus; none of whoever is not signed in."""
    found: frozenset[str] | None = getattr(request, "_otdr_roles", None)
    if found is not None:
        return found
    user = getattr(request, "user", None)
    return note_roles(request, user.roles if isinstance(user, User) else frozenset())


def sees(request: HttpRequest, verb: str) -> bool:
    """Whether a menu may offer what takes the verb."""
    return holds(roles_seen(request), verb)
