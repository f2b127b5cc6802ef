"""What a new vintage changes in weeks that were locked, and which batches brought the change."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.lake.models import LakeFile
from metrics.lake.store import root
from metrics.otdr import state
from metrics.periods.finality import locks_in_force
from metrics.periods.models import PeriodLock, Restatement
from metrics.recompute import inputs, storage
from metrics.recompute.models import Run, RunVintage
from otdr_hub.lib import clock

WEEK = dt.timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell of a restated week: its counts (due, on_time, late, pending, unknown) before and now; None
    where it was not there."""

    day: dt.date
    carrier: str
    lane: str
    old: tuple[int, ...] | None
    new: tuple[int, ...] | None


def _leaves(vintage: str, monday: dt.date) -> dict[dt.date, str]:
    return {day: leaf for day, leaf in storage.leaves_of(vintage) if monday <= day <= monday + WEEK}


def _days(lock: PeriodLock, vintage: str) -> list[dt.date]:
    old, new = _leaves(lock.vintage, lock.week), _leaves(vintage, lock.week)
    return sorted(day for day in old.keys() | new.keys() if old.get(day) != new.get(day))


def _state_files(run: Run, market: str, vintage: str, days: Iterable[dt.date]) -> list[Path]:
    found = RunVintage.objects.filter(run=run, market=market, vintage=vintage).exclude(state="").first()
    manifest = json.loads(found.state) if found else {}
    names = [name for day in days for name, _, _ in manifest.get(day.isoformat(), {"files": []})["files"]]
    return [root() / name for name in names]


def _causes(lock: PeriodLock, run: Run, vintage: str, days: list[dt.date]) -> list[int]:
    """Numbers of the batches behind a change: those with rows of shipments that differ, and those that
    declared one of the days complete. All that came since the lock when the folded rows are gone."""
    market = lock.market
    before, now = inputs.pinned_files(lock.run, market), inputs.pinned_files(run, market)
    arrived = [file for file in now if file not in set(before)]
    old, new = (
        _state_files(lock.run, market, lock.vintage, days),
        _state_files(run, market, vintage, days),
    )
    if old and new and all(path.is_file() for path in (*old, *new)):
        rows = [root() / file.path for file in arrived if file.market == market]
        touching = state.files_behind(old, new, rows)
        names = [str(path.relative_to(root())) for path in touching]
        names += [file.path for file in arrived if file.market != market]
    else:
        names = [file.path for file in arrived]
    closing = LakeFile.objects.filter(
        path__in=[file.path for file in arrived], market=market,
        batch__closes_from__lte=days[-1], batch__closes_until__gte=days[0],
    )  # fmt: skip
    found = set(LakeFile.objects.filter(path__in=names).values_list("batch", flat=True))
    return sorted(found | set(closing.values_list("batch", flat=True)))


def _restated(run: Run, lock: PeriodLock, vintage: str) -> Restatement | None:
    week = storage.week_counts(vintage, lock.week)
    new_root = week["root"] if week else ""
    if new_root == lock.root or lock.restatements.filter(root=new_root).exists():
        return None
    days = _days(lock, vintage)
    return Restatement.objects.create(
        lock=lock, run=run, vintage=vintage, root=new_root, causes=_causes(lock, run, vintage, days),
        days=[day.isoformat() for day in days], found_at=clock.now(),
    )  # fmt: skip


def record(run: Run, vintages: dict[str, str]) -> list[dict[str, Any]]:
    """Note every locked week that a finished run tells differently; what the ledger keeps of each.

    A run that looks back (`as_of` before the lock) or at a part of the days restates nothing.
    """
    if run.since or run.until:
        return []
    found = []
    for (market, week), lock in sorted(locks_in_force(run.version_id, vintages).items()):
        if run.as_of < lock.run.as_of:
            continue
        restated = _restated(run, lock, vintages[market])
        if restated:
            found.append({
                "market": market, "week": week, "lock": lock.pk, "restatement": restated.pk,
                "old": lock.vintage, "new": restated.vintage, "causes": restated.causes,
                "days": restated.days,
            })  # fmt: skip
    return found


def differences(restatement: Restatement) -> list[Difference]:
    """Every cell of the week that differs, by day, carrier and lane. Counts: for operators only."""
    lock = restatement.lock
    old, new = _leaves(lock.vintage, lock.week), _leaves(restatement.vintage, lock.week)
    found = []
    for day in map(dt.date.fromisoformat, restatement.days):
        before, after = storage.cells_of(old.get(day)), storage.cells_of(new.get(day))
        found += [
            Difference(day, *cell, before.get(cell), after.get(cell))
            for cell in sorted(before.keys() | after.keys())
            if before.get(cell) != after.get(cell)
        ]
    return found
