"""Seeing around a number: ladder, two versions side by side, the delay curve, what is counted beside it.

For operators; certified or not, and never served by the hub.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from governance.access.models import User
from governance.access.policy import may
from governance.majeure.selectors import in_force
from governance.models import MetricVersion
from governance.versions.selectors import definition_for
from metrics.otdr.compare import SideBySide, compare
from metrics.otdr.delays import Curve, delay_curve
from metrics.otdr.engine import Inputs
from metrics.otdr.ladder import Rung, ladder
from metrics.recompute import storage
from metrics.recompute.inputs import inputs_of
from metrics.recompute.models import Run
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib.outcome import require


def _with_majeure(run: Run, market: str) -> Inputs:
    """A run's inputs, and what was declared and signed as force majeure by its moment."""
    declared = in_force([market], run.as_of)
    periods = [(item.since, item.until, item.carrier, item.destination) for item in declared]
    return replace(inputs_of(run, market), majeure=periods)


def ladders(
    *,
    version: MetricVersion,
    markets: Sequence[str],
    since: dt.date,
    until: dt.date,
    as_of: dt.datetime | None = None,
    actor: User,
) -> dict[str, list[Rung]]:
    """Market -> its rungs over promise days since..until, from the files its newest run had pinned."""
    require(may(actor, "operator_read"))
    return {
        market: ladder(
            definition_for(version, market), _with_majeure(row.run, market), as_of=row.run.as_of,
            since=since, until=until,
        )
        for market, row in sorted(newest_vintages(version, markets, as_of).items())
    }  # fmt: skip


def comparisons(
    *,
    old: MetricVersion,
    new: MetricVersion,
    markets: Sequence[str],
    since: dt.date,
    until: dt.date,
    actor: User,
) -> dict[str, SideBySide]:
    """Market -> two versions over promise days since..until, from the files the newest run of the old one
    had pinned."""
    require(may(actor, "operator_read"))
    return side_by_side(old=old, new=new, markets=markets, since=since, until=until)


def side_by_side(
    *, old: MetricVersion, new: MetricVersion, markets: Sequence[str], since: dt.date, until: dt.date
) -> dict[str, SideBySide]:
    """The same for a caller who has asked who looks: approvers see it besides operators."""
    return {
        market: compare(
            definition_for(old, market), definition_for(new, market), inputs_of(row.run, market),
            as_of=row.run.as_of, since=since, until=until,
        )
        for market, row in sorted(newest_vintages(old, markets).items())
    }  # fmt: skip


def delays(
    *, version: MetricVersion, markets: Sequence[str], as_of: dt.datetime | None = None, actor: User
) -> dict[str, Curve]:
    """Market -> how soon its deliveries were known, to hold the version's horizon against."""
    require(may(actor, "operator_read"))
    return {
        market: delay_curve(inputs_of(row.run, market).events, as_of=row.run.as_of)
        for market, row in sorted(newest_vintages(version, markets, as_of).items())
    }


def _median(hours: dict[str, int]) -> int | None:
    """The lower median of {whole hours: shipments}; None when nothing was promised."""
    left = (sum(hours.values()) + 1) // 2
    for length in sorted(map(int, hours)):
        left -= hours[str(length)]
        if left <= 0:
            return length
    return None


def notes(
    *, version: MetricVersion, markets: Sequence[str], as_of: dt.datetime | None = None, actor: User
) -> list[dict[str, Any]]:
    """By market and week: due, early, conflicts, cancelled_last_day and not_due by reason (shipments);
    promised_hours, the median length of a promise (a rate that rises while promises lengthen is no
    improvement); untracked, the shipments of services nobody tracks, beside which the rate is read."""
    require(may(actor, "operator_read"))
    markets_of = {row.vintage: market for market, row in newest_vintages(version, markets, as_of).items()}
    rows = storage.notes_by_week(list(markets_of))
    for row in rows:
        row["market"] = markets_of[row.pop("vintage")]
        row["promised_hours"] = _median(row["promised_hours"])
        row["untracked"] = row["not_due"].get("untracked", 0)
    return sorted(rows, key=lambda row: (row["market"], row["week"]))
