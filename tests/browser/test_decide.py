"""Decide in a real browser: widths, light and dark, keyboard, a projector, no script, and paper."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.served import Reader

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
REASON = "We know: Markets decided, Backfill closed, Numbers re-derive, Week complete, Feeds on time."
As = Callable[..., Page]


def look(page: Page, name: str) -> None:
    """Keep a picture where OTDR_SHOTS names a folder, for whoever wants to see."""
    folder = os.environ.get("OTDR_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1366])
def test_the_page_fits(read: Callable[..., Reader], width: int, scheme: str) -> None:
    reader = read(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in ("/decisions/", "/decisions/?present=1"):
        page = reader.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate(SIDEWAYS) <= 0, path
        look(page, f"decide-{width}-{scheme}{'-present' if 'present' in path else ''}")
    assert reader.complaints == []


def test_a_projector_shows_everything_at_once(read: Callable[..., Reader]) -> None:
    page = read(viewport={"width": 1920, "height": 1080}).open("/decisions/?present=1")
    look(page, "decide-projector")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert page.locator("form.decide-form").count() == 0


def test_every_control_is_reached_by_key_and_large_enough(signed_in: As) -> None:
    page = signed_in(
        "finance", java_script_enabled=True, viewport={"width": 390, "height": 844}, has_touch=True
    )
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        name, height = page.evaluate(
            "(() => { const one = document.activeElement;"
            " return [one.name || one.textContent.trim() || one.tagName,"
            " (one.closest('label') || one).getBoundingClientRect().height] })()"
        )
        if name == "BODY":
            break
        assert height >= 24, name
        seen.append(name)
    for wanted in ("verdict", "reason", "condition", "due", "appeals", "Give the verdict"):
        assert wanted in seen


def say(page: Page, word: str, reason: str = "") -> None:
    page.get_by_role("radio", name=word, exact=True).check()
    page.locator("#verdict-reason").fill(reason)
    page.get_by_role("button", name=re.compile("Give .* verdict")).click()


def test_the_seats_speak_and_the_chair_decides_without_script(signed_in: As) -> None:
    finance = signed_in("finance")
    look(finance, "decide-finance")
    say(finance, "No-go")
    assert finance.locator("#wrong-reason").inner_text().startswith("Give the reason")
    assert finance.get_by_role("radio", name="No-go", exact=True).is_checked()
    look(finance, "decide-finance-wrong")
    say(finance, "Go", "Ten markets reconcile.")
    assert "Ten markets reconcile." in finance.locator(".seats").inner_text()
    dpm = signed_in("dpm")
    assert "Legal has given no verdict yet." in dpm.locator(".kind").first.inner_text()
    assert dpm.get_by_role("radio", name=re.compile("^Launch partial")).is_disabled()
    say(signed_in("legal"), "Go")
    dpm.reload()
    look(dpm, "decide-chair")
    dpm.get_by_role("radio", name=re.compile("^Launch partial")).check()
    dpm.locator("#chair-reason").fill("We go.")
    dpm.get_by_role("button", name="Decide").click()
    assert "has to name each" in dpm.locator("#wrong-chair").inner_text()
    assert dpm.locator("#chair-reason").input_value() == "We go."
    dpm.locator("#chair-reason").fill(REASON)
    dpm.get_by_role("button", name="Decide").click()
    assert dpm.locator(".call-word").inner_text() == "Launch partial"
    assert "No-go" in dpm.locator(".dissent").inner_text()
    look(dpm, "decide-decided")
    dpm.goto(re.sub(r"/decisions/.*", "/decisions/?present=1", dpm.url))
    look(dpm, "decide-decided-present")


def test_the_minutes_print_on_two_sheets_at_most(signed_in: As) -> None:
    for name in ("finance", "legal"):
        say(signed_in(name), "Go")
    dpm = signed_in("dpm", java_script_enabled=True)
    dpm.get_by_role("radio", name=re.compile("^Launch partial")).check()
    dpm.locator("#chair-reason").fill(REASON)
    dpm.get_by_role("button", name="Decide").click()
    dpm.get_by_role("link", name="Minutes").first.click()
    dpm.wait_for_selector(".page-minutes")
    look(dpm, "minutes")
    assert dpm.evaluate(SIDEWAYS) <= 0
    paper = dpm.pdf(prefer_css_page_size=True, print_background=True)
    if os.environ.get("OTDR_SHOTS"):
        (Path(os.environ["OTDR_SHOTS"]) / "minutes.pdf").write_bytes(paper)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= 2
    sizes = {
        tuple(round(float(one)) for one in box)
        for box in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)
    }
    assert sizes == {(595, 842)}  # A4 portrait, in points
