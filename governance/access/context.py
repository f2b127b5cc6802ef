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


def _sees_people(request: HttpRequest) -> Callable[[], bool]:
    def answer() -> bool:
        return isinstance(request.user, User) and bool(may(request.user, "people_read"))

    return answer
