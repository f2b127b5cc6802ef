"""K6 and K7: whatever keeps the proof from a tab, its numbers are gone within five seconds, and come back by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import LAPTOP
from tests.browser.place import Place
from tests.browser.tabs import (
    LONGEST,
    PATIENT,
    blank,
    blanked_in,
    opened,
    place_of,
    shown,
    state_of,
    watched,
)
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
STREAM, PROOF = "**/api/v1/stream", "**/api/v1/epoch"


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


def test_offline_all_tabs_are_blank_in_five_seconds_and_back_by_themselves(
    window: BrowserContext, place: Place
) -> None:
    """Every tab of the browser, one that was duplicated among them."""
    first = opened(window, place)
    shown(first)
    with window.expect_page() as copied:
        first.evaluate("window.open(location.href)")  # as the browser does: a page of its own, same session
    tabs = [first, copied.value, opened(window, place, "/markets/US/")]
    for tab in tabs:
        shown(tab)
        watched(tab)
    window.set_offline(True)
    place.web.kill()  # offline stops what is asked anew; the stream that is open is cut with its server
    for tab in tabs:
        blank(tab, "lost")
        assert blanked_in(tab) <= LONGEST
    place.web.start()
    window.set_offline(False)
    for tab in tabs:
        shown(tab)


def _fulfilled(status: int) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body="")


def _silent(_route: Route) -> None:
    """Taken and never answered: a stream that is open and says nothing."""


ANSWERS: dict[str, tuple[Callable[[Route], None], str]] = {
    "500": (_fulfilled(500), "down"),
    "204": (_fulfilled(204), "lost"),
    "silence": (_silent, "lost"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_server_that_gives_no_proof_hides_the_numbers(
    window: BrowserContext, place: Place, answer: str
) -> None:
    take, why = ANSWERS[answer]
    page = _without_stream(window, place, take)
    watched(page)
    window.route(PROOF, take)
    blank(page, why)
    assert blanked_in(page) <= LONGEST
    window.unroute(STREAM)
    window.unroute(PROOF)
    shown(page)
    # What comes back is what holds now.
    assert page.locator("main").get_attribute("data-epoch")


def _without_stream(window: BrowserContext, place: Place, take: Callable[[Route], None]) -> Page:
    """A page whose stream is answered so from its start; it asks for the epoch each second instead."""
    window.route(STREAM, take)
    page = opened(window, place)
    page.wait_for_timeout(LONGEST + 1000)
    shown(page)
    return page


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_stream_that_gives_nothing_costs_no_truth_while_there_is_another_way(
    window: BrowserContext, place: Place, answer: str
) -> None:
    page = _without_stream(window, place, ANSWERS[answer][0])
    place.stop_market({"500": "CA", "204": "MX", "silence": "IT"}[answer])
    name = {"500": "Canada", "204": "Mexico", "silence": "Italy"}[answer]
    expect(page.locator(".coverage")).to_contain_text(name, timeout=PATIENT)
