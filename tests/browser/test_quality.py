"""Every page: axe in both schemes and sizes; width, finger, keyboard, content policy on a phone and a laptop.

OTDR_EXAMPLES=full looks at all of it in all four mixes with everybody who may. Pages that need a state, and answers
that refuse, are in `test_states.py`.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import checks, measure
from tests.browser.checks import SIZES
from tests.browser.pages import Sight, Theatre

IS_FULL = os.environ.get("OTDR_EXAMPLES") == "full"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(5400 if IS_FULL else 1200)]
MIXES = (
    [(scheme, size) for scheme in ("light", "dark") for size in SIZES]
    if IS_FULL
    else [("light", "phone"), ("dark", "laptop")]
)
Found = dict[str, list[str]]


def _look(page: Page, size: str, scheme: str) -> dict[str, list[str]]:
    """What is wrong with the open page; contrast is looked at in the other scheme as well."""
    found = checks.look(page, size)
    if not IS_FULL:
        (other,) = {*checks.SCHEMES} - {scheme}
        page.emulate_media(color_scheme=other)
        found["axe"] += [f"{other}: {said}" for said in checks.axe(page)]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    return found


def _visit(theatre: Theatre, sights: list[Sight], scheme: str, size: str, faults: Found) -> None:
    """Look at all pages of each person in one window of this mix."""
    for who in dict.fromkeys(sight.who for sight in sights):
        options = {"color_scheme": scheme, "viewport": SIZES[size], "has_touch": size == "phone"}
        context = theatre.window(who, reduced_motion="reduce", **options)
        page = context.new_page()
        said: list[str] = []
        page.on(
            "console",
            lambda line, said=said: said.append(line.text) if line.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.add_init_script("window.print = () => {}")
        for sight in (one for one in sights if one.who == who):
            said.clear()
            answer = page.goto(theatre.url + sight.path)
            assert answer is not None
            found = _look(page, size, scheme)
            # That an address which leads nowhere answers 404 is said on the console too; of no other is it fine.
            found["policy"] = [line for line in said if answer.status != 404 or "404" not in line]
            if "unsafe" in answer.headers.get("content-security-policy", "unsafe: none"):
                found["policy"].append("no content policy, or an unsafe one")
            for kind, faults_here in found.items():
                faults[kind] += [f"{sight.path} as {who}, {scheme} {size}: {one}" for one in faults_here]
        context.close()


@pytest.fixture(scope="module")
def faults(browser: Browser, hub: str) -> Found:
    """All that is wrong anywhere, by kind."""
    theatre = Theatre(browser, hub)
    sights = theatre.sights(everybody=IS_FULL)
    found: Found = defaultdict(list)
    for scheme, size in MIXES:
        _visit(theatre, sights, scheme, size, found)
    return found


@pytest.mark.parametrize("kind", ["axe", "width", "finger", "keyboard", "scripted", "policy"])
def test_no_page_has(faults: Found, kind: str) -> None:
    assert faults[kind] == []


def test_text_of_double_size_fits_a_narrow_phone(browser_at: Callable[[int], Browser], hub: str) -> None:
    theatre = Theatre(browser_at(200), hub)
    sights = theatre.sights()
    found = []
    for who in dict.fromkeys(sight.who for sight in sights):
        page = theatre.window(who, viewport={"width": 320, "height": 800}).new_page()
        page.add_init_script("window.print = () => {}")
        for sight in (one for one in sights if one.who == who):
            page.goto(hub + sight.path)
            page.evaluate(checks.OPEN)
            found += [f"{sight.path}: {said}" for said in checks.sideways(page)]
        page.context.close()
    assert found == []


def test_every_time_zone_reads_the_same_on_every_page_with_a_number(browser: Browser, hub: str) -> None:
    theatre = Theatre(browser, hub)
    told: dict[str, set[str]] = defaultdict(set)
    for zone in ("Pacific/Auckland", "UTC", "America/Los_Angeles"):
        page = theatre.window("dpm", timezone_id=zone).new_page()
        for path in ("/", "/markets/US/", "/decisions/", "/scope/", "/versions/otdr-1/"):
            page.goto(hub + path)
            # Each was sent at a moment of its own, and says so.
            told[path].add(re.sub(r"Sent \d\d:\d\d:\d\d UTC", "", page.locator("main").inner_text()))
        page.context.close()
    assert {path for path, texts in told.items() if len(texts) > 1} == set()


def test_pages_with_numbers_are_light(browser: Browser, hub: str) -> None:
    theatre = Theatre(browser, hub)
    for path in ("/", "/markets/US/", "/why/", "/about/"):
        context = theatre.window("exec")
        received, asked = measure.weigh(context, hub + path)
        context.close()
        assert received <= measure.HEAVIEST, path
        assert len(asked) <= measure.MOST_REQUESTS, asked
        assert all(url.startswith((hub, "data:")) and "plotly" not in url for url in asked)
