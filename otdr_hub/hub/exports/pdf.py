"""PDF: the page itself, by the same template and style sheet, on one A4 sheet. No browser, no network.

WeasyPrint is not among the product's own requirements (`make pdf` brings it), so it is imported here and
only when a PDF is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string

from otdr_hub.hub.exports import cascade, stretch
from otdr_hub.hub.exports.paper import paper_of
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.page import hub_page, market_page
from otdr_hub.hub.parts import publication_text
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.record import read_record
from otdr_hub.hub.sentences import coverage_sentence
from otdr_hub.styles import joined

_SHEETS: Final = {"landscape": (297.0, 210.0), "portrait": (210.0, 297.0)}
_PAGE: Final = re.compile(r"@page[^{]*\{[^}]*\}")
_LINK: Final = re.compile(r"<(?:link|script)\b[^>]*>(?:</script>)?")
_SMALLEST: Final = 0.25
_MARGIN: Final = (9.0, 11.0)
_ENDLESS: Final = 4000.0
"""Millimetres: higher than any page, so that nothing is broken while it is measured."""
_NUMBER: Final = "data-drawing"
Places = dict[str, tuple[float, float]]


def document(request: HttpRequest, reading: Reading, code: str = "") -> bytes:
    """The hub (landscape) or the page of a market (portrait) as a PDF of one sheet."""
    paper = paper_of(reading, request.build_absolute_uri, code=code, made=moment(reading.read_at))
    record = read_record(reading)
    page = market_page(reading, code, record) if code else hub_page(reading, record)
    template = "hub/market.html" if code else "hub/hub.html"
    html = render_to_string(template, {"page": page, "paper": paper}, request)
    shown = reading.publication
    about = f"{publication_text(shown)}. {coverage_sentence(reading)}" if shown else ""
    return sheet(html, joined().decode(), "portrait" if code else "landscape", about)


def sheet(html: str, css: str, turn: str, about: str = "") -> bytes:
    """One sheet, the content made smaller where it would not fit."""
    plain = _PAGE.sub("", cascade.plain(css))
    html = _LINK.sub("", html)
    wide, high = _SHEETS[turn]
    scale = 1.0
    while True:
        size = wide / scale, high / scale
        laid_out = _laid_out(html, plain, (size[0], _ENDLESS))
        over = _bottom(laid_out) / ((size[1] - _MARGIN[0]) * 96 / 25.4)
        if over <= 1 or scale <= _SMALLEST:
            break
        # On a larger sheet there is room in both directions, so about the root of it is enough.
        scale = max(_SMALLEST, scale * min(0.97, over**-0.5))
    final = _laid_out(html, plain, size, _places(laid_out))
    final.metadata.description = about
    return bytes(final.write_pdf(zoom=scale))


def _laid_out(html: str, css: str, size: tuple[float, float], places: Places | None = None) -> Any:
    """The page laid out by WeasyPrint; with the places of its drawings, they are made to fit these."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 (only where PDF is made)

    fetcher = _nothing()
    given = HTML(string=html, base_url="about:blank", url_fetcher=fetcher)
    page = f"@page {{ size: {size[0]:.3f}mm {size[1]:.3f}mm; margin: {_MARGIN[0]}mm {_MARGIN[1]}mm; }}"
    cascade.paint(given.wrapper_element, css)
    for number, drawing in enumerate(_drawings(given.etree_element)):
        drawing.set(_NUMBER, str(number))
        if places and str(number) in places:
            stretch.fit(drawing, *places[str(number)])
    return given.render(stylesheets=[CSS(string=css + page, url_fetcher=fetcher)])


def _nothing() -> Any:
    """A fetcher that fetches nothing: neither network nor files."""
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 (only where PDF is made)

    return URLFetcher(allowed_protocols=(), allow_redirects=False)


def _drawings(root: Any) -> Iterator[Any]:
    """The outer drawings, in the order of the page."""
    for part in root:
        if part.tag == f"{cascade.SVG}svg":
            yield part
        else:
            yield from _drawings(part)


def _places(laid_out: Any) -> Places:
    """Width and height of each outer drawing that is on the paper."""
    return {
        box.element.get(_NUMBER): (float(box.width), float(box.height))
        for page in laid_out.pages
        for box in page._page_box.descendants()
        if box.element is not None and box.element.get(_NUMBER)
    }


def _bottom(laid_out: Any) -> float:
    """Where the content ends, in CSS pixels from the top of the sheet."""
    if len(laid_out.pages) > 1:
        return float("inf")
    (body,) = (b for b in laid_out.pages[0]._page_box.descendants() if b.element_tag == "body")
    return float(body.position_y + body.margin_height())
