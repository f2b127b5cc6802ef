"""Every picture on hub, market and why page: caption, words, and a table twin with the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from hub_readings import market, reading, usual, week

from otdr_hub.hub.numbers import MINUS
from otdr_hub.hub.page import hub_page, market_page
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.why import why_page

NUMBER = re.compile(rf"[+{MINUS}-]?\d+(?:\.\d+)?")


def _long() -> Reading:
    """Twenty-six weeks of three markets, the last two provisional, one restated."""
    kinds = ["final"] * 20 + ["restated"] + ["final"] * 3 + ["provisional"] * 2
    return reading(
        [
            market(code, [week(i - 25, due, due * 9 // 10 + (i * k) % 97, kinds[i]) for i in range(26)])
            for code, due, k in (("CA", 5_000, 3), ("JP", 9_000, 11), ("US", 50_000, 31))
        ],
        {"DE": "excluded"},
    )


def _pages() -> Iterator[tuple[str, str]]:
    for name, given in (("usual", usual()), ("long", _long())):
        yield f"hub-{name}", render_to_string("hub/hub.html", {"page": hub_page(given)})
        yield f"market-{name}", render_to_string("hub/market.html", {"page": market_page(given, "US")})
        yield f"why-{name}", render_to_string("hub/why.html", {"page": why_page(given)})


PAGES = dict(_pages())


def _value(text: str) -> float:
    found = NUMBER.search(text.replace(",", ""))
    assert found, text
    return float(found.group().replace(MINUS, "-"))


def _cells(table: str) -> list[list[str]]:
    """The rows of a table's body, as the texts of their cells."""
    body = re.search(r"<tbody>(.*?)</tbody>", table, re.S)
    assert body
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body.group(1), re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in rows
    ]


def _figures(html: str, style: str) -> list[str]:
    return re.findall(rf'<figure class="chart{style}">.*?</figure>', html, re.S)


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_is_a_figure_with_a_caption_and_says_itself(page: str) -> None:
    html = PAGES[page]
    for figure in re.findall(r"<figure.*?</figure>", html, re.S):
        assert "<figcaption" in figure
    for picture in re.findall(r'<svg[^>]*role="img"[^>]*>', html):
        assert re.search(r'aria-label="[^"]{6,}"', picture)
    for picture in re.findall(r"<svg(?![^>]*viewBox)[^>]*>", html):
        assert "aria-label" in picture or 'aria-hidden="true"' in picture


@pytest.mark.parametrize("page", [name for name in PAGES if not name.startswith("why")])
def test_a_line_is_its_table(page: str) -> None:
    (figure,) = _figures(PAGES[page], "")
    grid = [float(y) for y in re.findall(r'<line class="grid(?:-base)?"[^>]* y1="([\d.]+)%"', figure)]
    scale = [_value(text) for text in re.findall(r'<text class="halo" x="0"[^>]*>([^<]+)', figure)]
    per_height = (scale[-1] - scale[0]) / (grid[-1] - grid[0])
    spots = {
        tuple(map(float, spot.split()))
        for path in re.findall(r'<path class="line[^"]*" d="([^"]+)"', figure)
        for spot in re.split("[ML]", path)
        if spot
    }
    drawn = [scale[0] + (y - grid[0]) * per_height for _x, y in sorted(spots)]
    rows = list(reversed(_cells(figure)))
    assert len(drawn) == len(rows)
    assert all(abs(at - _value(row[3])) <= 0.06 for at, row in zip(drawn, rows, strict=True))
    for style, state in (("point-provisional", "provisional"), ("point-restated", "restated")):
        circles = len(re.findall(rf'<circle class="{style}"', figure))
        assert circles == sum(row[5] == state for row in rows)


@pytest.mark.parametrize("page", ["hub-usual", "hub-long"])
def test_every_bar_of_a_market_is_in_the_table_of_markets(page: str) -> None:
    html = PAGES[page]
    table = re.search(r'<section class="hub-markets".*?(<table.*?</table>)', html, re.S)
    assert table
    told = {row[0]: row for row in _cells(table.group(1)) if len(row) > 3}
    for item in re.findall(r'<li class="market-row"[^>]*>.*?</li>', html, re.S):
        name = re.search(r'market-name"><a[^>]*>([^<]+)', item)
        bar = re.search(r'<rect class="[^"]*" x="([\d.]+)%" width="([\d.]+)%"', item)
        value = re.search(r'text-anchor="end">([^<]+)</text>', item)
        rate = re.search(r'market-value">([\d.]+)', item)
        assert name and bar and value and rate  # noqa: PT018 (all four, or the row is not one)
        row = told.pop(name.group(1))
        assert row[6] == value.group(1)
        assert _value(row[3]) == float(rate.group(1))
        assert (float(bar.group(2)) == 0) == (_value(row[6]) == 0)
    assert [name for name in told if not name.endswith("shown")] == []


@pytest.mark.parametrize("page", ["why-usual", "why-long"])
def test_every_step_is_in_the_table_of_steps(page: str) -> None:
    (figure,) = _figures(PAGES[page], " waterfall")
    marks = re.findall(r'<line class="grid" x1="([\d.]+)%"[^>]*/><text[^>]*>([^<]+)', figure)
    places = [(float(x), _value(text)) for x, text in marks]
    per_point = (places[-1][0] - places[0][0]) / (places[-1][1] - places[0][1])
    for code in ("CA", "JP", "US"):
        group = re.search(rf'<g data-market="{code}">(.*?)</g>', figure, re.S)
        row = re.search(rf'<tr data-market="{code}">(.*?)</tr>', figure, re.S)
        assert group
        assert row
        cells = [
            _value(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row.group(1))
        ]
        for kind, value in (("step-rate", cells[0]), ("step-mix", cells[1])):
            bar = re.search(rf'<rect class="{kind}[^"]*"[^>]* width="([\d.]+)%"', group.group(1))
            width = float(bar.group(1)) if bar else 0.0
            assert abs(width / per_point - abs(value)) <= 0.006
