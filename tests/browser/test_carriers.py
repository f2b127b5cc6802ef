"""Carriers in a real browser: on the market's page, in Explore with the real bundle, and on the scope board."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.served import Reader, sign_in, whole
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
MARKET, NOT_CERTIFIED = "UK", "FR"
CARRIERS = f"/markets/{MARKET}/#carriers"
EXPLORE = f"/markets/{MARKET}/explore/"


def _table(reader: Reader, selector: str) -> list[list[str]]:
    return reader.page.locator(selector).evaluate(
        "table => [...table.tBodies].flatMap(body => [...body.rows])"
        ".map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )


@pytest.mark.parametrize("width", [1366, 390, 320])
def test_carriers_add_up_to_the_market_and_nothing_is_fetched_for_it(
    read: Callable[..., Reader], width: int
) -> None:
    reader = read(viewport={"width": width, "height": 800})
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    page = reader.open(CARRIERS)
    api = reader.api(f"markets/{MARKET}")
    week = api["carriers"]["weeks"][-1]
    assert (week["week"], week["others_withheld"]) == (api["week"], False)
    assert sum(one["due"] for one in week["carriers"]) == api["due"]
    assert sum(one["on_time"] for one in week["carriers"]) == api["on_time"]
    told = [row for row in _table(reader, ".carriers") if len(row) == 8]
    assert [whole(row[1]) for row in told[:-1]] == [one["due"] for one in week["carriers"]]
    assert whole(told[-1][1]) == api["due"]
    expect(page.locator("#carriers .status-certified")).to_have_text("Carriers certified")
    assert not [url for url in asked if "plotly" in url]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert reader.complaints == []


def test_a_market_without_certified_carriers_says_so(read: Callable[..., Reader]) -> None:
    reader = read()
    page = reader.open(f"/markets/{NOT_CERTIFIED}/")
    expect(page.locator("#carriers")).to_contain_text("are not certified yet")
    assert reader.api(f"markets/{NOT_CERTIFIED}")["carriers"]["weeks"] == []
    page = reader.open("/markets/BR/")
    expect(page.locator("#carriers")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_explore_draws_when_asked_and_breaks_no_policy(read: Callable[..., Reader], scheme: str) -> None:
    reader = read(color_scheme=scheme)
    asked: list[Request] = []
    reader.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 (no builtin there)
    page = reader.open(EXPLORE)
    page.wait_for_load_state("networkidle")
    assert not [one.url for one in asked if "plotly" in one.url], "nothing of it before the reader asks"
    assert page.locator("table").count() == 2
    page.get_by_role("button", name="Draw these tables").click()
    expect(page.locator("[data-drawn]")).to_have_count(2, timeout=60_000)
    expect(page.locator("#explore-said")).to_contain_text("Drawn.")
    script = next(one for one in asked if "plotly" in one.url)
    assert re.search(r"/static/plotly/plotly\.min\.[0-9a-f]{12}\.js$", script.url), "hashed, from here"
    assert script.response().header_value("content-encoding") in ("br", "gzip")
    assert page.evaluate("[...document.styleSheets].some(s => s.ownerNode.id === 'plotly.js-style-global')")
    # The same values in picture and table, to the tenth that is printed.
    drawn = page.evaluate(
        "[...document.querySelectorAll('[data-drawn]')][0].data"
        ".map(trace => [trace.name, trace.y.map(y => y === null ? null : y.toFixed(1))])"
    )
    (head, *body) = page.locator("table").first.evaluate(
        "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    for n, (name, values) in enumerate(drawn, start=1):
        assert head[n] == name
        assert [row[n].split("\u00a0")[0] for row in reversed(body)] == values
    assert reader.complaints == []


def test_explore_without_script_is_its_tables(read: Callable[..., Reader]) -> None:
    reader = read(java_script_enabled=False)
    page = reader.open(EXPLORE)
    assert page.locator("table").count() == 2
    expect(page.get_by_role("button", name="Draw these tables")).to_be_hidden()


def test_only_explore_allows_the_empty_style(read: Callable[..., Reader]) -> None:
    reader = read()
    empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    for path, allowed in (("/", False), (f"/markets/{MARKET}/", False), (EXPLORE, True)):
        policy = reader.context.request.get(reader.url + path).headers["content-security-policy"]
        style = next(part for part in policy.split(";") if part.strip().startswith("style-src"))
        assert style.split()[1:] == (["'self'", empty] if allowed else ["'self'"])
        assert "unsafe" not in policy


def test_a_carrier_switched_off_is_gone_with_the_next_request(
    browser: Browser, own_hub: str, demo: OwnDatabase
) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, own_hub)
    reader = Reader(own_hub, context, page)
    before = reader.api(f"markets/{MARKET}")["carriers"]["weeks"][-1]["carriers"]
    largest = before[0]
    with demo.connect("otdr_app") as connection:
        connection.execute(
            "INSERT INTO governance_shutoff (market, breakout, value, category, reason, by_id, at)"
            " SELECT 'global', 'carrier', %s, 'other', '', min(id), now() FROM governance_user",
            [largest["carrier"]],
        )
    after = reader.api(f"markets/{MARKET}")["carriers"]["weeks"]
    assert all(week["others_withheld"] for week in after)
    shown = {one["carrier"] for week in after for one in week["carriers"]}
    assert largest["carrier"] not in shown
    assert len(after[-1]["carriers"]) <= len(before) - 2, "another one is withheld with it"
    for path in (f"/markets/{MARKET}/", EXPLORE):
        html = reader.open(path) and page.content()
        assert largest["name"] not in html
        assert f"{largest['due']:,}</td>" not in html
    assert json.dumps(largest["name"]) not in json.dumps(after)
    context.close()
