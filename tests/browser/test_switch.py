"""The kill switch as people use it: off with one button, on again through the gate; with and without script."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from otdr_hub.demo.cast import PASSWORD
from tests.browser.served import sign_in
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TWICE = "form => { const sent = new FormData(form); return fetch(form.action, {method: 'POST', body: sent}).then(one => one.status) }"
Open = Callable[..., Page]


def look(page: Page, name: str) -> None:
    """Keep a picture where OTDR_SHOTS names a folder, for whoever wants to see."""
    folder = os.environ.get("OTDR_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def as_(browser: Browser, own_hub: str) -> Iterator[Open]:
    """A window of one of the cast, signed in."""
    with ExitStack() as opened:
        known: dict[str, BrowserContext] = {}

        def window(name: str, **options: object) -> Page:
            if name not in known:
                known[name] = browser.new_context(**options)  # type: ignore[arg-type]
                opened.callback(known[name].close)
                sign_in(known[name].new_page(), own_hub, name, PASSWORD)
            return known[name].pages[0]

        yield window


def said_beforehand(page: Page, market: str) -> str:
    """What the page says the sentence will be with this market off."""
    return page.locator(f"#switch-{market} .switch-cost .said").inner_text()


def coverage(page: Page, url: str) -> str:
    page.goto(url)
    return page.locator(".coverage").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_off_with_one_button_and_on_again_through_the_gate(as_: Open, own_hub: str, script: bool) -> None:
    reader = as_("exec", java_script_enabled=script)
    before = coverage(reader, own_hub)
    finance = as_("finance", java_script_enabled=script)
    finance.goto(f"{own_hub}/kill-switch/")
    promised = said_beforehand(finance, "US")
    finance.get_by_role("button", name="Switch United States off").click()
    assert "United States is off since" in finance.get_by_role("status").inner_text()
    assert coverage(reader, own_hub) == promised
    finance.get_by_label("why was it switched off").fill("The feed repeats the promise.")
    look(finance, f"off-{script}")
    finance.get_by_role("button", name="Put it on record").click()
    assert "The feed repeats the promise." in finance.locator("#switch-US").inner_text()
    asked = asks_for_on(as_("dpm", java_script_enabled=script), own_hub)
    for name, role in (("finance-2", "Finance"), ("logistics", "Logistics")):
        signer = as_(name, java_script_enabled=script)
        signer.goto(asked)
        look(signer, f"gate-{name}-{script}")
        assert "The files were sent again" in signer.locator("main").inner_text()
        signer.locator("[name=attest]").check()
        signer.get_by_role("button", name=f"for {role}").click()
        assert "You answered 1 line" in signer.get_by_role("status").inner_text()
    assert coverage(reader, own_hub) == before
    finance.goto(f"{own_hub}/kill-switch/")
    assert "On again since" in finance.locator("#switch-US").inner_text()


def asks_for_on(dpm: Page, url: str) -> str:
    """The DPM asks with evidence; the address where it is signed."""
    dpm.goto(f"{url}/kill-switch/")
    row = dpm.locator("#switch-US")
    row.get_by_text("Ask to switch on again: United States").click()
    row.get_by_label("Evidence").fill("The files were sent again; counts agree with the carrier's.")
    row.get_by_role("button", name="Ask the departments").click()
    assert "waits for the departments" in dpm.get_by_role("status").inner_text()
    look(dpm, "asked")
    return f"{url}{dpm.locator('#switch-US a').first.get_attribute('href')}"


def test_a_double_click_is_one_act(as_: Open, own_hub: str, demo: OwnDatabase) -> None:
    page = as_("legal")
    page.goto(f"{own_hub}/kill-switch/")
    page.locator("#switch-NL form").evaluate(f"form => Promise.all([1, 2, 3].map(() => ({TWICE})(form)))")
    with demo.connect("otdr_app") as connection:
        row = connection.execute("SELECT count(*) FROM governance_shutoff").fetchone()
    assert row == (1,)


def test_the_page_fits_is_reached_by_keyboard_and_breaks_no_policy(as_: Open, own_hub: str) -> None:
    said: list[str] = []
    admin = as_("admin")
    admin.goto(f"{own_hub}/kill-switch/")
    admin.get_by_role("button", name="Switch Netherlands off").focus()
    admin.keyboard.press("Enter")
    admin.get_by_role("status").wait_for()
    for name in ("admin", "exec"):
        page = as_(name)
        page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        page.goto(f"{own_hub}/kill-switch/")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for width in (320, 390, 1366):
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                if width > 320:
                    look(page, f"switch-{name}-{width}-{scheme}")
            assert page.evaluate(SIDEWAYS) <= 0, (name, width)
    assert said == []
    assert as_("exec").locator(".button-stop").count() == 0
