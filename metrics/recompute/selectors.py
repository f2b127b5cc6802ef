"""Questions about runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from governance.models import MetricVersion
from metrics.recompute.models import Run, RunVintage
from metrics.recompute.states import RunState


def unfinished() -> list[Run]:
    """Runs that are asked for or interrupted, oldest first."""
    return list(Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING]))


def vintages_of(run: Run) -> dict[str, str]:
    """Market code -> vintage digest of a finished run."""
    return dict(run.vintages.values_list("market", "vintage"))


def newest_vintages(
    version: MetricVersion, markets: Sequence[str], as_of: dt.datetime | None = None
) -> dict[str, RunVintage]:
    """Market -> the vintage known latest (by as-of, then by finishing) under a version; with `as_of`,
    the latest of those that tell what was known at that moment or before."""
    done = RunVintage.objects.filter(
        run__version=version, run__state=RunState.DONE, run__since=None, run__until=None
    )
    if markets:
        done = done.filter(market__in=markets)
    if as_of is not None:
        done = done.filter(run__as_of__lte=as_of)
    ordered = done.select_related("run__version", "run__pin").order_by("run__as_of", "run__finished_at")
    return {row.market: row for row in ordered}
