"""The reading pages. Each reads once, through the guarded read, and hands a frozen page to a template.

Who may open them is decided before: every view needs a signed-in reader (LoginRequiredMiddleware).
"""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from governance.access.models import User
from otdr_hub.hub.about import about_page, lineage_page
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.page import hub_page, market_page, not_shown_page
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.record import Record, read_record
from otdr_hub.hub.reuse import reused
from otdr_hub.hub.why import why_page


@cache_control(no_store=True)
@require_safe
@reused
def hub(request: HttpRequest) -> HttpResponse:
    """The headline over the markets that may be seen; with `?present=1`, for a wall."""
    reading = read_hub()
    page = hub_page(reading, read_record(reading))
    template = "hub/present.html" if request.GET.get("present") == "1" and page.headline else "hub/hub.html"
    return numbered(render(request, template, {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the headline means, how sure it is, who signed it; the hub itself while there is no number."""
    reading = read_hub()
    page = about_page(reading, read_record(reading), cast(User, request.user))
    if page is None:
        return redirect("hub:hub")
    return numbered(render(request, "hub/about.html", {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """Why the headline moved, by market; the hub itself while there is no number."""
    reading = read_hub()
    page = why_page(reading)
    if page is None:
        return redirect("hub:hub")
    return numbered(render(request, "hub/why.html", {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
def lineage(request: HttpRequest, code: str) -> HttpResponse:
    """From one market's number back to the files; of a market that may not be seen, only why."""
    reading = read_hub()
    page = lineage_page(reading, code, cast(User, request.user))
    if page is None:
        return _not_shown(request, reading, read_record(reading), code)
    return numbered(render(request, "hub/lineage.html", {"page": page}), reading.epoch)


@cache_control(no_store=True)
@require_safe
@reused
def market(request: HttpRequest, code: str) -> HttpResponse:
    """One market; 404 with its reason when it may not be seen, plain 404 when it is not in the scope."""
    reading = read_hub()
    record = read_record(reading)
    page = market_page(reading, code, record)
    if page is not None:
        return numbered(render(request, "hub/market.html", {"page": page}), reading.epoch)
    return _not_shown(request, reading, record, code)


def _not_shown(request: HttpRequest, reading: Reading, record: Record, code: str) -> HttpResponse:
    absent = not_shown_page(reading, code, record)
    if absent is None:
        raise Http404
    # Its strip carries the headline.
    return numbered(render(request, "hub/not_shown.html", {"page": absent}, status=404), reading.epoch)
