"""Pages rendered once and used again, only under the state of the record read in that very request.

What may be seen follows from the governance epoch and the day (a known issue ends by itself), and all else
on a page from what is on the ledger; so a page made under one state is the page under that state, and is
never shown under another.
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
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_state
from otdr_hub.hub.reading import State

# In `templates/base.html`, around what depends on who reads.
_WHO: Final = ("<!--who-->", "<!--/who-->")
_FORM: Final = "csrfmiddlewaretoken"
_MOST: Final = 200
View = Callable[..., HttpResponse]


class Kept(NamedTuple):
    """A page without its masthead, and what has to happen for each of its readers."""

    before: str
    after: str
    each: Callable[[HttpRequest], None] | None = None


class _Shelf:
    """The newest pages; each only for the state it was made under."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], tuple[State, Kept]] = OrderedDict()
        self._lock = threading.Lock()
        self._highest = 0

    def take(self, key: tuple[str, ...], state: State) -> Kept | None:
        with self._lock:
            self._highest = max(self._highest, state.epoch)
            found = self._pages.get(key)
            if found is None or found[0] != state or state.epoch < self._highest:
                return None
            self._pages.move_to_end(key)
            return found[1]

    def put(self, key: tuple[str, ...], state: State, kept: Kept) -> None:
        with self._lock:
            self._pages[key] = (state, kept)
            self._pages.move_to_end(key)
            if len(self._pages) > _MOST:
                self._pages.popitem(last=False)


_shelf = _Shelf()


def for_each_reader(
    request: HttpRequest, response: HttpResponse, act: Callable[[HttpRequest], None]
) -> HttpResponse:
    """Do what is due for this reader of a page, and for each who is given the same page again."""
    act(request)
    response.otdr_each = act  # type: ignore[attr-defined]  # kept with the page
    return response


def reused(view: View) -> View:
    """A page that is the same for all readers but for its masthead, made once for each state."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PAGES_REUSED or request.method != "GET" or request.META.get("QUERY_STRING"):
            return view(request, *args, **kwargs)
        key = (request.scheme or "", request.get_host(), request.path, get_language() or "")
        state = read_state()
        kept = _shelf.take(key, state)
        if kept is None:
            response = view(request, *args, **kwargs)
            _keep(key, state, response)
            return response
        if kept.each is not None:
            kept.each(request)
        who = render_to_string("parts/masthead.html", request=request)
        return numbered(HttpResponse(who.join((kept.before + _WHO[0], _WHO[1] + kept.after))), state.epoch)

    return answer


def _keep(key: tuple[str, ...], state: State, response: HttpResponse) -> None:
    """Keep a page whose numbers were read under the state asked for; never one with somebody's form."""
    if response.status_code != 200 or getattr(response, "otdr_epoch", None) != state.epoch:
        return
    before, found, rest = response.content.decode().partition(_WHO[0])
    after = rest.partition(_WHO[1])[2]
    if found and after and _FORM not in before + after:
        _shelf.put(key, state, Kept(before, after, getattr(response, "otdr_each", None)))
