"""Pages rendered once and used again, only under the state of the record read in that very request.

What may be seen follows from the governance epoch, from the day (a known issue ends by itself), and from
nothing else; so a page made under one state is the page under that state, and is never shown under another.
Nothing is deleted when something is switched off: what was made under an older epoch is not found any more.
An epoch that has gone back (a restored database) or a server that was started again finds nothing either.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from otdr_hub.hub.freshness import numbered

_STATE: Final = (
    "SELECT value, CURRENT_DATE::text, pg_postmaster_start_time()::text FROM governance_epoch WHERE id = 1"
)
# In `templates/base.html`, around what depends on who reads.
_WHO: Final = ("<!--who-->", "<!--/who-->")
_QUERIES: Final = ("", "present=1")
_FORM: Final = "csrfmiddlewaretoken"
_MOST: Final = 200
View = Callable[..., HttpResponse]


class State(NamedTuple):
    """All that decides what may be seen."""

    epoch: int
    day: str
    server: str


class _Shelf:
    """The newest pages; each only for the state it was made under."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], tuple[State, str, str]] = OrderedDict()
        self._lock = threading.Lock()
        self._highest = 0

    def take(self, key: tuple[str, ...], state: State) -> tuple[str, str] | None:
        with self._lock:
            self._highest = max(self._highest, state.epoch)
            found = self._pages.get(key)
            if found is None or found[0] != state or state.epoch < self._highest:
                return None
            self._pages.move_to_end(key)
            return found[1:]

    def put(self, key: tuple[str, ...], state: State, parts: tuple[str, str]) -> None:
        with self._lock:
            self._pages[key] = (state, *parts)
            self._pages.move_to_end(key)
            if len(self._pages) > _MOST:
                self._pages.popitem(last=False)


_shelf = _Shelf()


def state_now() -> State:
    """The state at this moment, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return State(*cursor.fetchone())


def reused(view: View) -> View:
    """A page that is the same for all readers but for its masthead, made once for each state."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if not settings.PAGES_REUSED or request.method != "GET" or query not in _QUERIES:
            return view(request, *args, **kwargs)
        key = (request.scheme or "", request.get_host(), request.path, query, get_language() or "")
        state = state_now()
        parts = _shelf.take(key, state)
        if parts is None:
            response = view(request, *args, **kwargs)
            _keep(key, state, response)
            return response
        who = render_to_string("parts/masthead.html", request=request)
        return numbered(HttpResponse(who.join(parts)), state.epoch)

    return answer


def _keep(key: tuple[str, ...], state: State, response: HttpResponse) -> None:
    """Keep a page whose numbers were read under the state asked for; never one with somebody's form."""
    if response.status_code != 200 or getattr(response, "otdr_epoch", None) != state.epoch:
        return
    before, found, rest = response.content.decode().partition(_WHO[0])
    after = rest.partition(_WHO[1])[2]
    if found and after and _FORM not in before + after:
        _shelf.put(key, state, (before, after))
