"""Is a vintage's week fit to be certified? Answers governance's question from counts."""

from __future__ import annotations

from fractions import Fraction

from governance.models import MetricVersion
from governance.scope.readiness import Candidate
from governance.versions.selectors import definition_for
from metrics.recompute import storage
from otdr_hub.lib import clock, weeks


def vintage_is_ready(candidate: Candidate) -> str | None:
    """None when the week is mature, complete enough and promised well enough; else the sentence why not."""
    definition = definition_for(MetricVersion.objects.get(pk=candidate.version), candidate.market)
    week = storage.week_counts(candidate.vintage, candidate.through)
    name = weeks.label(candidate.through)
    if week is None or week["due"] == 0:
        return f"Nothing was due in {name}, or the data of that week has not been computed."
    due = week["due"]
    if due < definition.small_cell:
        return f"In {name} fewer than {definition.small_cell} shipments were due: too few to show."
    if week["pending"] or week["matures_at"] > clock.now():
        return f"{name} is preliminary: its last promises are younger than {definition.horizon_hours} hours."
    completeness = 1 - Fraction(week["unknown"], due)
    if completeness < definition.completeness_floor:
        return (
            f"For {name} the carriers have reported on {float(completeness):.1%} of shipments due;"
            f" {definition.completeness_floor:.1%} are needed."
        )
    if Fraction(week["no_promise"], due + week["no_promise"]) > definition.no_promise_ceiling:
        return f"In {name} too many shipments carry no promise ({week['no_promise']})."
    return None
