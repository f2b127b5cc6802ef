"""Weeks whose books look ready to be closed, at a glance; locking itself asks every question again."""

from __future__ import annotations

import datetime as dt

from governance.access.models import User
from governance.access.policy import may
from governance.markets.models import Market
from governance.models import MetricVersion
from metrics.periods.finality import Finality, finality, locks_in_force
from metrics.recompute import storage
from metrics.recompute.inputs import closed_days
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import require


def lockable(*, version: MetricVersion, actor: User) -> list[tuple[dt.date, list[str]]]:
    """(Monday, markets): settled weeks that a backfill declared complete and nobody locked, oldest first."""
    require(may(actor, "period_read"))
    found = newest_vintages(version, list(Market.objects.values_list("code", flat=True)))
    markets = {row.vintage: code for code, row in found.items()}
    closed = {code: closed_days(row.run, code) for code, row in found.items()}
    locked = locks_in_force(version.digest, found)
    weeks: dict[dt.date, list[str]] = {}
    for row in storage.weeks_of(list(markets)):
        code, monday = markets[row["vintage"]], row["week"]
        settled = finality(row, None, version.completeness_floor, clock.now()) is Finality.PROVISIONAL
        days = [monday + dt.timedelta(days=number) for number in range(7)]
        told = all(any(since <= day <= until for since, until in closed[code]) for day in days)
        if row["due"] and settled and told and (code, monday) not in locked:
            weeks.setdefault(monday, []).append(code)
    return [(monday, sorted(codes)) for monday, codes in sorted(weeks.items())]
