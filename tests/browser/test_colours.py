"""Goals 11 and 16: what colour says is said without it too, and the colours drawn are those of the tokens.

Grey is what a reader without colours sees, as Chromium emulates it; a shape is compared pixel by pixel.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page

from tests.browser import checks, measure
from tests.browser.pages import Theatre
from tests.browser.served import Reader
from tests.conftest import OwnDatabase
from tests.quality import palette

pytestmark = pytest.mark.browser
# Where a state is told: who looks, and at what. Together these pages show every glyph the demonstration can.
STATES = (
    ("dpm", "/"), ("dpm", "/markets/US/"), ("dpm", "/scope/"), ("dpm", "/decisions/"), ("dpm", "/batches/"),
    ("dpm", "/publications/"), ("dpm", "/kill-switch/"), ("auditor", "/ledger/"), ("finance", "/signoffs/1/"),
)  # fmt: skip
MARKED = ".status, .absence, .finality, .mark, .against, .batch-aside, .field-wrong, .ledger-verdict"
SHAPES_APART = 10
"""Mean difference of two glyphs, of 255 shades: the nearest two there are have 12."""
CLAIMS = ("reading", "against", "caution")
# All that is told by a mark: its colour, its words, the shape of its glyph. Shades of ink claim nothing.
_TOLD = f"""claims => [...document.querySelectorAll("main :is({MARKED})")]
.filter(one => one.checkVisibility() && !(one instanceof SVGElement)).map(one => {{
  const glyph = one.querySelector("svg.glyph"), colour = getComputedStyle(one).color;
  return [claims.includes(colour) ? colour : "ink", one.textContent.trim().replace(/\\s+/g, " "), glyph ? glyph.innerHTML : ""];
}})"""
# Lines and points of the hub's picture, without their colours.
_DRAWN = """() => Object.fromEntries([["line", "path"], ["line line-provisional", "path"], ["steady", "path"],
    ["target-line", "path"], ["point", "circle"], ["point-provisional", "circle"], ["point-restated", "circle"]]
  .map(([name, tag]) => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
    one.setAttribute("class", name);
    document.querySelector(".chart svg").append(one);
    const style = getComputedStyle(one);
    const told = tag === "path" ? [style.strokeDasharray, style.strokeWidth]
      : [style.fill === getComputedStyle(document.body).backgroundColor, style.outlineStyle];
    one.remove();
    return [name, String(told)];
  }))"""
_SERIES = """() => [...document.querySelectorAll("[data-drawn]")][0].data
  .map(one => [one.name, one.line.color, one.line.dash, one.marker.symbol])"""
_TOKENS = """names => names.map(name => {
  const one = document.createElement("span");
  one.style.color = `var(--${name})`;
  document.body.append(one);
  const found = getComputedStyle(one).color;
  one.remove();
  return found;
})"""


def linear(said: str) -> palette.Linear:
    """ "rgb(0, 89, 155)" in linear light."""
    red, green, blue = (int(part) for part in re.findall(r"\d+", said)[:3])
    return palette.linear(f"#{red:02x}{green:02x}{blue:02x}")


def in_grey(page: Page) -> None:
    """Show the page as somebody sees it who sees no colours."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})


def without_colour(told: list[list[str]]) -> Iterator[str]:
    """Marks that differ in colour and in nothing else, and marks that are nothing but a colour."""
    colours: dict[tuple[str, str], set[str]] = defaultdict(set)
    for colour, words, glyph in told:
        if not words:
            yield f"a mark without words: {glyph or colour}"
        colours[re.sub(r"\d+", "0", words), glyph].add(colour)
    for (words, _glyph), some in colours.items():
        if len(some) > 1:
            yield f"only colour tells two kinds of {words!r} apart: {sorted(some)}"


def _told(theatre: Theatre, places: tuple[tuple[str, str], ...]) -> list[list[str]]:
    found: list[list[str]] = []
    for who, path in places:
        page = theatre.window(who, viewport=checks.SIZES["laptop"]).new_page()
        page.goto(theatre.url + path)
        page.evaluate(checks.OPEN)
        found += page.evaluate(_TOLD, page.evaluate(_TOKENS, list(CLAIMS)))
        page.context.close()
    return found


