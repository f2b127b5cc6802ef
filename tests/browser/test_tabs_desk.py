"""Open pages of the desk: the numbers of what is switched off leave them at once, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import LAPTOP
from tests.browser.place import Held, Place
from tests.browser.tabs import PATIENT, place_of, state_of
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
REQUEST = """
SELECT l.request_id FROM governance_signoffline l JOIN governance_scopedecision d ON d.digest = l.digest
WHERE d.market_id = %s AND d.breakout = '-' AND d.state = 'certified' ORDER BY l.request_id DESC LIMIT 1
"""


@pytest.fixture(scope="module")
def place(loaded_template: OwnDatabase, environment: dict[str, str]) -> Iterator[Place]:
    with place_of(loaded_template, environment) as found:
        yield found


@contextmanager
def at(browser: Browser, place: Place, name: str, path: str) -> Iterator[tuple[Page, Held]]:
    """Somebody's open page, and its next requests for pages, held back once it is there."""
    state = state_of(browser, place, name)
    with closing(browser.new_context(storage_state=state, viewport=LAPTOP)) as window:
        page = window.new_page()
        page.goto(place.url + path)
        yield page, Held(window, re.compile(rf"{re.escape(path.partition('?')[0])}"))


def gone(page: Page, number: Locator) -> None:
    """Taken out of the document, and the reason is said."""
    expect(page.locator("#blanked [data-reason=changed]").first).to_be_visible(timeout=PATIENT)
    assert number.text_content() == ""


def test_a_signing_page_loses_the_number_and_keeps_the_rest(browser: Browser, place: Place) -> None:
    with place.database.connect("postgres") as admin:
        (number,) = admin.execute(REQUEST, ["CA"]).fetchone()  # type: ignore[misc]
    with at(browser, place, "finance", f"/signoffs/{number}/") as (page, held):
        line = page.locator("tbody.line").filter(has_text="Canada")
        now = line.locator(".line-now")
        told = now.inner_text()
        assert re.search(r"\d+\.\d", told)
        line.locator("summary").click()
        place.stop_market("CA")
        gone(page, now)
        assert line.locator("th b").inner_text() == "Canada"
        held.let_go()
        expect(now).to_contain_text("switched off since", timeout=PATIENT)
        assert told not in page.locator("main").inner_text()
        assert line.locator("details").get_attribute("open") is not None
        # Another market's number is there again; the sums that held both are not.
        other = page.locator("tbody.line").filter(has_not_text="Canada").first.locator(".line-now")
        assert re.search(r"\d+\.\d", other.inner_text())


def test_a_choice_that_is_looked_at_loses_its_table(browser: Browser, place: Place) -> None:
    path = "/scope/decide/?market=FR&market=MX&week=2026-W46&state=certified"
    with at(browser, place, "dpm", path) as (page, held):
        table = page.locator(".effect").locator("..")
        assert "France" in table.inner_text()
        place.stop_market("FR")
        gone(page, page.locator("main .scroller[data-number]"))
        held.let_go()
        # It can no longer be decided, so there is no such table to come back.
        expect(page.locator("#blanked [data-reason=reload]").first).to_be_visible(timeout=PATIENT)
        assert page.locator(".effect").count() == 0
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("FR: switched off")


def test_a_choice_about_others_is_on_sums_without_it(browser: Browser, place: Place) -> None:
    path = "/scope/decide/?market=IT&week=2026-W46&state=certified"
    with at(browser, place, "dpm", path) as (page, held):
        table = page.locator("main .scroller[data-number]")
        before = table.inner_text()
        place.stop_market("MX")
        gone(page, table)
        held.let_go()
        expect(table).to_contain_text("Switched off, and in none of these sums", timeout=PATIENT)
        after = table.inner_text()
        assert "Mexico" in after
        assert before.splitlines()[2:] != after.splitlines()[2:]
