"""What is asked of any page, whatever is on it: by axe, by measure, and by the browser's own complaints."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Page

SIZES: dict[str, Any] = {"phone": {"width": 390, "height": 844}, "laptop": {"width": 1366, "height": 768}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"
# WCAG 2.0 to 2.2, A and AA, and axe's best practices.
_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 140))}`);
}"""
_SCRIPTED = """() => [...document.querySelectorAll("*")].flatMap(one => [...one.attributes])
  .filter(one => one.name === "style" || one.name.startsWith("on") || one.name.startsWith("hx-on")
    || one.value.trim().toLowerCase().startsWith("js:") || one.value.trim().toLowerCase().startsWith("javascript:"))
  .map(one => `${one.name}="${one.value.slice(0, 60)}"`)"""
# Actions under a finger: 44 px high, unless they stand in a line of text.
_SMALL = """() => [...document.querySelectorAll("a.button, button, summary, select, textarea, input")]
  .filter(one => !["hidden", "checkbox", "radio", "file"].includes(one.type) && one.checkVisibility())
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height < 43.5)
  .map(([one, box]) => `${one.tagName} "${(one.textContent || one.name).trim().slice(0, 40)}" ${box.height} px`)"""
# Every stop of the keyboard shows where it is, and nothing lies over it.
_HIDDEN_FOCUS = """() => {
  const wanted = "a[href], button, summary, select, textarea, input:not([type=hidden]), [tabindex='0']";
  return [...document.querySelectorAll(wanted)].filter(one => one.checkVisibility() && !one.disabled).map(one => {
    one.focus();
    if (document.activeElement !== one) return "";
    one.scrollIntoView({block: "nearest", behavior: "instant"});
    const box = one.getClientRects()[0], style = getComputedStyle(one);
    if (!box) return "";
    const name = `${one.tagName} "${(one.textContent || one.name || "").trim().slice(0, 40)}"`;
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `${name} does not show it`;
    const x = Math.min(box.left + box.width / 2, innerWidth - 2);
    // Of what is taller than the screen, the part that is on it.
    const y = Math.max(box.top, 0) + Math.min(box.height / 2, 12);
    const on_top = document.elementFromPoint(x, y);
    const label = one.labels && [...one.labels].some(each => each.contains(on_top));
    const is_seen = on_top && (one.contains(on_top) || on_top.contains(one) || label);
    return is_seen ? "" : `${name} is covered by ${on_top ? on_top.outerHTML.slice(0, 80) : "nothing on screen"}`;
  }).filter(said => said);
}"""


@cache
def _axe_source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def axe(page: Page) -> list[str]:
    """Each rule of axe that is broken, with where."""
    page.evaluate(_axe_source())  # past the content policy, as only a debugger comes
    return list(page.evaluate(_AXE))


def scripted(page: Page) -> list[str]:
    """Attributes that the content policy would not let do anything."""
    return list(page.evaluate(_SCRIPTED))


def small(page: Page) -> list[str]:
    """Actions too small for a finger."""
    return list(page.evaluate(_SMALL))


def hidden_focus(page: Page) -> list[str]:
    """Stops of the keyboard that do not show it, or are covered."""
    page.keyboard.press("Tab")  # from here on the browser takes focus for the keyboard's
    return list(page.evaluate(_HIDDEN_FOCUS))


def sideways(page: Page) -> list[str]:
    """How much too wide the page is."""
    wide: Any = page.evaluate(SIDEWAYS)
    return [f"{wide} px too wide"] if wide > 0 else []


def look(page: Page, size: str) -> dict[str, list[str]]:
    """What is wrong with the open page at this size, by kind. Everything that opens is left open."""
    found = {"width": sideways(page)}
    page.evaluate(OPEN)
    found["width"] += sideways(page)
    found["scripted"] = scripted(page)
    found["axe"] = axe(page)
    found["keyboard"] = hidden_focus(page)
    if size == "phone":
        found["finger"] = small(page)
        page.set_viewport_size({"width": 320, "height": 800})
        found["width"] += [f"at 320 px: {said}" for said in sideways(page)]
        page.set_viewport_size(SIZES[size])
    return found


def look_in_every_mix(page: Page) -> list[str]:
    """What is wrong with the open page on a phone or a laptop, in light or dark. It is not loaded again, so the
    answer to a form can be looked at; its window has to be one for fingers."""
    found: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [
                f"{scheme} {size}, {kind}: {one}" for kind, some in look(page, size).items() for one in some
            ]
    return found