def test_no_state_is_told_by_its_colour_alone(browser: Browser, own_hub: str, demo: OwnDatabase) -> None:
    demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin")
    told = _told(Theatre(browser, own_hub), (*STATES, ("dpm", "/markets/CA/")))
    assert len({colour for colour, _words, _glyph in told}) >= 3, "there were no colours to do without"
    assert "\n".join(sorted(set(without_colour(told)))) == ""


def test_every_glyph_has_a_shape_of_its_own_in_grey(
    browser: Browser, own_hub: str, demo: OwnDatabase
) -> None:
    demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin")
    theatre = Theatre(browser, own_hub)
    shapes = {glyph for _colour, _words, glyph in _told(theatre, STATES) if glyph}
    assert len(shapes) >= 8
    page = theatre.window("dpm", device_scale_factor=4).new_page()
    page.goto(own_hub + "/")
    in_grey(page)
    pictures = {shape: _pictured(page, shape) for shape in shapes}
    for one, other in combinations(pictures, 2):
        apart = ImageStat.Stat(ImageChops.difference(pictures[one], pictures[other])).mean[0]
        assert apart >= SHAPES_APART, f"these two look the same: {one} and {other}"


def _pictured(page: Page, shape: str) -> Image.Image:
    """A glyph in black on the ground, as its pixels in grey."""
    page.evaluate(
        """shape => { document.body.innerHTML = '<svg class="glyph" width="14" height="14" viewBox="0 0 16 16"></svg>';
          document.querySelector(".glyph").innerHTML = shape; }""",
        shape,
    )
    return Image.open(io.BytesIO(page.locator(".glyph").screenshot())).convert("L").resize((56, 56))


@pytest.mark.parametrize("media", ["screen", "print"])
def test_lines_and_points_differ_in_more_than_colour(reader: Reader, media: Any) -> None:
    page = reader.open()
    page.emulate_media(media=media)
    drawn: dict[str, str] = page.evaluate(_DRAWN)
    assert len(drawn) == 7
    assert len(set(drawn.values())) == 7, drawn


def test_the_sheet_of_paper_reads_in_grey(reader: Reader) -> None:
    """Whatever is text on the printed hub keeps 4.5:1 once its colour is gone."""
    page = reader.open()
    page.emulate_media(media="print")
    pairs: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(one => one.checkVisibility()
          && [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())).map(one => {
            const style = getComputedStyle(one);
            return [one instanceof SVGElement ? style.fill : style.color, one.textContent.trim().slice(0, 30)];
          })"""
    )
    assert len(pairs) > 60
    white = linear("rgb(255, 255, 255)")
    # The number in a mark stands on ink; everything else on paper.
    faint = {
        words for colour, words in pairs
        if palette.contrast(grey(linear(colour)), white) < palette.TEXT and not re.fullmatch(r"\d{1,2}", words)
    }  # fmt: skip
    assert faint == set()


def grey(colour: palette.Linear) -> palette.Linear:
    """The grey of the same luminance."""
    light = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
    return light, light, light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_explore_draws_in_the_six_colours_of_the_tokens(read: Callable[..., Reader], scheme: str) -> None:
    page = read(color_scheme=scheme).open(measure.EXPLORE)
    tokens: list[str] = page.evaluate(_TOKENS, list(palette.EXPLORED))
    named = palette.schemes()[scheme]
    assert [linear(one) for one in tokens] == [named[name] for name in palette.EXPLORED]
    page.locator("#explore").click()
    page.locator("[data-drawn]").nth(1).wait_for(timeout=60_000)
    series: list[list[str]] = page.evaluate(_SERIES)
    assert 4 <= len(series) <= 6
    assert [colour for _name, colour, _dash, _symbol in series] == tokens[: len(series)]
    assert len({(dash, symbol) for _name, _colour, dash, symbol in series}) == len(series)
    ground = linear(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert [one for one in tokens if palette.contrast(linear(one), ground) < palette.MARK] == []
    for one, other in combinations(map(linear, tokens), 2):
        for blindness in palette.BLINDNESS:
            apart = palette.distance(palette.seen(one, blindness), palette.seen(other, blindness))
            assert apart >= palette.APART, (one, other, blindness)
