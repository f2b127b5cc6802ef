"""Does a week stand too far from the weeks before it? Answers governance's question from counts."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from statistics import median

from governance.rules.selectors import rule_for
from governance.scope.readiness import Candidate
from metrics.recompute import storage
from metrics.recompute.models import RunVintage
from otdr_hub.lib import weeks


def _computed_at(candidate: Candidate) -> dt.datetime | None:
    runs = RunVintage.objects.filter(market=candidate.market, vintage=candidate.vintage)
    first = runs.select_related("run").order_by("run__queued_at").first()
    return first.run.queued_at if first else None


def _rates(vintage: str) -> dict[dt.date, Fraction]:
    return {
        row["week"]: Fraction(int(row["on_time"]), int(row["due"]))
        for row in storage.weeks_of([vintage])
        if row["due"] and not row["pending"]
    }


def within_rule(candidate: Candidate) -> str | None:
    """None when the week is within the rule that was fixed before it was computed, when there is none, or
    when fewer weeks lie before it than the rule asks for; else the sentence why it is not."""
    computed = _computed_at(candidate)
    rule = rule_for(computed) if computed else None
    if rule is None:
        return None
    rates = _rates(candidate.vintage)
    before = [rates[week] for week in sorted(rates) if week < candidate.through][-rule.weeks :]
    if len(before) < rule.weeks or candidate.through not in rates:
        return None
    points = (rates[candidate.through] - median(before)) * 100
    if abs(points) <= Fraction(rule.max_points):
        return None
    side = "above" if points > 0 else "below"
    return (
        f"{weeks.label(candidate.through)} is {abs(float(points)):.1f} points {side} the median of the"
        f" {rule.weeks} weeks before; the rule allows {rule.max_points} either way."
    )
