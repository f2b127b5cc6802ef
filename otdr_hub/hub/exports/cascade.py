"""What our style sheet says of the parts of a drawing, written onto the parts themselves.

WeasyPrint lays out the page by the sheet, but draws an inline SVG by its attributes alone. So each
part of a drawing is asked what the sheet would have it be, in its place in the page, on paper, in light.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

SVG: Final = "{http://www.w3.org/2000/svg}"
_PAINT: Final = frozenset(
    {"fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin",
     "stroke-linecap", "opacity", "font-size", "font-weight", "text-anchor", "font", "paint-order"}
)  # fmt: skip
_VAR: Final = re.compile(r"var\((--[\w-]+)(?:,([^()]*))?\)")
_FONT: Final = re.compile(r"(?:(\d{3})\s+)?([\d.]+(?:px|pt))(?:\s*/\s*[\d.]+)?\s+(.+)")
_DARK: Final = re.compile(r"light-dark\(((?:[^(),]|\([^()]*\))+),(?:[^(),]|\([^()]*\))+\)")
Declared = list[tuple[str, str]]


def plain(css: str) -> str:
    """The sheet in what WeasyPrint reads: the light colours, and weights in hundreds."""
    light = _DARK.sub(lambda found: found.group(1).strip(), css)
    return re.sub(r"(font-weight:\s*|font:\s*)(\d)\d\d", lambda w: f"{w[1]}{_hundred(w[0])}", light)


def _hundred(said: str) -> str:
    return str(round(int(said[-3:]) / 100 + 0.001) * 100)


@cache
def _rules(css: str) -> tuple[Any, dict[str, str]]:
    """(a matcher of what is painted, the names of `:root`) of a sheet that is already plain."""
    import cssselect2  # noqa: PLC0415 (only where PDF is made)
    import tinycss2  # noqa: PLC0415 (only where paper is made)

    matcher, layers = cssselect2.Matcher(), ("tokens", "base", "parts", "rooms", "print")
    named: dict[str, str] = {}
    sheet = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    for layer, rule in _qualified(sheet, ""):
        selector, said = tinycss2.serialize(rule.prelude).strip(), _declarations(rule.content)
        if selector == ":root":
            named |= {name: value for name, value in said if name.startswith("--")}
        painted = [(name, value) for name, value in said if name in _PAINT or name == "color"]
        if painted:
            order = layers.index(layer) if layer in layers else len(layers)
            for one in cssselect2.compile_selector_list(rule.prelude):
                if one.pseudo_element is None:
                    matcher.add_selector(one, (order, painted))
    return matcher, named


def _qualified(rules: Iterable[Any], layer: str) -> Iterator[tuple[str, Any]]:
    """Every rule that counts on paper, with its layer."""
    import tinycss2  # noqa: PLC0415 (only where paper is made)

    for rule in rules:
        if rule.type == "qualified-rule":
            yield layer, rule
        elif rule.type == "at-rule" and rule.content is not None:
            told = tinycss2.serialize(rule.prelude).strip()
            if rule.lower_at_keyword == "layer" or (rule.lower_at_keyword == "media" and told == "print"):
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                yield from _qualified(inner, told if rule.lower_at_keyword == "layer" else layer)


def _declarations(content: Any) -> Declared:
    import tinycss2  # noqa: PLC0415 (only where paper is made)

    found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    return [
        (one.name if one.name.startswith("--") else one.lower_name, tinycss2.serialize(one.value).strip())
        for one in found
        if one.type == "declaration"
    ]


def paint(root: Any, css: str) -> None:
    """Write onto each part of each drawing below `root` (a cssselect2 wrapper) what the sheet says of it."""
    matcher, named = _rules(css)
    for wrapper in root.iter_subtree():
        element = wrapper.etree_element
        if not isinstance(element.tag, str) or not element.tag.startswith(SVG):
            continue
        found = _said(matcher, wrapper)
        if "currentcolor" in (value.lower() for value in found.values()):
            ink = _inherited(matcher, wrapper)
            found = {name: ink if value.lower() == "currentcolor" else value for name, value in found.items()}
        _write(element, {name: _resolved(value, named) for name, value in found.items()})


def _said(matcher: Any, wrapper: Any) -> dict[str, str]:
    """What holds for one part after the cascade: by layer, then by weight of the selector, then by place."""
    matches = sorted(matcher.match(wrapper), key=lambda one: (one[3][0], one[0], one[1]))
    return {name: value for *_, (_, painted) in matches for name, value in painted}


def _inherited(matcher: Any, wrapper: Any) -> str:
    above = wrapper
    while above is not None:
        colour = _said(matcher, above).get("color", "inherit")
        if colour not in ("inherit", "currentcolor"):
            return colour
        above = above.parent
    return "black"


def _resolved(value: str, named: dict[str, str]) -> str:
    while (found := _VAR.search(value)) is not None:
        given = named.get(found.group(1), found.group(2) or "").strip()
        value = value[: found.start()] + given + value[found.end() :]
    return value


def _write(element: Any, said: dict[str, str]) -> None:
    shorthand = _FONT.fullmatch(said.pop("font", ""))
    if shorthand:
        weight, size, family = shorthand.groups()
        element.set("font-weight", weight or "400")
        element.set("font-size", size)
        element.set("font-family", family.replace('"', "'"))
    if said.pop("paint-order", "") == "stroke":  # a halo; drawn in the other order it would cover the text
        said |= {"stroke": "none"}
    for name, value in said.items():
        if name in _PAINT:
            element.set(name, value)
