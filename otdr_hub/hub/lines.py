"""The weekly line: geometry for `parts/line_chart.html`, positions in per cent of the plot.

Solid is final or restated, dashed leads into a week that can still move. Everything drawn is in the
table twin: the weeks, the constant set beside them, the target, and the marks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from otdr_hub.hub.annotations import Annotation
from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.charts import Axis, Label, Mark, Point, WeekCells, at, axis_for, week_cells
from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.numbers import NBSP, percent, percent_of, percent_text, week_short
from otdr_hub.hub.reading import Week

LEFT, RIGHT, TOP, BASE = 9.0, 97.5, 8.0, 88.0
BEFORE_AFTER, AFTER = 91.0, 97.5
"""Where the last week stands when something came after it, and where that is marked."""
UNDER_MARKS, UNDER_TWO_ROWS = 20.0, 31.0
"""Top of the scale: on the lowest plot its label, 14 px over the line, clears the row of marks above."""
NEAR_BASE = 76.0
"""Below this a number under its point would run into the base line: it goes to the left."""
APART = 6.5
"""Marks nearer than this (per cent of the width) would touch on a phone: the second goes one row down."""
LABELS = 4
"""Weeks named under the line: four fit a phone."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is drawn: marks, the same figure over markets that were there throughout (`steady`, and
    its name), how many markets each week holds, and the target of each week in per cent."""

    marks: tuple[Annotation, ...] = ()
    steady: tuple[Week, ...] = ()
    steady_name: str = ""
    markets: tuple[int, ...] = ()
    target: tuple[Decimal | None, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineChart:
    """A weekly line with its interval band, its words and its table twin (newest week first)."""

    title: str
    note: str
    alt: str
    grid: tuple[Label, ...]
    weeks: tuple[Label, ...]
    band: str
    solid: str
    dashed: str
    points: tuple[Point, ...]
    last: Label | None
    last_y: str
    last_dx: str
    last_dy: str
    twin_title: str
    rows: tuple[WeekCells, ...]
    steady: str = ""
    steady_name: str = ""
    target: str = ""
    target_at: Label | None = None
    marks: tuple[Mark, ...] = ()
    after: Mark | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where things lie: `days` are the weeks along the line, rates lie between `top` and the base."""

    axis: Axis
    days: tuple[dt.date, ...]
    top: float
    right: float

    def x(self, monday: dt.date) -> float:
        index, number = self.days.index(monday), len(self.days)
        return self.right if number == 1 else LEFT + (self.right - LEFT) * index / (number - 1)

    def y(self, rate: Fraction) -> float:
        return BASE - (BASE - self.top) * self.axis.share(rate * 100)

    def spot(self, monday: dt.date, rate: Fraction) -> str:
        return f"{at(self.x(monday))} {at(self.y(rate))}"


def line_chart(
    weeks: Sequence[Week], title: str, subject: str, beside: Beside | None = None
) -> LineChart | None:
    """The line of these weeks, oldest first; None when no week has a rate to draw."""
    beside = beside or Beside()
    drawn = [(week, rate) for week in weeks if (rate := shown_rate(week)) is not None]
    if not drawn:
        return None
    plot = _plot(weeks, drawn, beside)
    bands = [(week.monday, *wilson(week.counts.on_time, week.counts.due)) for week, _rate in drawn]
    upper = [plot.spot(monday, high) for monday, _low, high in bands]
    lower = [plot.spot(monday, low) for monday, low, _high in bands]
    solid, dashed = _runs(plot, drawn)
    last, rate = drawn[-1]
    marks = _marks(plot, beside.marks)
    return LineChart(
        title=title,
        note=_note(plot.axis, drawn, beside),
        alt=_alt(subject, weeks, rate),
        grid=tuple(_grid(plot)),
        weeks=_week_labels(plot, weeks),
        band=_path([*upper, *reversed(lower)]) + "Z",
        solid=solid,
        dashed=dashed,
        points=tuple(_points(plot, drawn)),
        twin_title=_("%(subject)s, last %(number)d weeks") % {"subject": subject, "number": len(weeks)},
        rows=tuple(reversed(_rows(weeks, beside, marks))),
        steady=_steady(plot, beside.steady),
        steady_name=beside.steady_name if beside.steady else "",
        marks=marks,
        after=marks[-1] if any(mark.monday is None for mark in beside.marks) else None,
        columns=_columns(beside, marks),
        **_last(plot, [rate for _week, rate in drawn], last),
        **_target(plot, weeks, beside.target),
    )


