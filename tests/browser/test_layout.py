"""The page as a thing: width, weight, policy, keyboard, paper, time zone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.served import Reader

pytestmark = pytest.mark.browser
PATHS = ("/", "/markets/US/", "/markets/BR/", "/markets/XX/", "/accounts/login/?next=/nowhere")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MOST_BYTES, MOST_REQUESTS = 60_000, 6


@pytest.mark.parametrize("width", [320, 390, 1366])
@pytest.mark.parametrize("text", [100, 200])
def test_nothing_scrolls_sideways(
    read: Callable[..., Reader], browser_at: Callable[[int], Browser], width: int, text: int
) -> None:
    reader = read(browser_at(text), viewport={"width": width, "height": 800})
    for path in PATHS:
        page = reader.open(path)
        size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert size == 16 * text / 100
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate(SIDEWAYS) <= 0, path


@pytest.mark.parametrize("path", ["/", "/markets/US/"])
def test_the_browser_has_nothing_to_complain_about(reader: Reader, path: str) -> None:
    answer = reader.page.goto(reader.url + path)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    reader.page.locator("details").first.locator("summary").click()
    reader.page.wait_for_load_state("networkidle")
    assert reader.complaints == []
    assert reader.page.locator("[style]").count() == 0


def test_the_hub_is_light(reader: Reader) -> None:
    devtools = reader.context.new_cdp_session(reader.page)
    asked: list[str] = []
    received: list[float] = []
    devtools.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    reader.open()
    reader.page.wait_for_load_state("networkidle")
    print(f"the hub: {len(asked)} requests, {sum(received):,.0f} bytes")
    assert len(asked) <= MOST_REQUESTS
    assert sum(received) <= MOST_BYTES
    assert all(url.startswith((reader.url, "data:")) for url in asked)


def test_the_keyboard_goes_everywhere_and_is_seen(reader: Reader) -> None:
    page = reader.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline, box = page.evaluate(
            "(() => { const one = document.activeElement, style = getComputedStyle(one);"
            " return [one.textContent.trim() || one.tagName, style.outlineStyle + style.outlineWidth,"
            " one.getBoundingClientRect().height] })()"
        )
        if name == "BODY" or name.startswith("Skip"):
            break
        assert outline == "solid3px", name
        assert box >= 24, name
        seen.append(name)
    assert seen[0].endswith("OTDR Hub")
    for wanted in (
        "Sign out",
        "Table of these 12 weeks",
        "United States",
        "Brazil",
        "Table of these markets",
    ):
        assert wanted in seen


def test_skip_link_menu_and_tables_open_by_key(read: Callable[..., Reader]) -> None:
    page = read(viewport={"width": 390, "height": 844}).open()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("button", name="Menu").press("Enter")
    assert page.get_by_role("button", name="Sign out").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Sign out").is_visible()
    table = page.locator(".hub-markets table")
    assert not table.is_visible()
    page.locator(".hub-markets summary").press("Enter")
    assert table.is_visible()


def test_the_hub_prints_on_one_sheet(reader: Reader) -> None:
    reader.open()
    paper = reader.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
    width, height = map(float, re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper).groups())  # type: ignore[union-attr]
    assert (round(width), round(height)) == (842, 595)  # A4 landscape, in points


def test_the_first_screen_of_a_laptop_says_all_that_matters(reader: Reader) -> None:
    """At 1366 x 768, without scrolling: the number, its change, what it covers, its state and as of when."""
    page = reader.open()
    assert page.evaluate("[innerWidth, innerHeight, scrollY]") == [1366, 768, 0]
    for what in (".hero", ".change", ".coverage", ".plate-time", ".plate-state", ".market-row >> nth=0"):
        box = page.locator(what).bounding_box()
        assert box is not None, what
        assert box["y"] >= 0, what
        assert box["y"] + box["height"] <= 768, what
        assert box["x"] >= 0, what
        assert box["x"] + box["width"] <= 1366, what
    # Nothing lies over the sentence: what is found where it stands is the sentence.
    assert page.locator(".coverage").evaluate(
        "one => { const box = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(box.left + box.width / 2, box.bottom - 6)) }"
    )


def test_a_mark_covers_no_label_of_the_scale(read: Callable[..., Reader]) -> None:
    for width in (320, 390, 1366):
        for path in ("/", "/markets/US/"):
            page = read(viewport={"width": width, "height": 768}).open(path)
            covered = page.locator(".chart .plot-tall").evaluate(
                """svg => { const box = one => one.getBoundingClientRect();
                  const marks = [...svg.querySelectorAll(".mark")].map(box);
                  const labels = [...svg.querySelectorAll("text:not(.mark-text)")];
                  if (!marks.length || labels.length < 4) return ["nothing to look at"];
                  return labels.filter(text => { const at = box(text); return marks.some(mark =>
                    mark.left < at.right && at.left < mark.right && mark.top < at.bottom - 3 && at.top + 3 < mark.bottom);
                  }).map(text => text.textContent); }"""
            )
            assert covered == [], (width, path)


def test_every_time_zone_reads_the_same(read: Callable[..., Reader]) -> None:
    zones = ("Pacific/Auckland", "UTC", "America/Los_Angeles")
    pages = {
        re.sub(r"Sent \d\d:\d\d:\d\d UTC", "", read(timezone_id=zone).open().locator("body").inner_text())
        for zone in zones
    }
    assert len(pages) == 1
    assert "20 Nov 2026, 12:00 UTC" in pages.pop()


@pytest.mark.parametrize("width", [390, 1366])
def test_light_and_dark_differ_in_colour_only(
    read: Callable[..., Reader], tmp_path: Path, width: int
) -> None:
    found = {}
    for scheme in ("light", "dark"):
        page = read(color_scheme=scheme, viewport={"width": width, "height": 768}).open()
        page.screenshot(path=tmp_path / f"hub-{width}-{scheme}.png", full_page=True)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        found[scheme] = (ground, page.evaluate("document.documentElement.scrollHeight"))
    assert found["light"][0] != found["dark"][0]
    assert found["light"][1] == found["dark"][1]
    print(f"pictures are in {tmp_path}")
