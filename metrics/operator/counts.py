"""The operator's view: counts of the newest vintages, certified or not. Never served by the hub.

This is the one policy-checked door to slices and cells for people who feed, decide and audit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.models import MetricVersion
from metrics.periods.finality import Finality, finality, locks_in_force
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.kitagawa import Effect, Segment, split
from otdr_hub.lib.outcome import InvalidInputError, require

GROUPINGS: Final = ("week", "day", "carrier", "lane", "carrier,lane")


def _states(version: MetricVersion, vintages: dict[str, str]) -> dict[tuple[str, dt.date], Finality]:
    """(vintage, Monday) -> finality, for vintages given with their market."""
    locks = locks_in_force(version.digest, vintages.values())
    roots = {key: lock.root for key, lock in locks.items()}
    return {
        (week["vintage"], week["week"]): finality(
            week,
            roots.get((vintages[week["vintage"]], week["week"])),
            version.completeness_floor,
            clock.now(),
        )
        for week in storage.weeks_of(list(vintages))
    }


def counts(
    *,
    version: MetricVersion,
    markets: Sequence[str] = (),
    since: dt.date | None = None,
    until: dt.date | None = None,
    by: str = "week",
    as_of: dt.datetime | None = None,
    actor: User,
) -> list[dict[str, Any]]:
    """Rows of {market, period, carrier?, lane?, due, on_time, late, pending, unknown, finality}.

    `by` week or day gives that period; carrier, lane or both split each week. Days are promise days,
    both bounds inclusive; `as_of` reads the vintages known then. Raises NotAllowedError for anybody who
    is no operator.
    """
    require(may(actor, "operator_read"))
    if by not in GROUPINGS:
        raise InvalidInputError(
            _("--by '%(by)s' is not known; use one of %(groupings)s.")
            % {"by": by, "groupings": ", ".join(GROUPINGS)}
        )
    found = newest_vintages(version, markets, as_of)
    vintages = {row.vintage: market for market, row in found.items()}
    rows = storage.breakdown(list(vintages), by, since or dt.date.min, until or dt.date.max)
    states = _states(version, vintages)
    for row in rows:
        vintage = row.pop("vintage")
        row["market"] = vintages[vintage]
        row["finality"] = states[vintage, weeks.monday_of(row["period"])].value
    return sorted(
        rows, key=lambda row: (row["market"], row["period"], row.get("carrier", ""), row.get("lane", ""))
    )


def effects(
    *,
    version: MetricVersion,
    markets: Sequence[str],
    monday: dt.date,
    by: str,
    as_of: dt.datetime | None = None,
    actor: User,
) -> dict[str, dict[str, Effect]]:
    """Market -> what each carrier (or lane) did to the week's rate against the week before: the parts
    add up to the market's change exactly. A market without both weeks has no parts."""
    if by not in ("carrier", "lane"):
        raise InvalidInputError(_("A change is split by carrier or lane, not by '%(by)s'.") % {"by": by})
    last = monday - dt.timedelta(days=7)
    rows = counts(
        version=version, markets=markets, since=last, until=monday + dt.timedelta(days=6), by=by, as_of=as_of,
        actor=actor,
    )  # fmt: skip
    found: dict[str, dict[str, dict[dt.date, tuple[int, int]]]] = {}
    for row in rows:
        parts = found.setdefault(row["market"], {}).setdefault(row[by], {})
        parts[row["period"]] = (row["on_time"], row["due"])
    return {market: _split(parts, monday, last) for market, parts in found.items()}


def _split(
    parts: dict[str, dict[dt.date, tuple[int, int]]], monday: dt.date, last: dt.date
) -> dict[str, Effect]:
    nothing = (0, 0)
    return split(
        {
            name: Segment(*by_week.get(monday, nothing), *by_week.get(last, nothing))
            for name, by_week in parts.items()
        }
    )
