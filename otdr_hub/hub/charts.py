"""The weekly line: geometry for `parts/line_chart.html`, positions in per cent of the plot.

Text on a chart is printed from exact values; a position is a float with two decimals, and only here
and in `marks.py`. The outer svg has no viewBox, so labels keep their size; the inner one stretches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.numbers import NBSP, count, fixed, percent, percent_text, week_short
from otdr_hub.hub.reading import Week
from otdr_hub.hub.sentences import finality_words, shown_rate

STEPS = tuple(Fraction(n, 10) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500))
LEFT, RIGHT, TOP, BASE = 9.0, 97.5, 8.0, 88.0
NEAR_BASE = 76.0
"""Below this a number under its point would run into the base line: it goes to the left."""
LABELS = 4
"""Weeks named under the line: four fit a phone."""


def at(value: float) -> str:
    """A position as text, without a trailing zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Axis:
    """Bounds of a scale in per cent, on whole steps."""

    low: Fraction
    high: Fraction
    step: Fraction

    def share(self, value: Fraction) -> float:
        """Where a value lies between the bounds, 0 to 1."""
        return float((value - self.low) / (self.high - self.low))

    def steps(self) -> tuple[Fraction, ...]:
        """Every labelled value, both bounds included."""
        number = int((self.high - self.low) / self.step)
        return tuple(self.low + self.step * i for i in range(number + 1))

    def label(self, value: Fraction) -> str:
        """A value of the scale with as many decimals as its step needs."""
        return fixed(value, 0 if self.step.denominator == 1 else 1)


