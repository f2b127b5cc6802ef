"""Counting one market of a run: over what an earlier run left where that can be, from all files else.

The folded rows are a cache beside the lake. What they were made from is in the run that left them; a
file of them that is gone or differs means that everything is folded again.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.versions.selectors import definition_for
from metrics.lake.store import root
from metrics.otdr import engine, state
from metrics.recompute import inputs, storage
from metrics.recompute.models import Run, RunVintage
from metrics.recompute.slices import SliceContent, slices_of
from otdr_hub.lib import digest

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Market:
    """What a run found of one market: slices counted, leaves kept from before, the state left behind."""

    slices: list[SliceContent]
    kept: list[tuple[dt.date, str]]
    state: str


def _relative(path: Path) -> str:
    return str(path.relative_to(root()))


def _entry(path: Path) -> list[Any]:
    return [_relative(path), path.stat().st_size, digest.of_file(path)]


def _manifest(found: state.Refolded, earlier: Manifest) -> str:
    """The state's files by day, and the promise rows received by day; unchanged days keep their entry."""
    days = {}
    for day, files in sorted(found.days.items()):
        name = day.isoformat()
        known = earlier.get(name)
        same = known is not None and [entry[0] for entry in known["files"]] == [*map(_relative, files)]
        entry = dict(known) if same and known else {"files": [_entry(path) for path in files]}
        if found.counted is None or day in found.counted:
            entry["received"] = list(found.tally.received.get(day, (0, 0)))
        days[name] = entry
    return json.dumps(days, sort_keys=True)


def _is_whole(manifest: Manifest) -> bool:
    """Whether each file of a state is there, and is the one that was written."""
    for entry in manifest.values():
        for name, size, sha256 in entry["files"]:
            path = root() / name
            if not path.is_file() or path.stat().st_size != size or digest.of_file(path) != sha256:
                return False
    return True


def _can_follow(earlier: RunVintage, run: Run, market: str) -> bool:
    """Whether a run asks for the same thing later: all files of the earlier one and perhaps more."""
    old, new = inputs.pinned_files(earlier.run, market), inputs.pinned_files(run, market)
    return (
        earlier.run.as_of <= run.as_of
        and inputs.zones_of(earlier.run)[market] == inputs.zones_of(run)[market]
        and set(old) <= set(new)
        and inputs.carrier_files(earlier.run) == inputs.carrier_files(run)
    )


def _earlier(run: Run, market: str) -> RunVintage | None:
    """The latest vintage of the market whose state this run can start from."""
    asked = json.loads(run.spec)
    if asked.get("full"):
        return None
    known = RunVintage.objects.filter(
        run__version_id=run.version_id, market=market, run__since=None, run__until=None
    ).exclude(state="")
    latest = known.select_related("run__pin").order_by("run__as_of", "pk").last()
    if latest is None or not _can_follow(latest, run, market):
        return None
    manifest = json.loads(latest.state)
    return latest if manifest and _is_whole(manifest) else None


def _before(earlier: RunVintage, market: str) -> state.Before:
    files = inputs.pinned_files(earlier.run, market)
    paths = {
        kind: frozenset(root() / file.path for file in files if file.kind == kind)
        for kind in ("promises", "events")
    }
    days = {
        dt.date.fromisoformat(day): [root() / name for name, _, _ in entry["files"]]
        for day, entry in json.loads(earlier.state).items()
    }
    closed = inputs.closed_days(earlier.run, market)
    return state.Before(days, earlier.run.as_of, paths["promises"], paths["events"], closed)


def _folder(run: Run, market: str) -> Path:
    return root() / ".state" / run.version_id[:16] / f"market={market}" / f"{run.pk[:16]}-{run.attempts}"


def _bounded(run: Run, market: str) -> Market:
    """A part of the days, counted from the files; it leaves nothing behind."""
    found = engine.tally(definition_for(run.version, market), inputs.inputs_of(run, market), as_of=run.as_of)
    return Market(inputs.within(run, slices_of(run.version_id, market, found)), [], "")


def count_market(run: Run, market: str) -> Market:
    """One market of a run. Raises ConflictError when a pinned file is not there."""
    if run.since or run.until:
        return _bounded(run, market)
    definition, read = definition_for(run.version, market), inputs.inputs_of(run, market)
    folder, earlier = _folder(run, market), _earlier(run, market)
    if earlier is None:
        found = state.fold_all(definition, read, as_of=run.as_of, folder=folder)
        slices = slices_of(run.version_id, market, found.tally)
        return Market(slices, [], _manifest(found, {}))
    before = _before(earlier, market)
    found = state.fold_again(definition, read, as_of=run.as_of, folder=folder, before=before)
    slices = slices_of(run.version_id, market, found.tally)
    counted = found.counted
    kept = [] if counted is None else [
        leaf for leaf in storage.leaves_of(earlier.vintage) if leaf[0] not in counted
    ]  # fmt: skip
    return Market(slices, kept, _manifest(found, json.loads(earlier.state)))
