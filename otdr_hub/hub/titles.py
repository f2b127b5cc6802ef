"""What a chart says, in its title: the finding, not the measure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdr_hub.hub.changes import Change, points_text, shown_rate
from otdr_hub.hub.numbers import fixed, percent, percent_text, week_name
from otdr_hub.hub.reading import Week
from otdr_hub.hub.sentences import join_names
from otdr_hub.hub.series import Series

ENOUGH = Fraction(2, 3)
"""A change is put down to named markets once they make up two thirds of it."""

_WITH_ARTICLE = frozenset({"United Kingdom", "United States", "Netherlands", "United Arab Emirates"})


def rollup_title(weeks: Sequence[Week], change: Change | None, parts: Sequence[tuple[str, Fraction]]) -> str:
    """Who moved the roll-up; `parts` are (market, contribution in points) that add up to the change."""
    if change is None or change.within_noise:
        return quiet_title(weeks, change)
    fell = change.points < 0
    along = sorted((part for part in parts if part[1] and (part[1] < 0) == fell), key=lambda p: -abs(p[1]))
    named: list[tuple[str, Fraction]] = []
    for part in along:
        named.append(part)
        if abs(sum((size for _name, size in named), Fraction(0))) >= ENOUGH * abs(change.points):
            break
    if not named or len(named) > 2 or not round(change.points * 10):
        return _spread_title(change, len(along))
    made = sum((size for _name, size in named), Fraction(0))
    names = join_names([_in_sentence(name) for name, _size in named])
    words = {"names": names, "made": fixed(abs(made)), "points": fixed(abs(change.points))}
    if abs(made) > abs(change.points) and words["made"] != words["points"]:
        return (
            _("The fall is %(names)s: %(made)s points, partly made up elsewhere")
            if fell
            else _("The rise is %(names)s: %(made)s points, partly lost elsewhere")
        ) % words
    return (
        _("The fall is %(names)s: %(made)s of the %(points)s points")
        if fell
        else _("The rise is %(names)s: %(made)s of the %(points)s points")
    ) % words


def market_title(weeks: Sequence[Week], change: Change | None) -> str:
    """What one market's line says: an extreme of the period, a change, or neither."""
    if change is None or change.within_noise:
        return quiet_title(weeks, change)
    rates = _rates(weeks)
    if len(rates) > 2 and rates[-1] == min(rates) and rates.count(rates[-1]) == 1:
        return _("The lowest of these %(number)d weeks") % {"number": len(rates)}
    if len(rates) > 2 and rates[-1] == max(rates) and rates.count(rates[-1]) == 1:
        return _("The highest of these %(number)d weeks") % {"number": len(rates)}
    return _moved(change)


def quiet_title(weeks: Sequence[Week], change: Change | None) -> str:
    """The title where nothing can be said to have moved: the band the rate has kept to."""
    if change is None:
        return _("The first week: nothing to compare with yet")
    rates = _rates(weeks)
    if len(rates) < 3:
        return _("Within noise of %(week)s") % {"week": change.since}
    low, high = percent(min(rates)), percent_text(max(rates))
    words = {"low": low, "high": high, "number": len(rates)}
    if high == percent_text(min(rates)):
        return _("%(high)s in all %(number)d weeks") % words
    return _("Between %(low)s and %(high)s in all %(number)d weeks") % words


def steady_note(series: Series) -> str:
    """Whether the headline is over the same markets all along, and in words what it makes where it is not."""
    number = len(series.weeks)
    if number < 2:
        return ""
    if series.is_constant:
        same = series.markets[-1]
        return ngettext("The same market throughout.", "The same %(same)d markets throughout.", same) % {
            "same": same
        }
    if not series.steady:
        return _(
            "No market has a rate in all %(number)d weeks: the line is over more markets late than early."
        ) % {"number": number}
    whole, steady = _moved_over(series.weeks), _moved_over(series.steady)
    words = {
        "same": len(series.steady_codes), "week": week_name(series.weeks[0].monday), "whole": whole,
        "steady": steady,
    }  # fmt: skip
    if whole == steady:
        text = ngettext(
            "Grey: the %(same)d market that was there throughout. Both lines %(whole)s since %(week)s.",
            "Grey: the %(same)d markets that were there throughout. Both lines %(whole)s since %(week)s.",
            len(series.steady_codes),
        )
    else:
        text = ngettext(
            "Grey: the %(same)d market that was there throughout. Since %(week)s the headline %(whole)s and"
            " this one %(steady)s: the difference is markets that came or went.",
            "Grey: the %(same)d markets that were there throughout. Since %(week)s the headline %(whole)s and"
            " these %(steady)s: the difference is markets that came or went.",
            len(series.steady_codes),
        )
    return text % words


def _moved_over(weeks: Sequence[Week]) -> str:
    rates = _rates(weeks)
    points = (rates[-1] - rates[0]) * 100
    if not round(points * 10):
        return _("moved by less than 0.1 points")
    size = {"points": fixed(abs(points))}
    return (_("fell by %(points)s points") if points < 0 else _("rose by %(points)s points")) % size


def _rates(weeks: Sequence[Week]) -> list[Fraction]:
    return [rate for week in weeks if (rate := shown_rate(week)) is not None]


def _moved(change: Change) -> str:
    words = {"points": points_text(change.points), "week": change.since}
    if change.points < 0:
        return _("Down %(points)s points on %(week)s") % words
    return _("Up %(points)s points on %(week)s") % words


def _spread_title(change: Change, markets: int) -> str:
    if markets < 3:
        return _moved(change)
    words = {"points": points_text(change.points), "markets": markets}
    if change.points < 0:
        text = ngettext(
            "The fall of %(points)s points is spread over %(markets)d market",
            "The fall of %(points)s points is spread over %(markets)d markets",
            markets,
        )
    else:
        text = ngettext(
            "The rise of %(points)s points is spread over %(markets)d market",
            "The rise of %(points)s points is spread over %(markets)d markets",
            markets,
        )
    return text % words


def _in_sentence(name: str) -> str:
    return _("the %(market)s") % {"market": name} if name in _WITH_ARTICLE else name
