"""Goals 2 and 3: how soon a phone shows the number, and what a drawing in Explore weighs and takes.

Bytes, addresses and shifts of the layout are the same on any machine and are asserted always. Times are asserted
under OTDR_EXAMPLES=full, on a machine that does nothing else.
"""

from __future__ import annotations

import os
import statistics

import pytest
from playwright.sync_api import Browser

from tests.browser import measure
from tests.browser.pages import Theatre

IS_FULL = os.environ.get("OTDR_EXAMPLES") == "full"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
TIMES = {name: most for name, most in measure.GOALS.items() if name != "cls"}


@pytest.mark.parametrize("path", measure.VITAL_PAGES)
def test_a_phone_shows_the_number_soon_and_nothing_shifts(browser: Browser, hub: str, path: str) -> None:
    theatre = Theatre(browser, hub)
    found = measure.median(theatre, path) if IS_FULL else measure.vitals(theatre, path)
    print(f"{path} {found}")
    # A vital nobody measured reads 0, which is no praise.
    assert found["lcp"] > 0
    assert found["inp"] > 0
    assert (found["hero"] > 0) == (path in measure.WITH_HERO)
    assert found["cls"] <= measure.GOALS["cls"]
    if IS_FULL:
        assert {name: found[name] for name, most in TIMES.items() if found[name] > most} == {}


def test_explore_fetches_its_program_when_asked_and_stays_within_its_weight(
    browser: Browser, hub: str
) -> None:
    theatre = Theatre(browser, hub)
    visits = [measure.explored(theatre) for _ in range(measure.RUNS if IS_FULL else 1)]
    for one in visits:
        assert [url for url in one.before if "plotly" in url] == []
        assert one.received <= measure.HEAVIEST_DRAWN
        # Less would mean that the program itself was not counted.
        assert one.received >= 500_000
        assert one.drawn > 0
    if IS_FULL:
        assert statistics.median(one.drawn for one in visits) <= measure.SLOWEST_DRAWN
