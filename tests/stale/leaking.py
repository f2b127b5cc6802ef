"""Pages that must not be, for the crawler to find: a rate of a hidden market, a figure that nobody guards, and a
page of the desk that goes on showing what is switched off."""

from __future__ import annotations

from typing import Any

import psycopg
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path

from otdr_hub import urls
from tests.stale.addresses import Address
from tests.stale.surfaces import DESK

_LAST = """
SELECT w.due, w.on_time FROM governance_publicationline l
JOIN metrics_vintageweek w ON w.vintage_id = l.vintage AND w.week = l.through
WHERE l.market_id = %s AND l.breakout = '-' ORDER BY l.publication_id DESC LIMIT 1
"""
EXPECTED = (
    "changes with what may not be seen: /leak/rate/",
    "carries numbers and is not listed: /leak/forgotten/",
    "may be kept: /leak/forgotten/",
    "figures of US after it was switched off: /leak/forgotten/",
    "figures of US after it was switched off: /leak/desk/",
    "changes with US, which is switched off: /leak/forgotten/",
)


def add_leaks(admin: psycopg.Connection[Any]) -> list[Address]:
    """Put them into the URL configuration of this process; their addresses."""

    def last(market: str) -> tuple[int, int]:
        row = admin.execute(_LAST, [market]).fetchone()
        assert row is not None
        return row[0], row[1]

    def rate(_request: HttpRequest) -> HttpResponse:
        due, on_time = last("BR")
        return HttpResponse(f"<p>As good as {100 * on_time / due:.1f} % elsewhere.</p>")

    def forgotten(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"<p>{last('US')[1]:,}</p>")

    pages = {"leak/rate/": rate, "leak/forgotten/": forgotten, "leak/desk/": forgotten}
    urls.urlpatterns += [path(route, page) for route, page in pages.items()]
    DESK["/leak/desk/"] = "scope_decide"
    clear_url_caches()
    return [Address(f"/{route}", f"/{route}") for route in pages]
