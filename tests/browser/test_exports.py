"""What leaves the house says what the page says, to the byte and the last digit; without script, and by key."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import openpyxl
import pypdf
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import checks
from tests.browser.served import Reader, readable, sign_in
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
LANDSCAPE, PORTRAIT = (842, 595), (595, 842)


def _paper(body: bytes) -> tuple[tuple[int, int], str, Any]:
    """Size and text of the one sheet, and what the file says of itself."""
    document = pypdf.PdfReader(io.BytesIO(body))
    (page,) = document.pages
    size = round(page.mediabox.width), round(page.mediabox.height)
    return size, _plain(page.extract_text()), document.metadata


def _plain(text: str) -> str:
    """One space between words: where a line ends on paper is not part of a sentence."""
    return " ".join(text.split())


def _rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def _sheet(body: bytes) -> list[dict[str, Any]]:
    head, *rows = openpyxl.load_workbook(io.BytesIO(body))["OTDR"].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_surfaces_agree(reader: Reader) -> None:
    """Page, print, PDF, CSV, XLSX and API: one sentence, one number, for the hub and for a market."""
    get = reader.context.request.get
    said: str = reader.api("hub")["disclosure"]
    for market, size in (("", LANDSCAPE), ("US", PORTRAIT)):
        name = f"markets/{market}" if market else "hub"
        page = reader.open(f"/{f'markets/{market}/' if market else ''}")
        number = page.locator(".hero").inner_text().removesuffix("%")
        body = reader.api(name)
        counts = body if market else body["rollup"]
        rate = Fraction(counts["on_time"], counts["due"])
        assert counts["otdr"] == f"{float(rate):.4f}"
        assert number == f"{float(rate * 100):.1f}"
        assert body["disclosure"] == said
        assert page.locator(".coverage, .standing .said").first.inner_text() == said

        printed = _paper(page.pdf(prefer_css_page_size=True, print_background=True))
        drawn = _paper(get(f"{reader.url}/export/{name}.pdf").body())
        for paper in (printed, drawn):
            assert paper[0] == size
            assert number in paper[1]
            assert _plain(said) in paper[1]
            assert f"/verify/P-{body['publication']['number']}-" in paper[1]
        assert said in drawn[2]["/Subject"]

        wanted = market or "global"
        row = next(
            one for one in _rows(get(f"{reader.url}/export/{name}.csv").body()) if one["market"] == wanted
        )
        cells = next(
            one for one in _sheet(get(f"{reader.url}/export/{name}.xlsx").body()) if one["market"] == wanted
        )
        assert row["disclosure"] == cells["disclosure"] == said
        assert (row["otdr"], row["otdr_percent"]) == (counts["otdr"], number)
        assert (cells["otdr"], cells["otdr_percent"]) == (float(counts["otdr"]), float(number))
        for part in ("due", "on_time"):
            assert int(row[part]) == cells[part] == counts[part]


@pytest.mark.parametrize("by_key", [False, True], ids=["finger", "key"])
def test_everything_is_taken_away_without_script(read: Callable[..., Reader], by_key: bool) -> None:
    page = read(java_script_enabled=False, viewport={"width": 390, "height": 844}).open()
    for kind in ("PDF", "CSV", "XLSX"):
        link = page.locator("main").get_by_role("link", name=kind, exact=True)
        with page.expect_download() as coming:
            link.press("Enter") if by_key else link.click()
        assert coming.value.suggested_filename.startswith("otdr-P-1-")
        assert coming.value.suggested_filename.endswith(f".{kind.lower()}")
    page.locator("main").get_by_role("link", name="Print", exact=True).click()
    assert "Print now with your browser" in page.get_by_role("note").first.inner_text()


def test_print_opens_the_dialogue_where_there_is_script(read: Callable[..., Reader]) -> None:
    reader = read()
    reader.page.add_init_script("window.print = () => document.documentElement.dataset.asked = 'yes'")
    page = reader.open("/?print=1")
    page.wait_for_function("document.documentElement.dataset.asked === 'yes'")
    assert reader.complaints == []


def test_paper_is_light_even_in_the_dark(read: Callable[..., Reader]) -> None:
    page = read(color_scheme="dark").open()
    page.emulate_media(media="print", color_scheme="dark")
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert ground == "rgb(255, 255, 255)"
    assert ink == "rgb(19, 32, 30)"
    assert not page.locator(".rooms").is_visible()


def _states(page: Page, url: str, paths: tuple[str, ...]) -> list[str]:
    """What axe finds on these pages, open and closed."""
    found = []
    for path in paths:
        page.goto(url + path)
        page.evaluate(checks.OPEN)
        found += [f"{path}: {said}" for said in [*checks.axe(page), *checks.sideways(page)]]
    return found


def test_a_market_switched_off_is_in_no_file_and_everything_off_leaves_no_file(
    browser: Browser, own_hub: str, demo: OwnDatabase
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, own_hub)
    page.wait_for_url(f"{own_hub}/")
    get = context.request.get
    before = _rows(get(f"{own_hub}/export/hub.csv").body())
    gone = {row["due"] for row in before if row["market"] == "US"}

    demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin")
    after = _rows(get(f"{own_hub}/export/hub.csv").body())
    assert {row["market"] for row in before} - {row["market"] for row in after} == {"US"}
    assert gone & {row["due"] for row in after} == set()
    assert all("United States is switched off." in row["disclosure"] for row in after)
    assert "US" not in {row["market"] for row in _sheet(get(f"{own_hub}/export/hub.xlsx").body())}
    drawn = _paper(get(f"{own_hub}/export/hub.pdf").body())[1]
    assert "United States is switched off." in drawn
    for kind in ("csv", "xlsx", "pdf", "csv-metadata.json"):
        answer = get(f"{own_hub}/export/markets/US.{kind}")
        assert answer.status == 404
        assert not any(f"{int(due):,}" in readable(answer.text()) for due in gone if len(due) > 2)
    assert _states(page, own_hub, ("/", "/markets/US/", "/decisions/")) == []

    demo.manage("shutoff", "global", "--category", "data_quality", "--as", "admin")
    for kind in ("csv", "xlsx", "pdf", "csv-metadata.json"):
        assert get(f"{own_hub}/export/hub.{kind}").status == 409
    assert _states(page, own_hub, ("/", "/markets/CA/")) == []
    context.close()
