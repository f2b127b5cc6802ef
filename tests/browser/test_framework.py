"""From the proposal to the next publication in a real browser, without script; and how the new pages fit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.test_decide import REASON, SIDEWAYS, look, say

pytestmark = pytest.mark.browser
As = Callable[..., Page]


def row(page: Page, code: str) -> str:
    return page.locator(f'.market-list [data-market="{code}"]').inner_text()


def leave_out(page: Page) -> None:
    """Say of the markets that are left out why, whose they are, and when they are looked at again."""
    page.locator("#carry-reason").select_option("data under investigation")
    page.locator("#carry-owner").fill("Logistics Analytics")
    page.locator("#carry-review").fill("2030-12-04")


def test_the_dpm_goes_from_the_proposal_to_the_next_publication(signed_in: As, own_hub: str) -> None:
    for name in ("finance", "legal"):
        say(signed_in(name), "Go")
    dpm = signed_in("dpm")
    card = dpm.locator(".proposal").inner_text()
    assert "framework-1 proposes" in card
    assert "Launch partial" in card
    assert "Brazil is left out:" in card
    assert "Germany is left out:" in card
    assert "What would change the proposal" in card
    look(dpm, "framework-proposal")

    dpm.goto(f"{own_hub}/")
    assert "P-1" in dpm.locator(".nameplate").inner_text()
    assert "not decided yet" in row(dpm, "BR")
    assert "not decided yet" in row(dpm, "DE")

    dpm.goto(f"{own_hub}/decisions/preview/launch_partial/")
    assert "Preview, not published: Launch partial." in dpm.locator(".preview-banner").inner_text()
    look(dpm, "framework-preview")

    dpm.goto(f"{own_hub}/decisions/")
    dpm.get_by_role("radio", name=re.compile("^Launch partial")).check()
    dpm.locator("#chair-reason").fill(REASON)
    dpm.get_by_role("button", name="Decide", exact=True).click()
    assert dpm.locator(".call .call-word").inner_text() == "Launch partial"
    assert "Germany and Brazil: excluded by decision" in dpm.locator("form:has(#carry-reason)").inner_text()

    leave_out(dpm)
    dpm.get_by_role("button", name="Preview the hub with these words").click()
    promised = dpm.locator(".hub-reading").inner_text()
    listed = dpm.locator(".hub-markets").inner_text()
    dpm.go_back()
    leave_out(dpm)
    look(dpm, "framework-carry")
    dpm.get_by_role("button", name="Exclude them and publish").click()
    assert dpm.url == f"{own_hub}/#main"
    assert "P-2" in dpm.locator(".nameplate").inner_text()
    for code in ("BR", "DE"):
        said = row(dpm, code)
        assert "excluded by decision" in said
        assert "data under investigation" in said
        assert "Logistics Analytics" in said
        assert "4 Dec 2030" in said
    assert dpm.locator(".hub-reading").inner_text() == promised
    assert dpm.locator(".hub-markets").inner_text() == listed
    look(dpm, "framework-published")


@pytest.mark.parametrize("width", [320, 1366])
def test_the_new_pages_fit(signed_in: As, own_hub: str, width: int) -> None:
    dpm = signed_in("dpm", java_script_enabled=True, viewport={"width": width, "height": 800})
    paths = (
        "/decisions/", "/decisions/framework/", "/decisions/preview/launch_full/", "/requests/", "/requests/1/",
        "/blast/BR/",
    )  # fmt: skip
    for path in paths:
        dpm.goto(f"{own_hub}{path}")
        dpm.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert dpm.evaluate(SIDEWAYS) <= 0, path
        look(dpm, f"framework-{width}-{path.strip('/').replace('/', '-')}")


def test_bizops_reads_what_became_of_its_request(signed_in: As, own_hub: str) -> None:
    page = signed_in("bizops")
    page.goto(f"{own_hub}/requests/1/")
    said = page.locator("main").inner_text()
    assert "OTDR by carrier in the top five markets" in said
    assert "Yes for United States, India, United Kingdom and Japan." in said
    assert "Not yet for Brazil:" in said
    assert page.get_by_role("button", name="Decide").count() == 0
