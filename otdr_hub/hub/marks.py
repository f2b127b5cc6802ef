"""The small pictures: the rule under a reading, the spark of a market, the bar of a contribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from django.utils.translation import gettext as _

from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.charts import Label, at, axis_for
from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.numbers import NBSP, percent, signed_hundredths, week_name
from otdr_hub.hub.reading import Week

MINOR = 10
BAR_ROOM = 54.0
"""Per cent of a contribution's cell that the bar may use; the rest is its number."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rate on a graduated scale: reading, interval, and the week before as an open circle."""

    alt: str
    caption: str
    interval_x: str
    interval_width: str
    minor: str
    major: str
    labels: tuple[Label, ...]
    needle: Label
    prior: str
    target: Label | None = None


@dataclass(frozen=True, slots=True)
class Spark:
    """A market's weeks around their own median, on the scale all markets share."""

    quiet: str
    last: str
    x: str
    y: str
    style: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What a market added to or took from the roll-up's change."""

    x: str
    width: str
    zero: str
    style: str
    text: str


def rule(now: Week, before: Week | None, target: Decimal | None = None) -> Rule | None:
    """The scale for a reading; None when the week has no rate to show."""
    rate = shown_rate(now)
    if rate is None:
        return None
    prior = shown_rate(before) if before else None
    low, high = wilson(now.counts.on_time, now.counts.due)
    aim = None if target is None else Fraction(target) / 100
    marks = [value * 100 for value in (low, high, rate, prior, aim) if value is not None]
    room = max((max(marks) - min(marks)) / 6, Fraction(1, 5))
    axis = axis_for([min(marks) - room, max(marks) + room], most=5)
    steps = axis.steps()
    each = 1000 / (len(steps) - 1)
    ends = {0: "start", len(steps) - 1: "end"}
    x = axis.share(rate * 100) * 100
    return Rule(
        alt=_rule_alt(axis.label(axis.low), axis.label(axis.high), now, before, aim),
        caption=_rule_caption(now, before),
        interval_x=at(axis.share(low * 100) * 100),
        interval_width=at(axis.share(high * 100) * 100 - axis.share(low * 100) * 100),
        minor=_ticks(each, len(steps) - 1),
        major="".join(f"M{at(each * i)} 14V0" for i in range(len(steps))),
        labels=tuple(
            Label(at(each * i / 10), axis.label(value), ends.get(i, "middle"))
            for i, value in enumerate(steps)
        ),
        needle=_named(x, week_name(now.monday), None if aim is None else rate < aim),
        prior="" if prior is None else at(axis.share(prior * 100) * 100),
        target=None if aim is None else _target(axis.share(aim * 100) * 100, aim, rate),
    )


def _named(x: float, text: str, left: bool | None) -> Label:
    """A name over the scale: in the middle of its line, or on the side away from the target's name."""
    if left is not None:
        return Label(at(x), text, ("end" if x > 16 else "start") if left else "start" if x < 84 else "end")
    return Label(at(x), text, "start" if x < 14 else "end" if x > 86 else "middle")


def _target(x: float, aim: Fraction, rate: Fraction) -> Label:
    text = _("target %(percent)s") % {"percent": percent(aim)}
    return Label(at(x), text, ("start" if x < 80 else "end") if rate < aim else "end" if x > 20 else "start")


def _ticks(each: float, number: int) -> str:
    small = each / MINOR
    return "".join(
        f"M{at(small * i)} 14V{5 if i % MINOR == MINOR // 2 else 9}"
        for i in range(number * MINOR)
        if i % MINOR
    )


def _interval_words(week: Week) -> dict[str, str]:
    low, high = wilson(week.counts.on_time, week.counts.due)
    return {"low": percent(low), "high": percent(high), "space": NBSP}


def _rule_caption(now: Week, before: Week | None) -> str:
    words = _interval_words(now)
    if words["low"] == words["high"]:
        text = _("95%(space)s%% interval at most 0.1 points wide (shaded).") % words
    else:
        text = _("95%(space)s%% interval %(low)s to %(high)s (shaded).") % words
    prior = shown_rate(before) if before else None
    if before is None or prior is None:
        return text
    circle = {"week": week_name(before.monday), "rate": percent(prior), "space": NBSP}
    return f"{text} {_('Open circle: %(week)s, %(rate)s%(space)s%%.') % circle}"


def _rule_alt(first: str, last: str, now: Week, before: Week | None, aim: Fraction | None) -> str:
    rate = shown_rate(now) or Fraction(0)
    words = {"first": first, "last": last, "rate": percent(rate), **_interval_words(now)}
    text = (
        _("Scale from %(first)s to %(last)s per cent: this week %(rate)s, interval %(low)s to %(high)s")
        % words
    )
    prior = shown_rate(before) if before else None
    if before is not None and prior is not None:
        text += _(", %(week)s at %(rate)s") % {"week": week_name(before.monday), "rate": percent(prior)}
    if aim is not None:
        text += _(", target %(percent)s") % {"percent": percent(aim)}
    return f"{text}."


def sparks(markets: Sequence[Sequence[Week]]) -> tuple[Spark | None, ...]:
    """One spark per market, all on one scale: the largest distance from a market's own median."""
    lines = [
        [(i, rate) for i, week in enumerate(weeks) if (rate := shown_rate(week)) is not None]
        for weeks in markets
    ]
    middles = [median(rate for _i, rate in line) if line else Fraction(0) for line in lines]
    reach = max(
        (abs(rate - middle) for line, middle in zip(lines, middles, strict=True) for _i, rate in line),
        default=Fraction(0),
    )
    return tuple(
        _spark(line, middle, reach or Fraction(1), weeks)
        for line, middle, weeks in zip(lines, middles, markets, strict=True)
    )


def _spark(
    line: Sequence[tuple[int, Fraction]], middle: Fraction, reach: Fraction, weeks: Sequence[Week]
) -> Spark | None:
    if not line:
        return None
    # Counted from the right: the last week is at the end, also when it is the only one.
    across, end = max(len(weeks) - 1, 1), len(weeks) - 1
    spots = [(97.5 - 96.0 * (end - i) / across, 50 - 42 * float((rate - middle) / reach)) for i, rate in line]
    path = [f"{at(x)} {at(y)}" for x, y in spots]
    return Spark(
        quiet=f"M{'L'.join(path[:-1])}" if len(path) > 2 else "",
        last=f"M{'L'.join(path[-2:])}" if len(path) > 1 else "",
        x=at(spots[-1][0]),
        y=at(spots[-1][1]),
        style="point-provisional" if weeks[line[-1][0]].finality == "provisional" else "point",
    )


def bars(hundredths: Sequence[int], quiet: Sequence[bool]) -> tuple[Bar, ...]:
    """One bar per contribution, all on one scale with one zero; grey where it is within noise."""
    most = max((*hundredths, 0))
    least = min((*hundredths, 0))
    unit = BAR_ROOM / ((most - least) or 1)
    # With nothing on one side the zero still keeps clear of the cell's edge.
    zero = 1.0 - least * unit if most != least else BAR_ROOM
    result = []
    for value, is_quiet in zip(hundredths, quiet, strict=True):
        width = abs(value) * unit
        style = "bar-quiet" if is_quiet else "bar-against" if value < 0 else "bar"
        left = zero - width if value < 0 else zero
        result.append(Bar(at(left), at(width), at(zero), style, signed_hundredths(value)))
    return tuple(result)