def _plot(weeks: Sequence[Week], drawn: Sequence[tuple[Week, Fraction]], beside: Beside) -> _Plot:
    ends = [end * 100 for week, _rate in drawn for end in wilson(week.counts.on_time, week.counts.due)]
    ends += [rate * 100 for week in beside.steady if (rate := shown_rate(week)) is not None]
    ends += [Fraction(percent) for percent in beside.target if percent is not None]
    days = tuple(week.monday for week in weeks)
    right = BEFORE_AFTER if any(mark.monday is None for mark in beside.marks) else RIGHT
    flat = _Plot(axis_for(ends, most=4), days, UNDER_MARKS if beside.marks else TOP, right)
    two_rows = any(mark.y != _ROWS[0][0] for mark in _marks(flat, beside.marks))
    return replace(flat, top=UNDER_TWO_ROWS) if two_rows else flat


_ROWS = (("9", "13"), ("29", "33"))
"""Heights in pixels of the two rows of marks, and of the number in each."""


def _marks(plot: _Plot, marks: Sequence[Annotation]) -> tuple[Mark, ...]:
    found: list[Mark] = []
    row, before = 0, -100.0
    for mark in marks:
        x = AFTER if mark.monday is None else plot.x(mark.monday)
        row = 1 - row if x - before < APART else 0
        before = x
        found.append(Mark(mark.number, at(x), *_ROWS[row], mark.week, mark.text))
    return tuple(found)


def _is_open(week: Week) -> bool:
    return week.finality == "provisional"


def _runs(plot: _Plot, drawn: Sequence[tuple[Week, Fraction]]) -> tuple[str, str]:
    """The line as (solid, dashed) paths: a stretch into a provisional week can still move."""
    paths: dict[bool, list[list[str]]] = {False: [], True: []}
    spots = [(plot.spot(week.monday, rate), _is_open(week)) for week, rate in drawn]
    kind: bool | None = None
    for (start, _was), (end, is_open) in pairwise(spots):
        if kind is not is_open:
            paths[is_open].append([start])
            kind = is_open
        paths[is_open][-1].append(end)
    return "".join(map(_path, paths[False])), "".join(map(_path, paths[True]))


def _points(plot: _Plot, drawn: Sequence[tuple[Week, Fraction]]) -> Iterable[Point]:
    for i, (week, rate) in enumerate(drawn):
        is_last = i == len(drawn) - 1
        style = {"provisional": "point-provisional", "restated": "point-restated"}.get(week.finality, "point")
        if is_last or style != "point":
            yield Point(at(plot.x(week.monday)), at(plot.y(rate)), style, "5" if is_last else "3.5")


def _last(plot: _Plot, rates: Sequence[Fraction], week: Week) -> dict[str, Any]:
    ys = [plot.y(rate) for rate in rates[-2:]]
    falls = len(ys) > 1 and ys[-1] > ys[-2]
    return {
        "last": Label(at(plot.x(week.monday)), percent(rates[-1]), "end"),
        "last_y": at(ys[-1]),
        "last_dx": "-12" if falls and ys[-1] > NEAR_BASE else "4",
        "last_dy": ("14" if ys[-1] > NEAR_BASE else "22") if falls else "-12",
    }


def _steady(plot: _Plot, weeks: Sequence[Week]) -> str:
    return _path([plot.spot(w.monday, rate) for w in weeks if (rate := shown_rate(w)) is not None])


