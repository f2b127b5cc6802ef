"""The reading pages. Each reads once, through the guarded read, and hands a frozen page to a template.

Who may open them is decided before: every view needs a signed-in reader (LoginRequiredMiddleware).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from governance.access.models import User
from governance.access.views import actor_of
from otdr_hub.hub.about import about_page, lineage_page
from otdr_hub.hub.explore import explore_page
from otdr_hub.hub.exports.paper import paper_of
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.noting import noted
from otdr_hub.hub.page import hub_page, market_page, not_shown_page
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.record import Record, read_record
from otdr_hub.hub.reuse import for_each_reader, reused
from otdr_hub.hub.stamp import on_a_wall
from otdr_hub.hub.why import why_page

# The SHA-256 of nothing: Plotly adds one empty style sheet and fills it rule by rule.
EMPTY_STYLE: Final = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"


@cache_control(no_store=True)
@require_safe
@reused
def hub(request: HttpRequest) -> HttpResponse:
    """The headline over the markets that may be seen; with `?present=1`, for a wall."""
    reading = read_hub()
    page = hub_page(reading, read_record(reading))
    if request.GET.get("present") == "1" and page.headline:
        wall = numbered(render(request, "hub/present.html", {"page": page}), reading.epoch)
        return on_a_wall(for_each_reader(request, wall, _noting(reading)))
    paper = paper_of(reading, request.build_absolute_uri, is_printing="print" in request.GET)
    response = render(request, "hub/hub.html", {"page": page, "paper": paper})
    return for_each_reader(request, numbered(response, reading.epoch), _noting(reading))


@cache_control(no_store=True)
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the headline means, how sure it is, who signed it; the hub itself while there is no number."""
    reading = read_hub()
    page = about_page(reading, read_record(reading), cast(User, request.user))
    if page is None:
        return redirect("hub:hub")
    noted(actor_of(request), "page", reading)
    return numbered(render(request, "hub/about.html", {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """Why the headline moved, by market; the hub itself while there is no number."""
    reading = read_hub()
    page = why_page(reading)
    if page is None:
        return redirect("hub:hub")
    noted(actor_of(request), "page", reading)
    return numbered(render(request, "hub/why.html", {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
def lineage(request: HttpRequest, code: str) -> HttpResponse:
    """From one market's number back to the files; of a market that may not be seen, only why."""
    reading = read_hub()
    page = lineage_page(reading, code, cast(User, request.user))
    if page is None:
        return _not_shown(request, reading, read_record(reading), code)
    noted(actor_of(request), "page", reading)
    return numbered(render(request, "hub/lineage.html", {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
@reused
def market(request: HttpRequest, code: str) -> HttpResponse:
    """One market; 404 with its reason when it may not be seen, plain 404 when it is not in the scope."""
    reading = read_hub(code)
    record = read_record(reading)
    page = market_page(reading, code, record)
    if page is not None:
        is_printing = "print" in request.GET
        paper = paper_of(reading, request.build_absolute_uri, code=code, is_printing=is_printing)
        context = {"page": page, "paper": paper}
        response = numbered(render(request, "hub/market.html", context), reading.epoch)
        return for_each_reader(request, response, _noting(reading))
    return _not_shown(request, reading, record, code)


@csp_update({"style-src": [EMPTY_STYLE]})  # type: ignore[arg-type]  # typed for views without arguments
@cache_control(no_store=True)
@require_safe
def explore(request: HttpRequest, code: str) -> HttpResponse:
    """One market's weeks and carriers as tables, and as pictures once the reader asks for them."""
    reading = read_hub(code)
    page = explore_page(reading, code)
    if page is None:
        return _not_shown(request, reading, read_record(reading), code)
    noted(actor_of(request), "page", reading)
    return numbered(render(request, "hub/explore.html", {"page": page}), reading.epoch)


def _not_shown(request: HttpRequest, reading: Reading, record: Record, code: str) -> HttpResponse:
    absent = not_shown_page(reading, code, record)
    if absent is None:
        raise Http404
    # Its strip carries the headline.
    noted(actor_of(request), "page", reading)
    return numbered(render(request, "hub/not_shown.html", {"page": absent}, status=404), reading.epoch)


def _noting(reading: Reading) -> Callable[[HttpRequest], None]:
    """What is due for each reader of a page of this reading: a correction must find them. It would call what
    they saw a page, or the sheet they asked for."""

    def note(request: HttpRequest) -> None:
        noted(actor_of(request), "print" if "print" in request.GET else "page", reading)

    return note
