"""Drawings that stretch to their place, made to the size of that place.

Our charts hold an inner `svg` that is stretched without stretching its lines (`vector-effect`), which
WeasyPrint does not know. Once the page is laid out the size is known: the paths are written in it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from otdr_hub.hub.exports.cascade import SVG

_STEP: Final = re.compile(r"([MLHVCSQTZmlhvcsqtz])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)")
_ACROSS: Final = {"H": "x", "V": "y"}
# Lengths that are a share of the width, and of the height.
_WIDE: Final = ("x", "x1", "x2", "cx", "width")
_HIGH: Final = ("y", "y1", "y2", "cy", "height")


def fit(drawing: Any, width: float, height: float) -> None:
    """Write every share of an outer `svg` as a length, and unfold the inner ones that stretch."""
    drawing.set("width", f"{width:.2f}")
    drawing.set("height", f"{height:.2f}")
    if drawing.get("viewBox"):
        return
    for part in list(drawing.iter()):
        if part is not drawing:
            _lengths(part, width, height)
    for inner in list(drawing.iter(f"{SVG}svg")):
        if inner is not drawing and inner.get("preserveAspectRatio") == "none":
            _unfold(inner)


def _lengths(part: Any, width: float, height: float) -> None:
    for names, whole in ((_WIDE, width), (_HIGH, height)):
        for name in names:
            said = part.get(name) or ""
            if said.endswith("%"):
                part.set(name, f"{float(said[:-1]) * whole / 100:.2f}")


def _unfold(inner: Any) -> None:
    _, _, wide, high = map(float, inner.get("viewBox").split())
    across, down = float(inner.get("width")) / wide, float(inner.get("height")) / high
    left, top = float(inner.get("x") or 0), float(inner.get("y") or 0)
    for path in inner.iter(f"{SVG}path"):
        path.set("d", scaled(path.get("d") or "", across, down))
    inner.tag = f"{SVG}g"
    for name in ("viewBox", "preserveAspectRatio", "width", "height", "x", "y"):
        inner.attrib.pop(name, None)
    inner.set("transform", f"translate({left:.2f} {top:.2f})")


def scaled(path: str, across: float, down: float) -> str:
    """The path with every coordinate multiplied; lines and curves, no arcs."""
    said, command, place = [], "", 0
    for letter, number in _STEP.findall(path):
        if letter:
            command, place = letter, 0
            said.append(letter)
            continue
        axis = _ACROSS.get(command.upper(), "x" if place % 2 == 0 else "y")
        said.append(f"{float(number) * (across if axis == 'x' else down):.2f}")
        place += 1
    return " ".join(said)