def _target(plot: _Plot, weeks: Sequence[Week], target: Sequence[Decimal | None]) -> dict[str, Any]:
    """Level lines, one for each stretch of weeks under the same target; the newest is named."""
    named = [
        (week.monday, percent) for week, percent in zip(weeks, target, strict=False) if percent is not None
    ]
    if not named:
        return {}
    half = (plot.right - LEFT) / max(len(weeks) - 1, 1) / 2
    pieces = []
    for monday, aim in named:
        x, y = plot.x(monday), at(plot.y(Fraction(aim) / 100))
        pieces.append(f"M{at(max(x - half, 0))} {y}H{at(min(x + half, 100))}")
    text = _("target %(percent)s") % {"percent": percent_of(named[-1][1])}
    return {"target": "".join(pieces), "target_at": Label(at(plot.y(Fraction(named[-1][1]) / 100)), text)}


def _path(points: Sequence[str]) -> str:
    return f"M{'L'.join(points)}" if points else ""


def _grid(plot: _Plot) -> Iterable[Label]:
    steps = plot.axis.steps()
    for i, value in enumerate(steps):
        text = plot.axis.label(value)
        top = i == len(steps) - 1
        yield Label(at(plot.y(value / 100)), f"{text}{NBSP}%" if top else text, "base" if i == 0 else "")


def _week_labels(plot: _Plot, weeks: Sequence[Week]) -> tuple[Label, ...]:
    last = len(weeks) - 1
    wanted = sorted({round(Fraction(k * last, LABELS - 1)) for k in range(LABELS)})
    return tuple(
        Label(at(plot.x(weeks[i].monday)), week_short(weeks[i].monday), "end" if i == last else "middle")
        for i in wanted
    )


def _columns(beside: Beside, marks: Sequence[Mark]) -> tuple[str, ...]:
    """The heads of what the twin holds besides the week's own values."""
    heads = []
    if beside.steady:
        heads.append(beside.steady_name)
    if any(percent is not None for percent in beside.target):
        heads.append(_("Target"))
    if marks:
        heads.append(_("On record"))
    return tuple(heads)


def _rows(weeks: Sequence[Week], beside: Beside, marks: Sequence[Mark]) -> list[WeekCells]:
    steady = {week.monday: rate for week in beside.steady if (rate := shown_rate(week)) is not None}
    target = dict(zip((week.monday for week in weeks), beside.target, strict=False))
    said = {mark.week: f"{mark.number}: {mark.text}" for mark in marks}
    rows = []
    for i, week in enumerate(weeks):
        more: list[str] = []
        if beside.steady:
            more.append(percent_text(steady[week.monday]) if week.monday in steady else "")
        if any(percent is not None for percent in beside.target):
            aim = target.get(week.monday)
            more.append("" if aim is None else f"{percent_of(aim)}{NBSP}%")
        if marks:
            more.append(said.get(week_short(week.monday), ""))
        number = str(beside.markets[i]) if beside.markets else ""
        rows.append(replace(week_cells(week), more=tuple(more), markets=number))
    return rows


def _note(axis: Axis, drawn: Sequence[tuple[Week, Fraction]], beside: Beside) -> str:
    parts = [_("By promise week. Shaded: 95%(space)s%% interval.") % {"space": NBSP}]
    if beside.note:
        parts.append(beside.note)
    if axis.low:
        parts.append(_("Axis cut at %(low)s%(space)s%%.") % {"low": axis.label(axis.low), "space": NBSP})
    if any(_is_open(week) for week, _rate in drawn):
        parts.append(_("Open: provisional."))
    if any(week.finality == "restated" for week, _rate in drawn):
        parts.append(_("Ringed: restated."))
    return " ".join(parts)


def _alt(subject: str, weeks: Sequence[Week], rate: Fraction) -> str:
    return _("Line of weekly OTDR, %(subject)s, %(first)s to %(last)s, ending at %(rate)s per cent.") % {
        "subject": subject,
        "first": week_short(weeks[0].monday),
        "last": week_short(weeks[-1].monday),
        "rate": percent(rate),
    }
