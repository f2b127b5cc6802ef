"""The addresses of a server with one streamed export, for `test_in_flight.py`."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest
from django.urls import path

from otdr_hub.hub.freshness import GuardedResponse, current_epoch


def _chunks() -> Iterator[bytes]:
    yield b"first line\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7), pg_advisory_unlock(7)")
    for number in range(3):
        yield b"line %d\n" % number


@login_not_required
def export(request: HttpRequest) -> GuardedResponse:
    """Waits in the middle for whoever holds the lock."""
    return GuardedResponse(_chunks(), current_epoch(), content_type="text/csv")


@login_not_required
def healthz(request: HttpRequest) -> GuardedResponse:
    """Ready."""
    return GuardedResponse([b"ok"], current_epoch())


urlpatterns = [path("export", export), path("healthz", healthz)]
