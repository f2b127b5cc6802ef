"""Are the colours legible, and told apart by everybody? `python -m tests.quality.palette` prints the table.

Contrast is WCAG's. Colour blindness is simulated after Machado, Oliveira and Fernandes (2009), severity
1.0, in linear light; the distance of two colours is CIE76 in CIELAB under D65.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations

from otdr_hub.styles import FOLDER

TEXT, MARK, APART = 4.5, 3.0, 20.0
GROUNDS = ("enamel", "enamel-raised")
# Where each colour is text, and on what; where it is a mark; what is told apart by colour in one picture.
TEXTS = {
    "ink": (*GROUNDS, "against-wash", "caution-wash"),
    "ink-2": (*GROUNDS, "against-wash", "caution-wash"),
    "reading": GROUNDS,
    "against": (*GROUNDS, "against-wash"),
    "caution": (*GROUNDS, "caution-wash"),
    "enamel": ("ink",),
}
MARKS = {
    "hair-strong": ("enamel",),
    "focus": GROUNDS,
    "reading": GROUNDS,
    "against": GROUNDS,
    "caution": GROUNDS,
    "series-2": GROUNDS,
    "series-3": GROUNDS,
    "series-4": GROUNDS,
    "series-5": GROUNDS,
}
# Series of one picture: of the hub's, and of those that Explore draws, in the order in which it takes them.
EXPLORED = ("reading", "series-2", "series-3", "series-4", "series-5", "ink")
SERIES = (("reading", "against", "hair-strong", "ink"), EXPLORED)
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
Linear = tuple[float, float, float]
_TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured: what, its value, and the least it must be."""

    what: str
    value: float
    least: float

    @property
    def holds(self) -> bool:
        return self.value >= self.least


def schemes() -> dict[str, dict[str, Linear]]:
    """The colours of tokens.css, in linear light, by scheme."""
    found: dict[str, dict[str, Linear]] = {"light": {}, "dark": {}}
    for name, light, dark in _TOKEN.findall((FOLDER / "tokens.css").read_text("utf-8")):
        found["light"][name], found["dark"][name] = linear(light), linear(dark)
    return found


def linear(hexadecimal: str) -> Linear:
    """ "#00599b" in linear light."""
    parts = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return red, green, blue


def contrast(one: Linear, other: Linear) -> float:
    """WCAG's ratio of two colours."""
    high, low = sorted((0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] for c in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(colour: Linear, blindness: str) -> Linear:
    """The colour as somebody sees it."""
    rows = (
        sum(part * light for part, light in zip(row, colour, strict=True)) for row in BLINDNESS[blindness]
    )
    red, green, blue = (min(1.0, max(0.0, one)) for one in rows)
    return red, green, blue


def _lab(colour: Linear) -> Linear:
    red, green, blue = colour
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (one ** (1 / 3) if one > 216 / 24389 else (24389 / 27 * one + 16) / 116 for one in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: Linear, other: Linear) -> float:
    """CIE76."""
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5


def lines() -> Iterator[Line]:
    """All that is measured, in both schemes."""
    for scheme, colours in schemes().items():
        for kind, places, least in (("text", TEXTS, TEXT), ("mark", MARKS, MARK)):
            for name, grounds in places.items():
                for ground in grounds:
                    value = contrast(colours[name], colours[ground])
                    yield Line(f"{scheme}: {kind} {name} on {ground}", value, least)
        for blindness in BLINDNESS:
            for one, other in chain.from_iterable(combinations(series, 2) for series in SERIES):
                value = distance(seen(colours[one], blindness), seen(colours[other], blindness))
                yield Line(f"{scheme}: {one} and {other}, {blindness}", value, APART)


def main() -> int:
    """Print the table; 1 where something is below what it must be."""
    found = list(lines())
    for line in found:
        print(f"{'ok ' if line.holds else 'NO '} {line.value:6.1f} (at least {line.least:.1f})  {line.what}")
    return int(not all(line.holds for line in found))


if __name__ == "__main__":
    sys.exit(main())
