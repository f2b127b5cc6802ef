"""Which database role a statement runs under.

In production each role is a login of its own, reached through an alias of DATABASES. Ordinary tests
share one connection inside a transaction that is rolled back; there the same helper switches with
SET LOCAL ROLE, so the same grants are felt. The switch is possible only for the test login.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

Role = Literal["hub", "ops"]
Check = Callable[[CursorWrapper], None]

_checks: Final[dict[Role, Check]] = {}


def check_first(role: Role, check: Check) -> None:
    """Let `check` look at the database before anything else is asked under a role; it raises to refuse."""
    _checks[role] = check


def _check(role: Role, cursor: CursorWrapper) -> None:
    if role in _checks:
        _checks[role](cursor)


@contextmanager
def acting_as(role: Role) -> Iterator[CursorWrapper]:
    """A cursor under `otdr_<role>` in one transaction of its own; rolled back on error."""
    if not settings.ROLES_ON_ONE_CONNECTION:
        with transaction.atomic(using=role), connections[role].cursor() as cursor:
            _check(role, cursor)
            yield cursor
        return
    with transaction.atomic(using="default"), connections["default"].cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE otdr_{role}")
        _check(role, cursor)
        yield cursor
        cursor.execute("SET LOCAL ROLE otdr_app")
