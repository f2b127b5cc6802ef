"""Behind the number: two clicks to the files, why it moved, the wall; and all of it in longer words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.served import Reader, readable
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
PATHS = ("/", "/?present=1", "/about/", "/why/", "/markets/US/", "/markets/US/lineage/", "/markets/BR/")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LONGER = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  for (const one of texts) {
    if (one.parentElement.closest('svg, code, time')) continue;
    one.data = one.data.replace(/[A-Za-z]{4,}/g, word => word + word.slice(0, Math.ceil(word.length * 0.4)));
  }
  document.querySelectorAll('details').forEach(one => one.open = true);
}"""
CLIPPED = """() => [...document.querySelectorAll('h1, h2, p, dt, dd, a, li, .chart-title, .market-name')]
  .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
  .map(one => one.textContent.trim())"""


def test_from_the_number_to_the_files_takes_two_clicks(reader: Reader, loaded_template: OwnDatabase) -> None:
    page = reader.open()
    page.get_by_role("link", name="About this number").click()
    said = page.locator("main").inner_text()
    for wanted in (
        "95 % interval",
        "Target",
        "94.0",
        "Provisional",
        "otdr-1",
        "Ledger entry",
        "Finance: finance",
    ):
        assert wanted in said, wanted
    page.get_by_role("link", name="Files of United States").click()
    said = page.locator("main").inner_text()
    for wanted in ("Recompute", "Files read", "Engine’s code", "Decision signed", "Legal: legal"):
        assert wanted in said, wanted
    with loaded_template.connect() as connection:
        sent = connection.execute(
            "SELECT b.filename, b.digest FROM metrics_batch b JOIN metrics_lakefile f ON f.batch_id = b.id"
            " WHERE f.market = 'US' AND b.kind IN ('promises', 'events')"
        ).fetchall()
    assert sent
    for name, digest in sent:
        assert name in said
        assert digest in said


def test_files_that_hold_a_hidden_market_do_not_tell_how_many_rows_were_sent(
    reader: Reader, loaded_template: OwnDatabase
) -> None:
    html = readable(reader.open("/markets/US/lineage/").content())
    with loaded_template.connect() as connection:
        hidden = connection.execute(
            "SELECT f.rows, b.rows FROM metrics_lakefile f JOIN metrics_batch b ON b.id = f.batch_id"
            " WHERE f.market IN ('BR', 'DE') AND f.rows > 999"
        ).fetchall()
    assert hidden
    assert [n for row in hidden for n in row if re.search(rf"(?<![\d,]){n:,}(?![\d,])", html)] == []


def test_the_wall_has_the_number_and_nobody_s_name(read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 1920, "height": 1080})
    page = reader.open("/?present=1")
    assert page.locator(".hero").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 96
    assert page.locator(".coverage").is_visible()
    assert "Sign out" not in page.content()
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    page.get_by_role("link", name="Leave the projector view").click()
    assert page.url == f"{reader.url}/"
    assert reader.complaints == []


def test_a_phone_shows_number_change_target_sentence_and_state_on_its_first_screen(
    read: Callable[..., Reader],
) -> None:
    page = read(viewport={"width": 390, "height": 844}).open()
    for part in (".hero", ".change", ".rule", ".hub-reading .coverage", ".asof"):
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= 844, part
    assert page.locator(".hero").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 48
    assert "94.0 % target" in page.locator(".change").inner_text().replace("\u00a0", " ")
    assert "Provisional" in page.locator(".asof").inner_text()


@pytest.mark.parametrize("width", [320, 1366])
def test_words_that_are_longer_by_two_fifths_fit(read: Callable[..., Reader], width: int) -> None:
    reader = read(viewport={"width": width, "height": 800})
    for path in PATHS:
        page = reader.open(path)
        page.evaluate(LONGER)
        assert page.evaluate(SIDEWAYS) <= 0, path
        assert page.evaluate(CLIPPED) == [], path
