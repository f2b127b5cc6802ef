"""The PDF without a server: one sheet whatever is on it, drawn as the style sheet says, and fetching nothing."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from hub_readings import NAMES, market, reading, usual, week

from otdr_hub.hub.exports import cascade, paper, pdf, stretch
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.record import NOTHING
from otdr_hub.hub.sentences import coverage_sentence

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawn(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the PDF of a reading; its pages and what it says of itself."""
    assert not paper.pdf_lacks()
    monkeypatch.setattr(pdf, "read_record", lambda _reading: NOTHING)

    def draw(given: Reading, code: str = "") -> pypdf.PdfReader:
        request = rf.get("/")
        request.user = AnonymousUser()
        return pypdf.PdfReader(io.BytesIO(pdf.document(request, given, code)))

    return draw


def _size(page: Any) -> tuple[int, int]:
    return round(page.mediabox.width), round(page.mediabox.height)


def _text(page: Any) -> str:
    return " ".join(page.extract_text().split())


@pytest.mark.parametrize(("code", "size", "number"), [("", (842, 595), "94.3"), ("US", (595, 842), "94.0")])
def test_a_page_is_one_sheet_with_its_number_sentence_and_code(
    drawn: Any, code: str, size: tuple[int, int], number: str
) -> None:
    found = drawn(usual(), code)
    (page,) = found.pages
    assert _size(page) == size
    text = _text(page)
    assert number in text
    assert " ".join(coverage_sentence(usual()).split()) in text
    for said in ("7f3a 91c4", "/verify/P-1-7f3a91c4/", "Finance, Legal and Logistics", "27 Nov 2026, 06:00"):
        assert said in text
    assert coverage_sentence(usual()) in found.metadata["/Subject"]


def test_what_would_not_fit_is_made_smaller_and_stays_one_sheet(
    drawn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"A{at}": f"Market number {at}" for at in range(20)}
    monkeypatch.setattr("hub_readings.NAMES", NAMES | many)
    note = "A sentence that has to stand beside this market wherever it is shown."
    markets = [market(code, [week(at, 900, 850) for at in range(20)], "known_issue", note) for code in many]
    (page,) = drawn(reading(markets)).pages
    assert _size(page) == (842, 595)
    assert "Market number 19" in _text(page)
    (alone,) = drawn(reading(markets), "A7").pages
    assert _size(alone) == (595, 842)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.png", "file:///etc/hostname", "data:text/plain,x"])
def test_nothing_is_fetched(drawn: Any, address: str) -> None:
    with pytest.raises(ValueError, match=r"protocol|scheme|allowed"):
        pdf._nothing().fetch(address)


def test_a_part_of_a_drawing_is_told_what_the_sheet_says_in_its_place() -> None:
    css = cascade.plain(
        "@layer base, print; :root { --ink: light-dark(#111111, #eeeeee); }"
        "@layer base { .chart .line { fill: none; stroke: var(--ink); } .glyph { stroke: currentcolor; }"
        " .warn { color: #b13a05; } .chart text { font: 500 12px var(--x, serif); } }"
        "@layer print { @media print { .line { stroke-width: 3; } } @media screen { .line { stroke: red; } } }"
    )
    html = (
        "<p class=warn><svg class=glyph><path/></svg></p>"
        '<div class=chart><svg><path class=line d="M0 0"/><text>1</text></svg></div>'
    )
    weasyprint = pytest.importorskip("weasyprint")
    page = weasyprint.HTML(string=html)
    cascade.paint(page.wrapper_element, css)
    glyph, chart = page.etree_element.iter(f"{SVG}svg")
    assert glyph.get("stroke") == "#b13a05"
    line, text = chart.find(f"{SVG}path"), chart.find(f"{SVG}text")
    assert {name: line.get(name) for name in ("fill", "stroke", "stroke-width")} == {
        "fill": "none", "stroke": "#111111", "stroke-width": "3",
    }  # fmt: skip
    assert (text.get("font-weight"), text.get("font-size")) == ("500", "12px")


@pytest.mark.parametrize(
    ("path", "wide"),
    [
        ("M0 10L50 20 100 30", "M 0.00 20.00 L 100.00 40.00 200.00 60.00"),
        ("M1,2h5v5H9V-1.5z", "M 2.00 4.00 h 10.00 v 10.00 H 18.00 V -3.00 z"),
    ],
)
def test_a_path_is_stretched_in_both_directions(path: str, wide: str) -> None:
    assert stretch.scaled(path, 2, 2) == wide
