"""What the hub shows, what it may not show, and that both change with the very next request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.served import WEEK, Reader, readable, rows, sign_in, whole
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
HIDDEN = {"BR": "Brazil", "DE": "Germany"}
NOT_DECIDED = "Not decided yet: this market may be shown once Finance, Legal and Logistics have signed."


def _figures(database: OwnDatabase, market: str) -> set[str]:
    """The market's true headline figures in every form in which they could be printed."""
    asked = database.manage("otdr", "--market", market, "--week", WEEK, "--json", "--as", "data-engineer")
    (row,) = json.loads(asked.stdout)["rows"]
    rate = row["on_time"] / row["due"]
    counted = {row[name] for name in ("due", "on_time", "late", "unknown") if row[name] >= 100}
    assert {row["due"], row["on_time"]} <= counted, "the demonstration is too small to test with"
    return (
        {f"{number:,}" for number in counted}
        | {str(number) for number in counted}
        | {f"{100 * rate:.1f}", f"{100 * rate:.2f}", f"{rate:.4f}", f"{rate:.3f}"}
    )


def _said(text: str, figures: set[str]) -> set[str]:
    """Those of the figures that stand in the text by themselves, not inside a longer number."""
    return {one for one in figures if re.search(rf"(?<!\d)(?<!\d[.,]){re.escape(one)}(?!\d|[.,]\d)", text)}


def _sums(page: Page, reader: Reader) -> tuple[list[str], dict[str, int]]:
    """Names of the rows shown, having asserted that table, headline and API all say their sum."""
    table = rows(page)
    place = next(i for i, row in enumerate(table) if row[0].endswith("shown"))
    parts, total = table[:place], table[place]
    sums = {"on_time": sum(whole(r[1]) for r in parts), "due": sum(whole(r[2]) for r in parts)}
    assert (whole(total[1]), whole(total[2])) == (sums["on_time"], sums["due"])
    body = reader.api("hub")
    assert {name: body["rollup"][name] for name in sums} == sums
    assert {name: sum(market[name] for market in body["markets"]) for name in sums} == sums
    rate = f"{100 * sums['on_time'] / sums['due']:.1f}"
    assert page.locator(".hero").inner_text() == f"{rate}%"
    assert total[3] == f"{rate}\u00a0%"
    return [row[0] for row in parts], sums


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_ten_markets_add_up_and_two_are_named_without_a_figure(
    read: Callable[..., Reader], script: bool
) -> None:
    reader = read(java_script_enabled=script)
    page = reader.open()
    names, _ = _sums(page, reader)
    assert len(names) == 10
    assert page.locator(".market-row:not(.market-row-absent)").count() == 10
    absent = page.locator(".market-row-absent")
    assert absent.locator(".market-name").all_inner_texts() == list(HIDDEN.values())
    for text in absent.all_inner_texts():
        assert NOT_DECIDED in text
        assert not re.search(r"\d", text)
    for row in rows(page)[-2:]:
        assert row[0] in HIDDEN.values()
        assert not re.search(r"\d", "".join(row))


def test_no_surface_carries_a_figure_of_a_market_not_shown(
    reader: Reader, loaded_template: OwnDatabase
) -> None:
    paths = ("/", "/markets/US/", "/markets/JP/", *(f"/markets/{code}/" for code in HIDDEN))
    surfaces = {path: readable(reader.open(path).content()) for path in paths}
    for path in ("hub", "markets/US", *(f"markets/{code}" for code in HIDDEN)):
        surfaces[path] = json.dumps(reader.api(path))
    for code in HIDDEN:
        figures = _figures(loaded_template, code)
        assert {path: said for path, text in surfaces.items() if (said := _said(text, figures))} == {}
    # The same search finds what is shown, so that it would find what is not.
    shown = _figures(loaded_template, "US")
    assert len(_said(surfaces["/"], shown)) >= 3
    assert len(_said(surfaces["hub"], shown)) >= 3


@pytest.mark.parametrize("code", HIDDEN)
def test_a_market_not_shown_is_not_found_and_says_why(reader: Reader, code: str) -> None:
    answer = reader.page.goto(f"{reader.url}/markets/{code}/")
    assert answer is not None
    assert answer.status == 404
    assert reader.page.get_by_role("heading", level=1).inner_text() == f"{HIDDEN[code]} is not shown"
    assert NOT_DECIDED in reader.page.locator("main").inner_text()
    problem = reader.context.request.get(f"{reader.url}/api/v1/markets/{code}")
    assert problem.status == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["detail"] == NOT_DECIDED


def test_coverage_is_one_sentence_everywhere(reader: Reader) -> None:
    said = reader.api("hub")["disclosure"]
    assert "Brazil and Germany are not shown: not decided yet." in said
    assert reader.open().locator(".coverage").inner_text() == said
    assert reader.open("/markets/US/").locator(".standing .said").inner_text() == said


def test_a_market_of_the_api_carries_the_coverage_sentence(reader: Reader) -> None:
    assert reader.api("markets/US")["disclosure"] == reader.api("hub")["disclosure"]


def test_a_market_switched_off_is_gone_with_the_next_request(
    browser: Browser, own_hub: str, demo: OwnDatabase
) -> None:
    context = browser.new_context(java_script_enabled=False)
    reader = Reader(own_hub, context, context.new_page())
    sign_in(reader.page, own_hub)
    names, before = _sums(reader.open(), reader)
    # Its rate to a tenth may well be another market's; its counts are its own.
    figures = {one for one in _figures(demo, "US") if not re.fullmatch(r"\d\d\.\d|0\.\d{3}", one)}
    gone = next(market for market in reader.api("hub")["markets"] if market["code"] == "US")

    demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin")

    left, after = _sums(reader.open(), reader)
    assert sorted(left) == sorted({*names} - {"United States"})
    assert after == {name: before[name] - gone[name] for name in before}
    assert "United States is switched off." in reader.page.locator(".coverage").inner_text()
    assert "US" not in {market["code"] for market in reader.api("hub")["markets"]}
    assert _said(readable(reader.page.content()), figures) == set()
    assert _said(json.dumps(reader.api("hub")), figures) == set()
    assert reader.context.request.get(f"{own_hub}/markets/US/").status == 404
    assert reader.context.request.get(f"{own_hub}/api/v1/markets/US").status == 404
    context.close()
