"""What the tests of open tabs share: where they take place, and what is read off a tab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.place import Place
from tests.browser.served import EXECUTIVE, Web, sign_in
from tests.conftest import OwnDatabase, copy_of
from tests.hub.wire import Wire, wired
from tests.scale import FULL

GAP = 8
# What a tab may take to notice (ms), and much for a busy machine; how long it takes is measured by the bench.
PATIENT = 10_000 if FULL else 30_000
# No tab shows a number for longer than this after the last proof that it may (ms).
LONGEST = 5000


@contextmanager
def place_of(original: OwnDatabase, environment: dict[str, str]) -> Iterator[Place]:
    """A server of a copy of the demonstration, between two wires."""
    with copy_of(original) as copy, wired(copy) as (wire, through):
        settings = {"OTDR_PRESENT_GAP": str(GAP), "OTDR_STILL": "2"}
        web = Web(environment | through | copy.names | settings | {"OTDR_STATIC": environment["OTDR_STATIC"]})
        web.start()
        front = Wire(("127.0.0.1", web.port))
        try:
            yield Place(web, front, wire, copy)
        finally:
            front.close()
            web.stop()


def state_of(browser: Browser, place: Place, name: str = EXECUTIVE[0]) -> Any:
    """What a browser keeps of somebody who has signed in."""
    context = browser.new_context()
    sign_in(page := context.new_page(), place.url, name)
    page.wait_for_url(re.compile(rf"^{place.url}/(?!accounts/)"))
    kept = context.storage_state()
    context.close()
    return kept


def opened(window: BrowserContext, place: Place, path: str = "/") -> Page:
    page = window.new_page()
    page.goto(place.url + path)
    return page


def blank(page: Page, why: str) -> None:
    """No number anywhere in the document, on screen or paper, and the reason with its moment."""
    expect(page.locator(f"#blanked [data-reason={why}]").first).to_be_visible(timeout=PATIENT)
    expect(page.locator("#blanked time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d UTC"))
    assert page.locator("main").text_content() == ""
    text = page.locator("body").inner_text().replace(page.locator("#blanked time").inner_text(), "")
    # How many corrections wait for the reader is no number of a market.
    text = re.sub(r"Corrections\s+\d+\s+to take note of", "", text)
    assert not re.search(r"\d", text), text


def shown(page: Page) -> None:
    expect(page.locator(".hero")).to_be_visible(timeout=PATIENT)
    expect(page.locator("#blanked")).to_be_hidden()


WATCH = """() => {
  const now = () => performance.now();
  const note = document.getElementById("blanked");
  window.seen = { proof: now(), blank: null };
  window.addEventListener("otdr:pulse", ({ detail: { kind } }) => {
    if (!["down", "out"].includes(kind)) window.seen.proof = now();
  });
  new MutationObserver(() => { window.seen.blank ??= note.hidden ? null : now(); })
    .observe(note, { attributes: true });
}"""


def watched(page: Page) -> Page:
    """The page; from here on it notes by its own clock when it last had a proof, and when it hid its numbers."""
    page.evaluate(WATCH)
    return page


def blanked_in(page: Page) -> float:
    """Milliseconds from the last proof to the moment its numbers were hidden."""
    seen = page.evaluate("window.seen")
    assert seen["blank"] is not None
    return float(seen["blank"] - seen["proof"])
