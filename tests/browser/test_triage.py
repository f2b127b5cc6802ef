"""The triage room with and without script, on a laptop and a phone: read, act, explore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from otdr_hub.demo.cast import PASSWORD
from tests.browser.served import sign_in

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "java_script_enabled": False}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Open = Callable[..., Page]


@pytest.fixture
def as_(browser: Browser, own_hub: str) -> Iterator[Open]:
    """A window of one of the cast, signed in."""
    with ExitStack() as opened:

        def window(name: str, **options: object) -> Page:
            context = browser.new_context(**options)  # type: ignore[arg-type]
            opened.callback(context.close)
            page = context.new_page()
            sign_in(page, own_hub, name, PASSWORD)
            return page

        yield window


def test_a_case_is_walked_from_the_inbox_to_the_owner_and_to_finance(as_: Open, own_hub: str) -> None:
    dpm = as_("dpm", **LAPTOP)
    dpm.goto(f"{own_hub}/inbox/")
    dpm.get_by_role("link", name="C-0001").click()
    assert dpm.get_by_role("heading", level=1).inner_text().startswith("Brazil")
    assert dpm.get_by_text("No number on this page is certified").is_visible()
    assert dpm.locator(".hypothesis-leading .claim").count() == 1
    assert dpm.locator('svg[role="img"]').count() >= 3
    assert dpm.evaluate(SIDEWAYS) == 0
    side, main = (dpm.locator(one).bounding_box() for one in (".case-side", ".case-main"))
    assert side is not None
    assert main is not None
    assert side["x"] < main["x"], "timeline and plan are to the left"

    finance = as_("finance", **LAPTOP)
    finance.goto(f"{own_hub}/triage/1/")
    assert finance.get_by_text("once those who look into it show it").is_visible()
    assert finance.locator(".case").count() == 0

    dpm.get_by_text("Send the owner a private word").click()
    dpm.get_by_role("button", name="It is sent: put it on record").click()
    assert dpm.get_by_text("The private word is on record as sent.").is_visible()

    owner = as_("data-owner", **PHONE)
    owner.goto(f"{own_hub}/triage/1/")
    owner.get_by_text("Add a reply").tap()
    owner.get_by_label("The reply, word for word").fill("It is just a backfill artefact.")
    owner.get_by_label("The explanation it gives").select_option("backfill_overwrite")
    owner.get_by_role("button", name="Put it beside the evidence").tap()
    assert owner.locator(".owner-reply blockquote").inner_text() == "It is just a backfill artefact."

    dpm.reload()
    dpm.get_by_label("Show the case to Finance, Legal, Logistics and BizOps: why now").fill(
        "The owner answered."
    )
    dpm.get_by_role("button", name="Show it to everybody concerned").click()
    finance.reload()
    assert "It is just a backfill artefact." in finance.locator(".case-main").inner_text()


def test_a_step_is_answered_with_a_keyboard_alone(as_: Open, own_hub: str) -> None:
    page = as_("data-engineer", **LAPTOP)
    page.goto(f"{own_hub}/triage/1/")
    page.locator("#step-1 summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("The code is the same.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "The code is the same." in page.locator("#step-1").inner_text()


def test_the_tables_are_drawn_when_asked(as_: Open, own_hub: str) -> None:
    page = as_("auditor", **LAPTOP)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{own_hub}/triage/1/")
    page.get_by_role("link", name="Explore these tables").click()
    assert not any("plotly" in url for url in fetched)
    page.get_by_role("button", name="Draw these tables").click()
    page.wait_for_selector("[data-drawn]", timeout=20_000)
    assert page.locator("[data-drawn]").count() >= 1
