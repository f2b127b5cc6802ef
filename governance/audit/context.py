"""What the menu has to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest

from governance.access.models import User
from governance.access.policy import may


def rooms(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """A context processor; the roles are read only where a template asks."""
    return {"sees_ledger": partial(_sees, request)}


def _sees(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return isinstance(user, User) and bool(may(user, "ledger_read"))
