"""What is said of a change: its size, whether chance alone could make it, and how far the target is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from otdr_hub.hub.intervals import newcombe, wilson
from otdr_hub.hub.numbers import fixed, percent_text, week_name
from otdr_hub.hub.reading import Week


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two weeks, in points, and whether chance alone could make it."""

    points: Fraction
    within_noise: bool
    since: str


def shown_rate(week: Week) -> Fraction | None:
    """The rate that may be printed: none when nothing was due or the week is still preliminary."""
    return None if week.finality == "preliminary" else week.counts.rate


def change_between(now: Week, before: Week | None) -> Change | None:
    """The change on an earlier week; None when one of the two has no rate to show."""
    if before is None:
        return None
    rate, earlier = shown_rate(now), shown_rate(before)
    if rate is None or earlier is None:
        return None
    low, high = newcombe((now.counts.on_time, now.counts.due), (before.counts.on_time, before.counts.due))
    return Change((rate - earlier) * 100, low <= 0 <= high, week_name(before.monday))


def points_text(points: Fraction) -> str:
    """The size of a change to a tenth; a real change too small for a tenth does not become 0.0."""
    if points and not round(points * 10):
        return _("less than 0.1")
    return fixed(abs(points))


def change_parts(change: Change | None) -> tuple[str, str]:
    """The change as (what is set in bold, the rest); see `change_in_words`."""
    if change is None:
        return _("No earlier week"), _("to compare with.")
    if change.within_noise:
        return _("Within noise"), _("of %(week)s.") % {"week": change.since}
    size = {"points": points_text(change.points)}
    lead = _("Down %(points)s points") if change.points < 0 else _("Up %(points)s points")
    return lead % size, _("on %(week)s, more than noise.") % {"week": change.since}


def aim_parts(now: Week, target: Decimal | None) -> tuple[str, str]:
    """Where a week stands to its target, as (what is set in bold, the rest); nothing without one."""
    rate = shown_rate(now)
    if target is None or rate is None:
        return "", ""
    aim = Fraction(target) / 100
    words = {"target": percent_text(aim)}
    low, high = wilson(now.counts.on_time, now.counts.due)
    if low <= aim <= high:
        return _("Within noise"), _("of the %(target)s target.") % words
    gap = {"points": points_text((rate - aim) * 100)}
    lead = _("%(points)s points below") if rate < aim else _("%(points)s points above")
    return lead % gap, _("the %(target)s target.") % words


def change_in_words(now: Week, before: Week | None) -> str:
    """ "Down 0.6 points on week 46, more than noise." or "Within noise of week 46." """
    return " ".join(change_parts(change_between(now, before)))
