"""What a decision framework compares, as far as counts say: share, maturity, the two-sided rule, locks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from governance.decisions.measures import ALL, Found
from governance.framework.measures import PLACES
from governance.killswitch.selectors import dark
from governance.launch.models import Launch
from governance.markets.models import Market
from governance.models import MetricVersion, Publication
from governance.scope.models import WHOLE, ScopeDecision
from governance.scope.readiness import Candidate
from governance.scope.selectors import in_force
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.selectors import stands
from governance.versions.selectors import effective_on
from metrics.operator.effect import Newest, last_whole_week
from metrics.periods.finality import locks_in_force
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from metrics.recompute.two_sided import distance
from otdr_hub.lib import clock

Week = Mapping[str, Any]
_LINKS: Final = {"maturity": "/batches/", "two_sided": "/scope/", "irreversible": "/publications/"}


def week_of(version: MetricVersion, found: Mapping[str, Newest]) -> dt.date | None:
    """The Monday a launch is about: the last week decided for this definition or published, or the last one
    that is over with enough news."""
    decided = ScopeDecision.objects.filter(version=version, breakout=WHOLE).order_by("-through").first()
    published = Publication.objects.first()
    mondays = [one.through for one in (decided, published) if one is not None]
    return max(mondays) if mondays else last_whole_week(version, found)


def percent(part: int, whole: int) -> Decimal:
    """A share in per cent, with two decimals."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(PLACES)


def _maturity(week: Week | None) -> Decimal:
    """Nothing counts while deliveries are still due; then the share the carriers have reported on."""
    if week is None or not week["due"] or week["pending"] or week["matures_at"] > clock.now():
        return Decimal(0)
    return percent(week["due"] - week["unknown"], week["due"])


def _two_sided(version: MetricVersion, one: Newest, monday: dt.date) -> Decimal | None:
    found = distance(Candidate(one.market, version.digest, one.vintage, monday))
    if found is None:
        return None
    times = found[0] / Fraction(found[1].max_points)
    # Away from nought, so that what breaks the rule never rounds to what keeps it.
    up = Decimal(-(-abs(times.numerator) * 100 // times.denominator)) / 100
    return up if times > 0 else -up


def _is_shown(code: str) -> bool:
    one = in_force(code)
    return one is not None and one.state != ScopeState.EXCLUDED and stands(ACT, one.digest)


def counted(launch: Launch, codes: Sequence[str]) -> Found:  # noqa: ARG001 (each is asked about a launch)
    """Nothing at all while there is no definition or no week: then nothing is computed."""
    version = effective_on(clock.now().date())
    if version is None:
        return {}
    every = list(Market.objects.values_list("code", flat=True))
    rows = newest_vintages(version, every)
    found = {code: Newest(code, row.vintage, row.run_id, row.run.as_of) for code, row in rows.items()}
    monday = week_of(version, found)
    if monday is None:
        return {}
    names = {one.vintage: code for code, one in found.items()}
    off = dark().whole
    weeks = {
        names[row["vintage"]]: row
        for row in storage.weeks_of(list(names))
        if row["week"] == monday and names[row["vintage"]] not in off
    }
    return _measured(version, found, monday, weeks, codes)


def _measured(
    version: MetricVersion, found: Mapping[str, Newest], monday: dt.date, weeks: Mapping[str, Week],
    codes: Sequence[str],
) -> Found:  # fmt: skip
    whole = sum(week["due"] for week in weeks.values())
    locks = locks_in_force(version.digest, codes)
    told: dict[str, dict[str, Any]] = {}
    for code in codes:
        if code in weeks and whole:
            told[code] = {
                "share": percent(weeks[code]["due"], whole), "maturity": _maturity(weeks[code]),
                "two_sided": _two_sided(version, found[code], monday),
                "irreversible": int((code, monday) in locks), "links": _LINKS,
            }  # fmt: skip
    rest = sum(week["due"] for code, week in weeks.items() if code not in codes and _is_shown(code))
    told[ALL] = {"elsewhere": percent(rest, whole) if whole else Decimal(0)}
    return told
