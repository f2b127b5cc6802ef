"""How long a number stays in an open tab of a real browser, called by `bench_streams`.

From before the fault to the moment at which the numbers have left the document; one machine, one clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import OPTIONS
from tests.browser.served import Web
from tests.conftest import OwnDatabase
from tests.hub.wire import Wire

WATCH = """() => {
  window.blankedAt = 0;
  const main = document.querySelector("main");
  new MutationObserver(() => {
    if (main.classList.contains("blank") && !window.blankedAt) window.blankedAt = Date.now();
  }).observe(main, { attributes: true });
}"""
# A real shutoff of one carrier: it moves the epoch like any other, and each carrier can be switched off once.
STOP = """
INSERT INTO governance_shutoff (market, breakout, value, category, reason, by_id, at)
SELECT 'US', 'carrier', %s, 'other', '', id, now() FROM governance_user WHERE username = 'admin'
"""


def _timed(page: Page, fault: Callable[[], Any], mend: Callable[[], Any]) -> float:
    page.locator(".hero").wait_for(state="visible", timeout=30_000)
    page.wait_for_timeout(1500)
    page.evaluate("() => { window.blankedAt = 0; }")
    begun = time.time()
    fault()
    page.wait_for_function("() => window.blankedAt", timeout=30_000)
    took = 1000 * (page.evaluate("window.blankedAt") / 1000 - begun)
    mend()
    return took


def blanked(web: Web, wire: Wire, database: OwnDatabase, key: str, rounds: int = 5) -> dict[str, list[float]]:
    """Milliseconds for each kind of fault."""
    front, found = Wire(("127.0.0.1", web.port)), {"stop": [], "network silent": [], "database gone": []}
    url = f"http://127.0.0.1:{front.port}"
    with sync_playwright() as playwright, database.connect() as connection:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*OPTIONS])
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": key, "url": url}])
        page = context.new_page()
        page.goto(url)
        page.evaluate(WATCH)
        for turn in range(rounds):
            code = f"T{turn}"

            def stop(code: str = code) -> None:
                connection.execute(STOP, [code])

            for name, fault, mend in (
                ("stop", stop, lambda: None),
                ("network silent", front.freeze, front.thaw),
                ("database gone", wire.cut, wire.mend),
            ):
                found[name].append(_timed(page, fault, mend))
        browser.close()
    front.close()
    return found
