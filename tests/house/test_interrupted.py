"""A session that cannot be written is no fault of who asks: 503 where the database has no room or is away."""

from __future__ import annotations

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, OperationalError
from django.test import RequestFactory

from otdr_hub.errors import not_understood, server_error


def _interrupted(cause: DatabaseError) -> SessionInterrupted:
    """As the session's middleware raises it, over what the database said."""
    try:
        try:
            raise cause
        except DatabaseError:
            # Without `from`, as Django raises it: what the database said is its context and not its cause.
            raise SessionInterrupted("The request's session was deleted before the request completed.")  # noqa: B904
    except SessionInterrupted as error:
        return error


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (OperationalError("could not extend file: No space left on device"), 503),
        (DatabaseError("no row"), 400),
    ],
)
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/hub"])
def test_a_session_without_room_is_not_the_fault_of_who_asks(
    rf: RequestFactory, cause: DatabaseError, status: int, path: str
) -> None:
    assert not_understood(rf.post(path), _interrupted(cause)).status_code == status


@pytest.mark.parametrize(
    ("cause", "status"), [(OperationalError("gone"), 503), (DatabaseError("no row"), 500)]
)
def test_an_error_over_a_database_that_is_away_is_its_doing(
    rf: RequestFactory, cause: DatabaseError, status: int
) -> None:
    try:
        raise _interrupted(cause)
    except SessionInterrupted:
        assert server_error(rf.get("/kill-switch/")).status_code == status
