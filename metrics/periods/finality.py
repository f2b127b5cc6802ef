"""How far a number may still move: preliminary, provisional, final or restated, by rule (no person says)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_noop

from metrics.periods.models import PeriodLock


class Finality(models.TextChoices):
    """The four states, each with what it means for a reader."""

    PRELIMINARY = (
        "preliminary",
        gettext_noop("some promises are younger than the horizon, or news is missing"),
    )
    PROVISIONAL = "provisional", gettext_noop("the horizon has passed and enough news has come")
    FINAL = "final", gettext_noop("the backfill has run, the counts reconcile and the period is locked")
    RESTATED = (
        "restated",
        gettext_noop("new data changed it after the lock; the locked figure stays readable"),
    )


def finality(week: Mapping[str, Any], locked: str | None, floor: Decimal, now: dt.datetime) -> Finality:
    """The state of a market's week.

    `week` has due, pending, unknown (int), matures_at (aware or None) and root; `locked` is the root of
    the lock in force, if any; `floor` the share with news the version asks for.
    """
    if locked is not None:
        return Finality.FINAL if locked == week["root"] else Finality.RESTATED
    if week["pending"] or week["matures_at"] is None or week["matures_at"] > now:
        return Finality.PRELIMINARY
    complete = week["unknown"] <= (1 - floor) * week["due"]
    return Finality.PROVISIONAL if complete else Finality.PRELIMINARY


def locks_in_force(version: str, markets: Iterable[str]) -> dict[tuple[str, dt.date], PeriodLock]:
    """(market, Monday) -> the latest lock of that week under a version."""
    locks = PeriodLock.objects.filter(version_id=version, market__in=list(markets)).order_by("pk")
    return {(lock.market, lock.week): lock for lock in locks}
