"""Open tabs: what is stopped leaves them at once, and without proof of freshness they show no number."""

from __future__ import annotations

import io
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pypdf import PdfReader

from tests.browser.conftest import LAPTOP, OPTIONS
from tests.browser.place import Held, Place
from tests.browser.tabs import GAP, PATIENT, blank, opened, place_of, shown, state_of
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(loaded_template: OwnDatabase, environment: dict[str, str]) -> Iterator[Place]:
    with place_of(loaded_template, environment) as found:
        yield found


@pytest.fixture(scope="module")
def state(browser: Browser, place: Place) -> Any:
    return state_of(browser, place)


@pytest.fixture
def window(browser: Browser, state: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(storage_state=state, viewport=LAPTOP)
    yield context
    context.close()


def test_eight_tabs_hold_one_stream_and_lose_a_stopped_market_at_once(
    window: BrowserContext, place: Place
) -> None:
    streams: list[str] = []
    window.on("request", lambda r: streams.append(r.url) if r.url.endswith("/stream") else None)
    hubs = [opened(window, place) for _ in range(5)]
    markets = [opened(window, place, "/markets/US/") for _ in range(3)]
    hubs[0].locator(".twin summary").first.click()
    hubs[0].get_by_role("link", name="Canada").focus()
    for page in (*hubs, *markets):
        shown(page)
    assert len(streams) == 1

    held = Held(window, re.compile(r"/$|/markets/US/$"))
    place.stop_market("US")
    try:
        for page in (*hubs, *markets):
            blank(page, "changed")
    finally:
        held.let_go()

    for page in hubs:
        expect(page.locator(".coverage")).to_contain_text("United States is switched off.", timeout=PATIENT)
        assert page.locator(".market-row-absent").filter(has_text="United States").count() == 1
    for page in markets:
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "United States is not shown", timeout=PATIENT
        )
        assert page.locator(".hero").count() == 0
    assert hubs[0].evaluate("document.querySelector('.twin').open")
    assert hubs[0].evaluate("document.activeElement.textContent") == "Canada"

    # Whoever holds the stream leaves; another tab takes it over.
    hubs[0].close()
    place.stop_market("MX")
    for page in hubs[1:]:
        expect(page.locator(".coverage")).to_contain_text("Mexico", timeout=PATIENT)


def test_a_tab_that_slept_shows_nothing_until_the_server_has_answered(
    browser: Browser, window: BrowserContext, place: Place
) -> None:
    page = opened(window, place)
    shown(page)
    asked = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    asleep = [one["id"] for one in asked if one["type"] == "renderer"]
    with place.frozen():
        try:
            for process in asleep:
                os.kill(process, signal.SIGSTOP)
            time.sleep(5)
        finally:
            for process in asleep:
                os.kill(process, signal.SIGCONT)
        blank(page, "lost")
    shown(page)


HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_what_nobody_looks_at_is_hidden_and_asked_about_before_it_is_seen_again(
    window: BrowserContext, place: Place
) -> None:
    page = opened(window, place)
    shown(page)
    page.evaluate(HIDDEN, True)
    blank(page, "hidden")
    asked = Held(window, "**/api/v1/*")
    try:
        page.evaluate("document.dispatchEvent(new Event('freeze'))")
        place.stop_market("IT")
        page.evaluate(HIDDEN, False)
        page.wait_for_timeout(1500)
        blank(page, "hidden")
    finally:
        asked.let_go()
    expect(page.locator(".coverage")).to_contain_text("Italy", timeout=PATIENT)


def test_a_page_taken_back_from_history_is_asked_about_first(
    browser: Browser, chromium: str, place: Place, state: Any
) -> None:
    """A page that may not be stored is made anew by the way back; whatever keeps one all the same hides it."""
    plain = browser.browser_type.launch(
        executable_path=chromium,
        args=[*OPTIONS],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        window = plain.new_context(storage_state=state, viewport=LAPTOP)
        page = opened(window, place)
        shown(page)
        page.evaluate("window.isKept = true")
        page.goto(f"{place.url}/versions/")
        place.stop_market("JP")
        page.go_back()
        expect(page.locator(".coverage")).to_contain_text("Japan", timeout=PATIENT)
        assert page.evaluate("window.isKept") is None
        asked = Held(window, "**/api/v1/*")
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
        blank(page, "hidden")
        place.stop_market("NL")
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        page.wait_for_timeout(1500)
        blank(page, "hidden")
        asked.let_go()
        expect(page.locator(".coverage")).to_contain_text("Netherlands", timeout=PATIENT)
    finally:
        plain.close()


def test_a_silent_network_blanks_and_comes_back_by_itself(window: BrowserContext, place: Place) -> None:
    page = opened(window, place)
    shown(page)
    number = page.locator(".hero").inner_text()
    with place.frozen():
        blank(page, "lost")
        paper = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages)
        assert "Numbers hidden" in paper
        assert number not in paper
    shown(page)
    assert page.locator(".hero").inner_text() == number


@pytest.mark.parametrize("fault", ["server killed", "database gone", "database frozen"])
def test_what_breaks_behind_the_page_hides_its_numbers(
    window: BrowserContext, place: Place, fault: str
) -> None:
    page, decide = opened(window, place), opened(window, place, "/decisions/")
    shown(page)
    begin, mend = _faults(place)[fault]
    try:
        begin()
        blank(page, "lost" if fault == "server killed" else "down")
        expect(decide.locator(".standing")).to_have_text("", timeout=PATIENT)
    finally:
        mend()
    shown(page)
    expect(decide.locator(".standing .figure")).to_be_visible(timeout=PATIENT)


def _faults(place: Place) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    return {
        "server killed": (place.web.kill, place.web.start),
        "database gone": (place.wire.cut, place.wire.mend),
        "database frozen": (place.wire.freeze, place.wire.thaw),
    }


def test_a_proxy_that_lets_no_stream_through_costs_a_second_not_the_truth(
    window: BrowserContext, place: Place
) -> None:
    window.route("**/api/v1/stream", lambda route: route.abort())
    page = opened(window, place)
    page.wait_for_timeout(6000)
    shown(page)
    place.stop_market("FR")
    expect(page.locator(".coverage")).to_contain_text("France", timeout=PATIENT)


def test_the_projector_holds_through_a_gap_and_counts_it_down(window: BrowserContext, place: Place) -> None:
    page = opened(window, place, "/?present=1")
    shown(page)
    place.web.kill()
    try:
        expect(page.locator("#blanked [data-reason=held]").first).to_be_visible(timeout=PATIENT)
        first = int(page.locator("[data-left]").inner_text())
        assert 0 < first <= GAP
        assert page.locator(".hero").is_visible()
        blank(page, "lost")
    finally:
        place.web.start()
    shown(page)


def test_without_script_the_page_says_its_moment_and_asks_again(
    browser: Browser, place: Place, state: Any
) -> None:
    with closing(
        browser.new_context(storage_state=state, viewport=LAPTOP, java_script_enabled=False)
    ) as still:
        page = opened(still, place)
        sent = page.locator(".moment time").get_attribute("datetime")
        place.stop_market("ES")
        expect(page.locator(".coverage")).to_contain_text("Spain", timeout=PATIENT)
        assert page.locator(".moment time").get_attribute("datetime") != sent
