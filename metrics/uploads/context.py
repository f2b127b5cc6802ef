"""What the menu has to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest

from governance.access.models import User
from governance.access.policy import may


def rooms(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """A context processor; the roles are read only where a template asks."""
    return {"may_see_batches": partial(_may_see, request)}


def _may_see(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return isinstance(user, User) and bool(may(user, "operator_read"))
