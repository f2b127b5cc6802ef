"""Every past state, readable: locks, restatements, and what was known of a week when. For operators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from governance.access.models import User
from governance.access.policy import may
from governance.models import MetricVersion
from metrics.events.models import Batch
from metrics.periods.models import PeriodLock, Restatement
from metrics.periods.restatements import differences
from metrics.recompute import storage
from metrics.recompute.models import RunVintage
from metrics.recompute.states import RunState
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import require

COUNTS: Final = ("due", "on_time", "late", "pending", "unknown")


def _counts(vintage: str, monday: dt.date) -> list[int] | None:
    week = storage.week_counts(vintage, monday)
    return [week[name] for name in COUNTS] if week else None


def locks(*, markets: Sequence[str] = (), week: dt.date | None = None, actor: User) -> list[dict[str, Any]]:
    """Every lock, oldest first: market, week, version, vintage, at (aware), by, and the counts it locked
    (due, on_time, late, pending, unknown). Raises NotAllowedError for anybody who may not."""
    require(may(actor, "period_read"))
    found = PeriodLock.objects.select_related("version", "locked_by")
    found = found.filter(market__in=markets) if markets else found
    found = found.filter(week=week) if week else found
    return [
        {
            "id": lock.pk, "market": lock.market, "week": weeks.label(lock.week),
            "version": lock.version.name, "vintage": lock.vintage, "root": lock.root,
            "at": lock.locked_at, "by": lock.locked_by.username,
            "counts": _counts(lock.vintage, lock.week),
        }
        for lock in found
    ]  # fmt: skip


def _causes(restatement: Restatement) -> list[dict[str, Any]]:
    batches = Batch.objects.filter(pk__in=restatement.causes).order_by("pk")
    return [{"id": batch.pk, "file": batch.filename, "source": batch.source} for batch in batches]


def restatements(
    *, markets: Sequence[str] = (), week: dt.date | None = None, actor: User
) -> list[dict[str, Any]]:
    """Every restatement, oldest first: its lock, old and new counts, the batches that caused it, and each
    cell that differs. Raises NotAllowedError for anybody who may not."""
    require(may(actor, "period_read"))
    found = Restatement.objects.select_related("lock__version")
    found = found.filter(lock__market__in=markets) if markets else found
    found = found.filter(lock__week=week) if week else found
    return [
        {
            "id": item.pk, "lock": item.lock_id, "market": item.lock.market,
            "week": weeks.label(item.lock.week), "version": item.lock.version.name, "at": item.found_at,
            "old": _counts(item.lock.vintage, item.lock.week), "new": _counts(item.vintage, item.lock.week),
            "causes": _causes(item),
            "slices": [asdict(cell) for cell in differences(item)],
        }
        for item in found
    ]  # fmt: skip


def revisions(*, version: MetricVersion, market: str, monday: dt.date, actor: User) -> list[dict[str, Any]]:
    """What was known of a market's week, each time it changed, oldest first: as_of (aware), vintage, root,
    and the five counts. Raises NotAllowedError for anybody who may not."""
    require(may(actor, "period_read"))
    done = RunVintage.objects.filter(
        run__version=version, market=market, run__state=RunState.DONE, run__since=None, run__until=None
    )
    told = {row["vintage"]: row for row in storage.weeks_of(list(done.values_list("vintage", flat=True)))
            if row["week"] == monday}  # fmt: skip
    found: list[dict[str, Any]] = []
    for row in done.select_related("run").order_by("run__as_of", "run__finished_at"):
        week = told.get(row.vintage)
        if week and (not found or found[-1]["root"] != week["root"]):
            counts = {name: week[name] for name in COUNTS}
            found.append({"as_of": row.run.as_of, "vintage": row.vintage, "root": week["root"], **counts})
    return found
