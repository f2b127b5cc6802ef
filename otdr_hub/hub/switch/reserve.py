"""A few connections that nobody else can take: whoever stops a number must not wait for who reads one.

Each web process has a pool for each role, one connection more than it has threads. Should all of it be in use
(a frozen database, connections not given back), a request to the kill switch is still answered: it runs on
connections of its own, one reserve for acting and one for looking, so that many who look do not keep out the
one who acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections
from django.http import HttpRequest, HttpResponse

_PATHS: Final = ("/kill-switch/", "/api/v1/shutoffs")
RESERVES: Final = ("act", "look")
_POOL: Final = {"min_size": 1, "max_size": 2}
# What a request to the kill switch asks of the database.
_ALIASES: Final = ("default", "hub")


def _apart(alias: str, reserve: str) -> Any:
    """A connection like the alias's, out of a pool of its own."""
    own = connections.create_connection(alias)
    options = {**own.settings_dict["OPTIONS"], "pool": _POOL}
    own.settings_dict = {**own.settings_dict, "OPTIONS": options}
    # Django keeps a pool for each alias's name.
    own.alias = f"{reserve}-{alias}"
    return own


def reserve_for(path: str, method: str) -> str:
    """Which reserve a request belongs to; nothing for all that neither acts on the kill switch nor looks."""
    if not path.startswith(_PATHS):
        return ""
    return "act" if method == "POST" else "look"


@contextmanager
def reserve(name: str) -> Iterator[None]:
    """Within it, this thread's connections come out of the named reserve; nothing without pools."""
    pooled = [alias for alias in _ALIASES if connections.settings[alias]["OPTIONS"].get("pool")]
    before = {alias: connections[alias] for alias in pooled}
    for alias in pooled:
        connections[alias] = _apart(alias, name)
    try:
        yield
    finally:
        for alias, known in before.items():
            connections[alias].close()
            connections[alias] = known


def reserved(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost: requests to the kill switch do not wait for the pool."""

    def answer(request: HttpRequest) -> HttpResponse:
        name = reserve_for(request.path, request.method or "")
        if not name:
            return get_response(request)
        with reserve(name):
            return get_response(request)

    return answer
