"""Pictures of an assessment that people can read: the days, and what fired. Drawn from the document alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.hub.explore import Twin
from otdr_hub.hub.numbers import count, percent, percent_text
from otdr_hub.hub.triage.change import funnel, waterfall
from otdr_hub.hub.triage.drawing import (
    FOOT,
    HEIGHT,
    TOP,
    Figure,
    HeatMap,
    Words,
    across,
    box,
    day_text,
    line,
    words,
)
from otdr_hub.hub.triage.maps import batch_map, batches, day_map, triangle

Document = Mapping[str, Any]
Rows = Sequence[tuple[Mapping[str, Any], Fraction]]
_PLOT: Final = HEIGHT - TOP - FOOT


def _rate(row: Mapping[str, Any]) -> Fraction | None:
    return Fraction(row["on_time"], row["due"]) if row["due"] else None


def by_day(document: Document) -> Figure | None:
    """OTDR by day under two clocks: the fast one's alarms, and the level of the weeks before."""
    rows = [(row, rate) for row in document["days"] if (rate := _rate(row)) is not None]
    if len(rows) < 2:
        return None
    base = Fraction(document["rate"]["base_rate"])
    values = [rate for _row, rate in rows]
    scale = _Scale(len(rows), min(*values, base), max(*values, base))
    first = next((i for i, (row, _) in enumerate(rows) if row["part"] == "suspect"), len(rows) - 1)
    alarms = [
        words(scale.x(i), scale.y(rate) - 5, "▲" if row["alarm"] == "up" else "▼", "middle", "text-against")
        for i, (row, rate) in enumerate(rows)
        if row["alarm"]
    ]
    now = percent_text(Fraction(document["rate"]["rate"]))
    said = {
        "first": day_text(rows[0][0]["day"]), "last": day_text(rows[-1][0]["day"]),
        "low": percent(scale.low), "high": percent(scale.high), "number": len(alarms),
    }  # fmt: skip
    return Figure(
        id="by-day",
        title=_("OTDR by day: %(now)s in the days in question, %(before)s before")
        % {"now": now, "before": percent_text(base)},
        note=_(
            "The axis is cut. Shaded: the days in question. Dashed: the level before. A triangle: the"
            " detector's alarm."
        ),
        alt=_("OTDR by day, %(first)s to %(last)s, between %(low)s and %(high)s per cent; %(number)d alarms.")
        % said,
        boxes=(box("band", scale.x(first), TOP, 100 - scale.x(first), _PLOT),),
        rules=(across(TOP), across(HEIGHT - FOOT, "grid-base"), across(scale.y(base), "steady")),
        paths=(("line", line((scale.x(i), scale.up(rate)) for i, (_row, rate) in enumerate(rows))),),
        words=(*_labels(rows, first, scale, base), *alarms, *_slow(document, scale.x(first))),
        twin=_days_twin(rows),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days across, a rate down: in per cent of the width, in pixels, or in hundredths of the drawing."""

    number: int
    low: Fraction
    high: Fraction

    def x(self, i: int) -> float:
        return 100 * i / (self.number - 1)

    def up(self, value: Fraction) -> float:
        return float(100 - 100 * (value - self.low) / ((self.high - self.low) or 1))

    def y(self, value: Fraction) -> float:
        return TOP + self.up(value) / 100 * _PLOT


def _labels(rows: Rows, first: int, scale: _Scale, base: Fraction) -> tuple[Words, ...]:
    named = (
        (0.0, rows[0][0]["day"], "start"), (scale.x(first), rows[first][0]["day"], "middle"),
        (100.0, rows[-1][0]["day"], "end"),
    )  # fmt: skip
    return (
        words(0, 12, percent_text(scale.high)),
        words(0, HEIGHT - FOOT - 3, percent_text(scale.low)),
        words(100, scale.y(base) - 4, _("before: %(rate)s") % {"rate": percent_text(base)}, "end"),
        *(words(x, HEIGHT - 4, day_text(day), anchor) for x, day, anchor in named),
    )


def _slow(document: Document, first: float) -> tuple[Words, ...]:
    """What the slow clock says of the week as one, where it raises an alarm: beside the days in question,
    whose own alarms stand above them."""
    return tuple(
        words(
            max(first - 1, 60), 12,
            _("slow clock: %(seen)s, expected %(expected)s")
            % {
                "seen": percent_text(Fraction(one["observed"])),
                "expected": percent_text(Fraction(one["expected"])),
            },
            "end", "halo text-against",
        )
        for one in document["alarms"]
        if one["clock"] == "slow"
    )  # fmt: skip


def _days_twin(rows: Rows) -> Twin:
    alarms = {"up": _("up"), "down": _("down")}
    return Twin(
        _("Days"),
        (_("Day"), _("Due"), _("On time"), _("OTDR"), _("Alarm")),
        tuple(
            (
                day_text(row["day"]), count(row["due"]), count(row["on_time"]), percent_text(rate),
                alarms.get(row["alarm"] or "", _("none")),
            )
            for row, rate in rows
        ),
    )  # fmt: skip


def _series(check: Mapping[str, Any]) -> tuple[list[str], list[Fraction], list[Fraction]] | None:
    """Labels and shares before and now: of a check's chart, or of its table of counts (of their sums)."""
    chart, table = check["chart"], check["table"]
    if chart:
        before, now = ([Fraction(one) for one in chart[name]] for name in ("before", "now"))
        return (list(chart["labels"]), before, now) if chart["labels"] else None
    rows = table["rows"] if table and len(table["heads"]) == 3 else []
    if not rows or not all(isinstance(cell, int) for row in rows for cell in row[1:]):
        return None
    sums = [sum(row[i] for row in rows) or 1 for i in (1, 2)]
    before, now = ([Fraction(row[i], sums[i - 1]) for row in rows] for i in (1, 2))
    return [str(row[0]) for row in rows], before, now


def before_and_now(check: Mapping[str, Any]) -> Figure | None:
    """A check's histogram before and in the days in question, side by side on one scale from nought."""
    found = _series(check)
    if found is None:
        return None
    labels, before, now = found
    most = max(*before, *now) or Fraction(1)
    slot, base = 100 / len(labels), HEIGHT - FOOT
    widest = max(range(len(labels)), key=lambda i: now[i] - before[i])
    boxes = []
    for i, (was, is_now) in enumerate(zip(before, now, strict=True)):
        for place, style, value in (
            (0.08, "bar-quiet", was),
            (0.52, "bar-against" if i == widest else "bar", is_now),
        ):
            height = float(value / most) * _PLOT
            boxes.append(box(style, (i + place) * slot, base - height, slot * 0.4, height))
    every = max(len(labels) // 6, 1)
    said = [
        words((i + 0.5) * slot, HEIGHT - 4, label, "middle")
        for i, label in enumerate(labels)
        if i % every == 0
    ]
    top = words(
        min(max((widest + 0.5) * slot, 12), 88), 12,
        f"{labels[widest]}: {percent_text(now[widest])}", "middle", "halo text-against",
    )  # fmt: skip
    return Figure(
        id=f"check-{check['number']}",
        title=check["sentence"],
        note=_(
            "%(title)s (check %(number)d of 24). Grey: before. Colour: the days in question; vermilion"
            " where it grew most."
        )
        % {"title": check["title"], "number": check["number"]},
        alt=_("%(label)s holds %(now)s now and held %(before)s before.")
        % {"label": labels[widest], "now": percent_text(now[widest]), "before": percent_text(before[widest])},
        boxes=tuple(boxes),
        rules=(across(base, "grid-base"),),
        words=(*said, top),
        twin=Twin(
            check["title"], (_("Value"), _("Before"), _("Now")),
            tuple((n, percent_text(w), percent_text(i)) for n, w, i in zip(labels, before, now, strict=True)),
        ),
    )  # fmt: skip


def figures_of(document: Document) -> tuple[Figure, ...]:
    """All pictures there is something to see in: the days, what fired, the funnel, the parts."""
    fired = sorted(
        (one for one in document["checks"] if one["state"] in ("fire", "strong")),
        key=lambda one: (one["state"] != "strong", one["number"]),
    )
    found = [
        by_day(document),
        *(before_and_now(one) for one in fired[:3]),
        waterfall(document),
        funnel(document),
    ]
    return tuple(one for one in found if one is not None)


def _maps(document: Document) -> tuple[HeatMap | None, ...]:
    return batches(document), batch_map(document), triangle(document), day_map(document)


def maps_of(document: Document) -> tuple[HeatMap, ...]:
    """The tables that are their own pictures."""
    return tuple(one for one in _maps(document) if one is not None)
