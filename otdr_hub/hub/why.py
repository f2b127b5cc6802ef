"""Why did it move: the change of the headline, market by market, as steps from 0 to the whole of it.

Every market has two steps: what its rate did, and what its weight did (mix). They are the exact split
of `otdr_hub.lib.kitagawa`, printed in hundredths of a point that add up to the change printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from otdr_hub.hub.changes import change_between, change_in_words, shown_rate
from otdr_hub.hub.charts import Axis, Label, at, axis_for
from otdr_hub.hub.contributions import contributions_printed, effects
from otdr_hub.hub.market import Standing, standing_of
from otdr_hub.hub.numbers import percent_text, share_text, signed_hundredths, week_name, week_title
from otdr_hub.hub.parts import before_last, headline
from otdr_hub.hub.reading import Counts, Reading, Week
from otdr_hub.hub.titles import rollup_title

ROW, HEAD, FOOT = 34, 26, 8
"""Pixels: of a market's row, above the first, below the last."""
LEFT, RIGHT = 2.0, 86.0
"""Per cent of the width that the steps may use; the values stand to their right."""
LEAST_SPAN = Fraction(1, 10)
_NONE = Counts(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the picture, floating where the steps before it ended."""

    x: str
    width: str
    y: int
    height: int
    style: str


@dataclass(frozen=True, slots=True)
class Link:
    """The thin line that carries a subtotal down to the next row."""

    x: str
    y1: int
    y2: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """One market: its two steps, and the values of its row in the table."""

    code: str
    name: str
    y: int
    text_y: int
    steps: tuple[Step, ...]
    link: Link | None
    rate: str
    mix: str
    total: str
    before: str
    now: str
    weight_before: str
    weight_now: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The picture and its twin; `sum` is the row in which everything adds up."""

    title: str
    note: str
    alt: str
    height: int
    base: int
    grid: tuple[Label, ...]
    zero: str
    rows: tuple[StepRow, ...]
    sum: StepRow


@dataclass(frozen=True, slots=True)
class WhyPage:
    """The change in words and, where it can be split exactly, the waterfall."""

    standing: Standing
    week: str
    change: str
    falls: bool
    waterfall: Waterfall | None


@dataclass(frozen=True, slots=True)
class _Part:
    code: str
    name: str
    rate: int
    mix: int
    weeks: tuple[Week, Week]

    @property
    def total(self) -> int:
        return self.rate + self.mix


def why_page(reading: Reading) -> WhyPage | None:
    """The page; None while there is no number."""
    standing = standing_of(reading)
    if standing is None:
        return None
    now, before = reading.rollup[-1], before_last(reading.rollup)
    return WhyPage(
        standing=standing,
        week=week_title(now.monday),
        change=change_in_words(now, before),
        falls=headline(reading.rollup).falls,
        waterfall=_waterfall(reading, now, before) if before else None,
    )


def _parts(reading: Reading, now: Week, before: Week) -> list[_Part]:
    """The markets with both their steps in hundredths, the largest first. Each market's two add up to the
    part of the change that the hub prints beside it."""
    found = effects(reading)
    printed = contributions_printed({code: effect.total for code, effect in found.items()})
    parts = []
    for market in (one for one in reading.summed if one.code in found):
        effect, total = found[market.code], printed[market.code]
        # What rounding the whole has moved is shared by both halves.
        rate = round(effect.rate * 10_000 + (total - effect.total * 10_000) / 2)
        by_week = {week.monday: week for week in market.weeks}
        weeks = [by_week.get(one.monday, Week(one.monday, _NONE, "final")) for one in (before, now)]
        parts.append(_Part(market.code, market.name, rate, total - rate, (weeks[0], weeks[1])))
    return sorted(parts, key=lambda part: (-abs(part.total), part.name))


def _waterfall(reading: Reading, now: Week, before: Week) -> Waterfall | None:
    parts = _parts(reading, now, before)
    if not parts:
        return None
    axis = _axis(parts)
    rows, reached = [], 0
    for i, part in enumerate(parts):
        rows.append(_row(axis, i, part, reached, (before, now)))
        reached += part.total
    total = _Part("", "", sum(p.rate for p in parts), sum(p.mix for p in parts), (before, now))
    change = change_between(now, before)
    named = [(part.name, Fraction(part.total, 100)) for part in parts]
    height = HEAD + ROW * (len(parts) + 1) + FOOT
    return Waterfall(
        title=_("The change is within noise; this is how it adds up")
        if change is None or change.within_noise
        else rollup_title(reading.rollup, change, named),
        note=_(
            "Points of the headline, one row a market. Solid: what its rate did (grey: within noise)."
            " Outlined: what its weight did. Each row starts where the one above ended."
        ),
        alt=_alt(parts, total, before),
        height=height,
        base=height - FOOT,
        grid=tuple(
            Label(at(_x(axis, step)), signed_hundredths(int(step * 100)), _anchor(axis, step))
            for step in axis.steps()
        ),
        zero=at(_x(axis, Fraction(0))),
        rows=tuple(rows),
        sum=_sum_row(axis, len(parts), total, (before, now)),
    )


def _axis(parts: Sequence[_Part]) -> Axis:
    """A scale that holds every step and 0; values in points."""
    reached, ends = 0, [0]
    for part in parts:
        ends += [reached + part.rate, reached + part.total]
        reached += part.total
    low, high = Fraction(min(ends), 100), Fraction(max(ends), 100)
    # `axis_for` keeps within 0 to 100: shifted there and back.
    shifted = axis_for([low + 50, high + 50], most=4, least_span=LEAST_SPAN)
    return Axis(shifted.low - 50, shifted.high - 50, shifted.step)


def _x(axis: Axis, points: Fraction) -> float:
    return LEFT + (RIGHT - LEFT) * axis.share(points)


def _anchor(axis: Axis, step: Fraction) -> str:
    return "start" if step == axis.low else "end" if step == axis.high else "middle"


def _bar(axis: Axis, span: tuple[int, int], y: int, kind: str, quiet: bool = False) -> Step:
    """A step from `span` start to end; without a colour where it is no more than noise."""
    start, end = span
    a, b = (_x(axis, Fraction(value, 100)) for value in span)
    style = f"{kind} step-quiet" if quiet else f"{kind} {kind}-against" if end < start else kind
    return Step(at(min(a, b)), at(abs(b - a)), y, 11, style)


def _is_quiet(weeks: tuple[Week, Week]) -> bool:
    change = change_between(weeks[1], weeks[0])
    return change is None or change.within_noise


def _row(axis: Axis, index: int, part: _Part, reached: int, weeks: tuple[Week, Week]) -> StepRow:
    top = HEAD + ROW * index
    middle, after = reached + part.rate, reached + part.total
    steps = (
        _bar(axis, (reached, middle), top + 17, "step-rate", _is_quiet(part.weeks)),
        _bar(axis, (middle, after), top + 17, "step-mix"),
    )
    end = _x(axis, Fraction(after, 100))
    drawn = tuple(step for step in steps if step.width != "0")
    return _cells(part, top, drawn, weeks, Link(at(end), top + 17, top + ROW + 28))


def _sum_row(axis: Axis, index: int, total: _Part, weeks: tuple[Week, Week]) -> StepRow:
    top = HEAD + ROW * index
    bar = _bar(axis, (0, total.total), top + 17, "step-sum", _is_quiet(weeks))
    return _cells(total, top, (bar,), weeks, None)


def _cells(
    part: _Part, top: int, steps: tuple[Step, ...], whole: tuple[Week, Week], link: Link | None
) -> StepRow:
    before, now = part.weeks
    rates = [shown_rate(week) for week in part.weeks]
    return StepRow(
        code=part.code,
        name=part.name,
        y=top,
        text_y=top + 12,
        steps=steps,
        link=link,
        rate=signed_hundredths(part.rate),
        mix=signed_hundredths(part.mix),
        total=signed_hundredths(part.total),
        before="" if rates[0] is None else percent_text(rates[0]),
        now="" if rates[1] is None else percent_text(rates[1]),
        weight_before=share_text(before.counts.due, whole[0].counts.due),
        weight_now=share_text(now.counts.due, whole[1].counts.due),
    )


def _alt(parts: Sequence[_Part], total: _Part, before: Week) -> str:
    largest = ", ".join(f"{part.name} {signed_hundredths(part.total)}" for part in parts[:3])
    return _(
        "Steps from 0 to %(total)s points since %(week)s, the largest %(largest)s; all are in the table."
    ) % {"total": signed_hundredths(total.total), "week": week_name(before.monday), "largest": largest}
