"""Does a week stand too far from the weeks before it? Answers governance's question from counts."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from statistics import median

from django.utils.translation import gettext as _

from governance.rules.selectors import rule_for
from governance.scope.readiness import Candidate
from metrics.recompute import storage
from metrics.recompute.models import RunVintage
from otdr_hub.lib import weeks


def _told_at(candidate: Candidate) -> dt.datetime | None:
    """When a run first told anything of the week, under whatever definition; later ones only retell it.

    The candidate's own vintage would not do: a late event makes a new one of a week everybody has seen.
    """
    telling = storage.vintages_telling(candidate.market, candidate.through)
    runs = RunVintage.objects.filter(market=candidate.market, vintage__in=telling)
    first = runs.select_related("run").order_by("run__queued_at").first()
    return first.run.queued_at if first else None


def _rates(vintage: str) -> dict[dt.date, Fraction]:
    return {
        row["week"]: Fraction(int(row["on_time"]), int(row["due"]))
        for row in storage.weeks_of([vintage])
        if row["due"] and not row["pending"]
    }


def within_rule(candidate: Candidate) -> str | None:
    """None when the week is within the rule that was fixed before anybody could see it, when there is none,
    or when fewer weeks lie before it than the rule asks for; else the sentence why it is not."""
    told = _told_at(candidate)
    rule = rule_for(told) if told else None
    if rule is None:
        return None
    rates = _rates(candidate.vintage)
    before = [rates[week] for week in sorted(rates) if week < candidate.through][-rule.weeks :]
    if len(before) < rule.weeks or candidate.through not in rates:
        return None
    points = (rates[candidate.through] - median(before)) * 100
    if abs(points) <= Fraction(rule.max_points):
        return None
    above = _(
        "%(week)s is %(points)s points above the median of the %(weeks)s weeks before; the rule allows"
        " %(most)s either way."
    )
    below = _(
        "%(week)s is %(points)s points below the median of the %(weeks)s weeks before; the rule allows"
        " %(most)s either way."
    )
    return (above if points > 0 else below) % {
        "week": weeks.label(candidate.through), "points": f"{abs(float(points)):.1f}",
        "weeks": rule.weeks, "most": rule.max_points,
    }  # fmt: skip