def axis_for(values: Iterable[Fraction], most: int, least_span: Fraction = Fraction(1)) -> Axis:
    """The finest scale of nice steps, within 0 to 100, that holds all values in `most` steps."""
    known = list(values)
    low, high = min(known), max(known)
    if high - low < least_span:
        middle = (low + high) / 2
        low, high = middle - least_span / 2, middle + least_span / 2
    low, high = max(low, Fraction(0)), min(high, Fraction(100))
    for step in STEPS:
        first, last = low // step, -(-high // step)
        if last - first <= most:
            return Axis(first * step, last * step, step)
    return Axis(Fraction(0), Fraction(100), STEPS[-1])


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a position of a scale."""

    at: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Point:
    """One week on the line; only open points (provisional) and the last one are drawn."""

    x: str
    y: str
    style: str


@dataclass(frozen=True, slots=True)
class WeekCells:
    """One week as a row of a table: what the picture shows, in digits."""

    label: str
    due: str
    on_time: str
    late: str
    unknown: str
    rate: str
    interval: str
    state: str
    glyph: str


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


def interval_text(week: Week) -> str:
    """The 95 % interval of a week that has a rate: "92.9 to 93.3"."""
    if shown_rate(week) is None:
        return ""
    low, high = wilson(week.counts.on_time, week.counts.due)
    return _("%(low)s to %(high)s") % {"low": percent(low), "high": percent(high)}


def week_cells(week: Week) -> WeekCells:
    """A week as a table row; a week without a rate has an empty rate, and the page says why."""
    rate, words, counts = shown_rate(week), finality_words(week.finality), week.counts
    return WeekCells(
        label=week_short(week.monday),
        due=count(counts.due),
        on_time=count(counts.on_time),
        late=count(counts.late),
        unknown=count(counts.unknown),
        rate="" if rate is None else percent_text(rate),
        interval=interval_text(week),
        state=words.short.lower(),
        glyph=words.glyph,
    )


def line_chart(weeks: Sequence[Week], title: str, subject: str) -> LineChart | None:
    """The line of these weeks, oldest first; None when no week has a rate to draw."""
    drawn = [(i, week, rate) for i, week in enumerate(weeks) if (rate := shown_rate(week)) is not None]
    if not drawn:
        return None
    bands = [wilson(week.counts.on_time, week.counts.due) for _i, week, _rate in drawn]
    axis = axis_for([end * 100 for band in bands for end in band], most=4)
    xs = [_x(i, len(weeks)) for i, _week, _rate in drawn]
    ys = [_y(axis, rate) for _i, _week, rate in drawn]
    path = [f"{at(x)} {at(y)}" for x, y in zip(xs, ys, strict=True)]
    upper = [f"{at(x)} {at(_y(axis, high))}" for x, (_low, high) in zip(xs, bands, strict=True)]
    lower = [f"{at(x)} {at(_y(axis, low))}" for x, (low, _high) in zip(xs, bands, strict=True)]
    # The stretch into a provisional last week is dashed: that end of it can still move.
    open_end = drawn[-1][1].finality == "provisional" and len(path) > 1
    solid, dashed = (path[:-1], path[-2:]) if open_end else (path, [])
    falls = len(ys) > 1 and ys[-1] > ys[-2]
    return LineChart(
        title=title,
        note=_note(axis, open_end or drawn[-1][1].finality == "provisional"),
        alt=_alt(subject, weeks, drawn[-1][2]),
        grid=tuple(_grid(axis)),
        weeks=_week_labels(weeks),
        band=_path([*upper, *reversed(lower)]) + "Z",
        solid=_path(solid) if len(solid) > 1 else "",
        dashed=_path(dashed),
        points=(Point(at(xs[-1]), at(ys[-1]), _style(drawn[-1][1])),),
        last=Label(at(xs[-1]), percent(drawn[-1][2]), "end"),
        last_y=at(ys[-1]),
        last_dx="-12" if falls and ys[-1] > NEAR_BASE else "4",
        last_dy=("14" if ys[-1] > NEAR_BASE else "22") if falls else "-12",
        twin_title=_("%(subject)s, last %(number)d weeks") % {"subject": subject, "number": len(weeks)},
        rows=tuple(week_cells(week) for week in reversed(weeks)),
    )


def _x(index: int, number: int) -> float:
    return RIGHT if number == 1 else LEFT + (RIGHT - LEFT) * index / (number - 1)


def _y(axis: Axis, rate: Fraction) -> float:
    return BASE - (BASE - TOP) * axis.share(rate * 100)


def _path(points: Sequence[str]) -> str:
    return f"M{'L'.join(points)}" if points else ""


def _style(week: Week) -> str:
    return "point-provisional" if week.finality == "provisional" else "point"


def _grid(axis: Axis) -> Iterable[Label]:
    steps = axis.steps()
    for i, value in enumerate(steps):
        text = axis.label(value)
        top = i == len(steps) - 1
        yield Label(at(_y(axis, value / 100)), f"{text}{NBSP}%" if top else text, "base" if i == 0 else "")


def _week_labels(weeks: Sequence[Week]) -> tuple[Label, ...]:
    last = len(weeks) - 1
    wanted = sorted({round(Fraction(k * last, LABELS - 1)) for k in range(LABELS)})
    return tuple(
        Label(at(_x(i, len(weeks))), week_short(weeks[i].monday), "end" if i == last else "middle")
        for i in wanted
    )


def _note(axis: Axis, provisional: bool) -> str:
    parts = [_("By promise week. Shaded: 95%(space)s%% interval.") % {"space": NBSP}]
    if axis.low:
        parts.append(_("Axis cut at %(low)s%(space)s%%.") % {"low": axis.label(axis.low), "space": NBSP})
    if provisional:
        parts.append(_("Open: provisional."))
    return " ".join(parts)


def _alt(subject: str, weeks: Sequence[Week], rate: Fraction) -> str:
    return _("Line of weekly OTDR, %(subject)s, %(first)s to %(last)s, ending at %(rate)s per cent.") % {
        "subject": subject,
        "first": week_short(weeks[0].monday),
        "last": week_short(weeks[-1].monday),
        "rate": percent(rate),
    }
