"""Scales and labels of charts, and a week as a row of a table.

Text on a chart is printed from exact values; a position is a float with two decimals, and only in the
modules that draw. The outer svg of a chart has no viewBox, so labels keep their size; the inner one
stretches: one drawing serves a phone, a wall and paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.numbers import count, fixed, percent, percent_text, week_short
from otdr_hub.hub.reading import Week
from otdr_hub.hub.sentences import finality_words

STEPS = tuple(Fraction(n, 10) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500))


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
    """One week on the line: open where it is provisional, ringed where it was restated."""

    x: str
    y: str
    style: str
    r: str = "5"


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered mark over the line, with the words that stand under the chart and in its twin."""

    number: int
    x: str
    y: str
    text_y: str
    week: str
    text: str


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
    more: tuple[str, ...] = ()
    markets: str = ""


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
