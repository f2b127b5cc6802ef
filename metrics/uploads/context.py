"""What the menu has to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest

from governance.access.context import sees


def rooms(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """A context processor; the roles are read only where a template asks."""
    return {"may_see_batches": partial(sees, request, "operator_read")}
