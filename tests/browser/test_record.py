"""The record in a real browser: the ledger, a past moment, metric versions; by hand, by key, by phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.served import sign_in

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PATHS = ("/ledger/", "/ledger/40/", "/ledger/past/?at=2026-11-20T12:30", "/versions/", "/versions/otdr-1/")
NEXT = "name: otdr-2\ngrace_minutes: 30\ncompleteness_floor: '0.97'\n"


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A signed-in window of somebody, with any options of a browser context."""
    with ExitStack() as opened:

        def of(url: str, name: str, **options: object) -> Page:
            context = browser.new_context(viewport={"width": 1366, "height": 768}, **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            page = context.new_page()
            sign_in(page, url, name)
            page.wait_for_url(lambda found: "login" not in found)
            return page

        yield of


def test_pages_of_the_record_fit_every_width_in_light_and_dark(
    hub: str, window: Callable[..., Page], tmp_path: Path
) -> None:
    for scheme in ("light", "dark"):
        page = window(hub, "auditor", color_scheme=scheme)
        for width in (320, 390, 1366):
            page.set_viewport_size({"width": width, "height": 800})
            for path in PATHS:
                assert page.goto(hub + path).status == 200, path  # type: ignore[union-attr]
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                assert page.evaluate(SIDEWAYS) <= 0, f"{path} at {width}"
                name = path.strip("/").replace("/", "-").partition("?")[0]
                page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
    print(f"pictures are in {tmp_path}")


def test_a_version_goes_from_proposal_to_approval_and_back_without_script(
    own_hub: str, window: Callable[..., Page], tmp_path: Path
) -> None:
    page = window(own_hub, "data-engineer", java_script_enabled=False)
    page.goto(f"{own_hub}/versions/")
    page.get_by_label("The definition, as YAML").fill("name: otdr-2\ngrace: 30\n")
    page.get_by_label("Why the definition changes").fill("Couriers round to the half hour.")
    page.get_by_role("button", name="Propose as a draft").click()
    assert "grace: no such node" in page.get_by_role("alert").inner_text()
    assert "grace: 30" in page.get_by_label("The definition, as YAML").input_value()
    page.screenshot(path=tmp_path / "propose-wrong.png", full_page=True)
    page.get_by_label("The definition, as YAML").fill(NEXT)
    page.get_by_role("button", name="Propose as a draft").click()
    assert page.url.endswith("/versions/otdr-2/")
    assert "The grace after the promise, in minutes, was 0 and becomes 30." in page.inner_text("main")
    page.get_by_role("link", name="Count both definitions side by side").click()
    table = page.get_by_role("table").inner_text()
    assert "United States" in table
    assert "All markets" in table
    page.screenshot(path=tmp_path / "compared.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate(SIDEWAYS) <= 0
    page.screenshot(path=tmp_path / "compared-390.png", full_page=True)
    page.get_by_role("button", name="Submit for approval").click()
    assert "in review; Finance has been asked" in page.get_by_role("status").inner_text()
    page.screenshot(path=tmp_path / "in-review.png", full_page=True)
    page.get_by_label("Reason").fill("A typing error.")
    page.get_by_role("button", name="Take back to draft").click()
    assert "otdr-2 is a draft again." in page.get_by_role("status").inner_text()
    print(f"pictures are in {tmp_path}")


def test_the_ledger_is_verified_and_a_past_moment_answered_by_key(
    own_hub: str, window: Callable[..., Page], tmp_path: Path
) -> None:
    page = window(own_hub, "auditor")
    page.goto(f"{own_hub}/ledger/")
    page.get_by_role("button", name="Verify now").press("Enter")
    page.wait_for_load_state()
    assert "entries hold" in page.get_by_role("status").inner_text()
    page.screenshot(path=tmp_path / "verified.png", full_page=True)
    page.get_by_label("Day and time, in UTC").fill("2026-11-20T12:30")
    page.get_by_role("button", name="Show that moment").press("Enter")
    page.wait_for_url("**/ledger/past/**")
    text = page.inner_text("main")
    assert "Covers 10 of 12 markets" in text
    assert "Not decided yet" in text
    page.screenshot(path=tmp_path / "past.png", full_page=True)
    print(f"pictures are in {tmp_path}")
