"""Goal 7: signing in, deciding, signing and the go/no-go, with nothing but a keyboard, on a laptop and on a phone.

After each step of the Tab key the stop has to show itself: outlined, on the screen, with nothing over it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from otdr_hub.demo.cast import PASSWORD
from tests.browser.checks import SIZES
from tests.browser.test_desk import news
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
MOST_STOPS = 250
SOON = 30_000
"""Milliseconds for an answer to arrive on a machine that is busy."""
REASON = "We know: Markets decided, Backfill closed, Numbers re-derive, Week complete, Feeds on time."
# "" where the element with the focus shows it; otherwise what is wrong.
_SEEN = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  if (one === document.body) return "";
  const name = `${one.tagName} "${(one.textContent || one.name || "").trim().slice(0, 40)}"`;
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `${name} does not show it`;
  const box = one.getClientRects()[0];
  if (!box || box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth)
    return `${name} is off the screen`;
  const on_top = document.elementFromPoint(
    Math.min(Math.max(box.left + Math.min(box.width / 2, 20), 1), innerWidth - 2),
    Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 1), innerHeight - 2));
  const label = one.labels && [...one.labels].some((each) => each.contains(on_top));
  return on_top && (one.contains(on_top) || on_top.contains(one) || label) ? "" : `${name} is covered`;
}"""
_HERE = "one => one === document.activeElement"


class Keys:
    """Somebody at a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, wanted: Locator) -> None:
        """Press Tab until the focus is there. Fails at a stop that does not show it, or when it is never reached."""
        for _ in range(MOST_STOPS):
            if wanted.evaluate(_HERE):
                return
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(_SEEN) == ""
        raise AssertionError(f"the keyboard never comes to {wanted}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        self.to(wanted)
        self.page.keyboard.press(key)

    def type(self, wanted: Locator, text: str) -> None:
        self.to(wanted)
        self.page.keyboard.type(text)

    def choose(self, wanted: Locator) -> None:
        """A radio button: Tab comes to the one chosen, or the first; arrows go on from there."""
        name = wanted.get_attribute("name")
        group = self.page.locator(f"input[type=radio][name='{name}']")
        stop = self.page.locator(f"input[type=radio][name='{name}']:checked")
        self.to(
            stop if stop.count() else self.page.locator(f"input[type=radio][name='{name}']:enabled").first
        )
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
            assert self.page.evaluate(_SEEN) == ""
        raise AssertionError(f"the arrows never come to {wanted}")

    def sign_in(self, url: str, name: str) -> None:
        """From the form at the door to the first page."""
        self.page.goto(f"{url}/accounts/login/")
        self.type(self.page.get_by_label("User name"), name)
        self.type(self.page.get_by_label("Password"), PASSWORD)
        self.press(self.page.get_by_role("button", name="Sign in"))
        self.page.wait_for_url(lambda found: "login" not in found)

    def room(self, name: str) -> None:
        """By the menu of the page, which a phone opens first."""
        menu = self.page.get_by_role("button", name="Menu")
        if menu.is_visible():
            self.press(menu)
        link = self.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=name)
        self.press(link)
        expect(self.page.locator(".rooms-list [aria-current]")).to_contain_text(name, timeout=SOON)


@pytest.fixture
def keys(browser: Browser, own_hub: str) -> Iterator[Callable[..., Keys]]:
    """Windows of the cast, each signed in by key; no pointer ever touches them."""
    with ExitStack() as opened:

        def window(name: str, size: str, **options: object) -> Keys:
            context = browser.new_context(viewport=SIZES[size], reduced_motion="reduce", **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            found = Keys(context.new_page())
            found.sign_in(own_hub, name)
            return found

        yield window


def test_two_markets_are_decided_and_signed_by_key(
    keys: Callable[..., Keys], own_hub: str, demo: OwnDatabase
) -> None:
    news(demo)
    dpm = keys("dpm", "laptop")
    dpm.room("Scope")
    for code in ("US", "NL"):
        dpm.press(dpm.page.locator(f"#market-{code}"), "Space")
    dpm.press(dpm.page.get_by_role("button", name="See what it would do"))
    dpm.press(dpm.page.get_by_role("button", name="Decide 2 markets and ask for signatures"))
    expect(dpm.page.get_by_role("status")).to_contain_text("sign them in one sitting", timeout=SOON)

    finance = keys("finance", "phone", has_touch=True)
    finance.press(finance.page.locator(".inbox-what").first)
    finance.page.wait_for_url("**/signoffs/*/**")
    # One line with a reservation, so that the arrows and a field are needed, too; the other as it stands.
    line = finance.page.locator(".line").first
    finance.choose(line.get_by_role("radio", name="Leave open"))
    finance.press(finance.page.locator("[name=attest]"), "Space")
    finance.press(finance.page.get_by_role("button", name="Sign 1 of 2 lines for Finance"))
    expect(finance.page.get_by_role("status")).to_contain_text(
        "You answered 1 line for Finance", timeout=SOON
    )


def test_the_table_goes_and_the_chair_decides_by_key(keys: Callable[..., Keys], own_hub: str) -> None:
    for name, size in (("finance", "phone"), ("legal", "laptop")):
        seat = keys(name, size)
        seat.room("Decide")
        seat.choose(seat.page.get_by_role("radio", name="Go", exact=True))
        seat.type(seat.page.locator("#verdict-reason"), "Ten markets reconcile.")
        seat.press(seat.page.get_by_role("button", name=re.compile("Give .* verdict")))
        expect(seat.page.locator(".seats")).to_contain_text("Ten markets reconcile.", timeout=SOON)
    chair = keys("dpm", "phone")
    chair.room("Decide")
    chair.choose(chair.page.get_by_role("radio", name="Launch partial"))
    chair.type(chair.page.locator("#chair-reason"), REASON)
    chair.press(chair.page.get_by_role("button", name="Decide", exact=True))
    expect(chair.page.locator(".call-word")).to_have_text("Launch partial", timeout=SOON)


def test_a_market_is_switched_off_by_key_on_a_phone(keys: Callable[..., Keys], own_hub: str) -> None:
    finance = keys("finance", "phone")
    finance.room("Kill switch")
    finance.press(finance.page.get_by_role("button", name="Switch United States off"))
    expect(finance.page.get_by_role("status")).to_contain_text("United States is off since", timeout=SOON)
