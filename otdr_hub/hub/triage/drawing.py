"""What a picture of evidence is made of. Across, positions are per cent of the width; down, pixels.

Text on a picture is printed from the assessment's exact texts; only positions are floats. Every picture has
its values as a table, its twin, under it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.dateformat import format as date_text

from otdr_hub.hub.charts import at
from otdr_hub.hub.explore import Twin

HEIGHT = 200
TOP, FOOT = 18, 22
ROW = 30


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    style: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    style: str
    x1: str
    x2: str
    y1: str
    y2: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text at a place."""

    style: str
    x: str
    y: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its message as title, its description in words, and its twin."""

    id: str
    title: str
    note: str
    alt: str
    twin: Twin
    height: int = HEIGHT
    boxes: tuple[Box, ...] = ()
    rules: tuple[Rule, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()
    words: tuple[Words, ...] = ()
    # Where the path's own drawing, which stretches, begins and how high it is.
    plot: tuple[int, int] = field(default=(TOP, HEIGHT - TOP - FOOT))


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of a map: what it says, and how strong it is from 0 to 5; `none` where there is nothing."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A table that is its own picture."""

    id: str
    title: str
    note: str
    corner: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]


def day_text(text: str) -> str:
    """A day of a document as an axis names it: "16 Nov"."""
    return date_text(dt.date.fromisoformat(text), "j M")


def box(style: str, x: float, y: float, width: float, height: float) -> Box:
    """A rectangle at a place."""
    return Box(style, at(x), at(y), at(max(width, 0)), at(max(height, 0)))


def across(y: float, style: str = "grid") -> Rule:
    """A line over the whole width."""
    return Rule(style, "0", "100", at(y), at(y))


def words(x: float, y: float, text: str, anchor: str = "start", style: str = "halo") -> Words:
    """A text at a place."""
    return Words(style, at(x), at(y), anchor, text)


def line(points: Iterable[tuple[float, float]]) -> str:
    """A path through points, both ways in hundredths of the drawing."""
    return "M" + "L".join(f"{at(x)} {at(y)}" for x, y in points)


def horizontal(
    rows: Sequence[tuple[str, Sequence[tuple[str, Fraction, str]]]], most: Fraction
) -> tuple[tuple[Box, ...], tuple[Words, ...], int]:
    """Bars lying down: (boxes, words, height) of rows (name, bars), a bar being (style, share, its text)."""
    boxes, said, y = [], [], 0
    for name, bars in rows:
        said.append(words(0, y + 13, name, style="halo text-strong"))
        y += 18
        for style, value, text in bars:
            width = float(value / most) * 78 if most else 0.0
            boxes.append(box(style, 0, y, max(width, 0.3), 12))
            said.append(words(max(width, 0.3) + 1, y + 11, text))
            y += 16
        y += 8
    return tuple(boxes), tuple(said), max(y, ROW)
