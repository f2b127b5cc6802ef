"""Is a vintage's week fit to be certified? Answers governance's question from counts."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext as _

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
        return _("Nothing was due in %(week)s, or the data of that week has not been computed.") % {
            "week": name
        }
    due = week["due"]
    if due < definition.small_cell:
        said = _("In %(week)s fewer than %(least)s shipments were due: too few to show.")
        return said % {"week": name, "least": definition.small_cell}
    if week["pending"] or week["matures_at"] > clock.now():
        said = _("%(week)s is preliminary: its last promises are younger than %(hours)s hours.")
        return said % {"week": name, "hours": definition.horizon_hours}
    completeness = 1 - Fraction(week["unknown"], due)
    if completeness < definition.completeness_floor:
        return _(
            "For %(week)s the carriers have reported on %(share)s of shipments due; %(floor)s are needed."
        ) % {
            "week": name,
            "share": f"{float(completeness):.1%}",
            "floor": f"{definition.completeness_floor:.1%}",
        }
    if Fraction(week["no_promise"], due + week["no_promise"]) > definition.no_promise_ceiling:
        said = _("In %(week)s too many shipments carry no promise (%(count)s).")
        return said % {"week": name, "count": week["no_promise"]}
    return None
