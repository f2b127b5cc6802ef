"""What every page knows about who looks at it, asked only where a template wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from governance.access.models import User
from governance.access.policy import may


def door(request: HttpRequest) -> dict[str, Any]:
    """A context processor: whether the page of people opens, and how single sign-on is called."""
    return {"sees_people": _sees_people(request), "single_sign_on": settings.SINGLE_SIGN_ON}


def looker(request: HttpRequest) -> User | None:
    """Whoever looks, for all that one menu asks: the roles are read once for a request, not for a line."""
    seen: User | None = getattr(request, "_looker", None)
    user = getattr(request, "user", None)
    if seen is None and isinstance(user, User):
        seen = user.glance()
        request._looker = seen  # type: ignore[attr-defined]
    return seen


def _sees_people(request: HttpRequest) -> Callable[[], bool]:
    def answer() -> bool:
        person = looker(request)
        return person is not None and bool(may(person, "people_read"))

    return answer
