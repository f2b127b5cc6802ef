"""Files of the hub and of a market. Whoever may read the page may take it away; nobody else, and no more.

Every file comes from one guarded reading and leaves under the epoch of that reading.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from governance.access.views import actor_of
from otdr_hub.errors import problem_json
from otdr_hub.hub.exports import noted, pdf, separated, workbook
from otdr_hub.hub.exports.paper import pdf_lacks
from otdr_hub.hub.exports.rows import Row, hub_rows, market_rows, vintages_of
from otdr_hub.hub.exports.stamp import stamp_of
from otdr_hub.hub.freshness import GuardedResponse, numbered
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.noting import noted as note_reader
from otdr_hub.hub.page import not_shown_page
from otdr_hub.hub.parts import verify_code
from otdr_hub.hub.reading import MarketReading, Reading
from otdr_hub.hub.sentences import absence_words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Made = Callable[[HttpRequest, Reading, str], HttpResponseBase]


def _view(make: Made, *, is_data: bool) -> Callable[..., HttpResponseBase]:
    """A view that reads once, refuses what may not be seen, and marks its answer with the epoch.

    Data files are in the source's words whoever takes them: two of the same number are the same.
    """

    @cache_control(no_store=True)
    @require_safe
    def view(request: HttpRequest, code: str = "") -> HttpResponseBase:
        with override(None) if is_data else nullcontext():
            reading = read_hub(code)
            if any(market.code == code and market.weeks for market in reading.markets) or not code:
                return numbered(make(request, reading, code), reading.epoch)
        return _not_shown(request, reading, code)

    return view


def _not_shown(request: HttpRequest, reading: Reading, code: str) -> HttpResponse:
    absent = not_shown_page(reading, code)
    if absent is None:
        raise Http404
    note_reader(actor_of(request), "page", reading)
    return numbered(render(request, "hub/not_shown.html", {"page": absent}, status=404), reading.epoch)


def file_name(reading: Reading, code: str, kind: str) -> str:
    """The name a file is saved under: it says which publication it is of."""
    assert reading.publication is not None  # noqa: S101 (a stamp was made before)
    return f"otdr-{verify_code(reading.publication)}{f'-{code}' if code else ''}.{kind}"


def _taking(request: HttpRequest, reading: Reading, code: str, kind: str) -> noted.Taking:
    assert reading.publication is not None  # noqa: S101 (a stamp was made before)
    # Whoever sees the roll-up sees of every market in it; the sheet of one market carries it in its strip.
    seen = (market for market in reading.markets if kind == "pdf" or code in ("", market.code))
    markets = [market.code for market in seen if market.weeks]
    if code and any(_has_carriers(market) for market in reading.markets if market.code == code):
        markets.append(f"{code}/carrier")
    name = file_name(reading, code, kind)
    taking = noted.Taking(actor_of(request), reading.publication.number, kind, markets, name)
    if request.method == "GET":  # whoever only asks whether there is one takes nothing away
        noted.note(taking)
    return taking


def _has_carriers(market: MarketReading) -> bool:
    return market.carriers is not None and market.carriers.reason is None


def _groups(request: HttpRequest, reading: Reading, code: str) -> list[list[Row]]:
    stamp = stamp_of(reading, request.build_absolute_uri)
    vintages = vintages_of(reading)
    return market_rows(reading, code, stamp, vintages) if code else hub_rows(reading, stamp, vintages)


def _as_file(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(request: HttpRequest, reading: Reading, code: str) -> HttpResponseBase:
    groups = _groups(request, reading, code)
    taking = _taking(request, reading, code, "csv")
    chunks = separated.parts(groups)
    response = GuardedResponse(chunks, reading.epoch, content_type="text/csv; charset=utf-8")
    # Around the guard, so that what the guard cuts off is said at once.
    guarded: Any = response.streaming_content
    response.streaming_content = noted.watched(guarded, taking)
    beside = reverse(f"hub:{'market' if code else 'hub'}_csv_notes", kwargs={"code": code} if code else {})
    response["Link"] = f'<{beside}>; rel="describedby"; type="application/csvm+json"'
    return _as_file(response, taking.file)


def _notes(request: HttpRequest, reading: Reading, code: str) -> HttpResponseBase:
    stamp = stamp_of(reading, request.build_absolute_uri)
    body = separated.notes(stamp, file_name(reading, code, "csv"))
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/csvm+json"
    return _as_file(response, f"{file_name(reading, code, 'csv')}-metadata.json")


def _xlsx(request: HttpRequest, reading: Reading, code: str) -> HttpResponseBase:
    groups = _groups(request, reading, code)
    absent = [(market.name, absence_words(market.reason).sentence) for market in reading.not_shown]
    stamp = stamp_of(reading, request.build_absolute_uri)
    taking = _taking(request, reading, code, "xlsx")
    body = workbook.workbook(groups, stamp, absent)
    return _as_file(HttpResponse(body, content_type=XLSX), taking.file)


def _pdf(request: HttpRequest, reading: Reading, code: str) -> HttpResponseBase:
    lacking = pdf_lacks()
    if lacking:
        return _cannot(request, lacking)
    stamp_of(reading, request.build_absolute_uri)
    taking = _taking(request, reading, code, "pdf")
    body = b""
    if request.method == "GET":  # drawing it takes a second
        body = pdf.document(request, reading, code)
    return _as_file(HttpResponse(body, content_type="application/pdf"), taking.file)


def _cannot(request: HttpRequest, why: str) -> HttpResponse:
    """501 with the reason, as a page or as a problem; the other ways still work."""
    if request.get_preferred_type(["text/html", "application/problem+json"]) == "application/problem+json":
        return problem_json(501, "pdf-not-set-up", why)
    return render(request, "hub/no_pdf.html", {"why": why}, status=501)


csv, csv_notes = _view(_csv, is_data=True), _view(_notes, is_data=True)
xlsx, pdf_file = _view(_xlsx, is_data=True), _view(_pdf, is_data=False)
