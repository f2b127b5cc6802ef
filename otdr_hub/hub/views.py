"""Two pages. Each reads once, through the guarded read, and hands a frozen page to a template.

Who may open them is decided before: every view needs a signed-in reader (LoginRequiredMiddleware).
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.page import hub_page, market_page, not_shown_page
from otdr_hub.hub.reuse import reused


@cache_control(no_store=True)
@require_safe
@reused
def hub(request: HttpRequest) -> HttpResponse:
    """The headline over the markets that may be seen."""
    reading = read_hub()
    return numbered(render(request, "hub/hub.html", {"page": hub_page(reading)}), reading.epoch)


@cache_control(no_store=True)
@require_safe
@reused
def market(request: HttpRequest, code: str) -> HttpResponse:
    """One market; 404 with its reason when it may not be seen, plain 404 when it is not in the scope."""
    reading = read_hub()
    page = market_page(reading, code)
    if page is not None:
        return numbered(render(request, "hub/market.html", {"page": page}), reading.epoch)
    absent = not_shown_page(reading, code)
    if absent is None:
        raise Http404
    response = render(request, "hub/not_shown.html", {"page": absent}, status=404)
    return numbered(response, reading.epoch)
