"""What a run reads: its pinned files and what was known beside them when it was asked for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from metrics.lake import pins
from metrics.lake.columnar import connect, files_sql
from metrics.lake.schema import NO_MARKET
from metrics.otdr.carriers import renames
from metrics.otdr.engine import Days, Inputs
from metrics.recompute.models import Run
from metrics.recompute.slices import SliceContent


def zones_of(run: Run) -> dict[str, str]:
    """The markets a run was asked for, each with the default zone it had then."""
    return dict(json.loads(run.spec)["markets"])


def closed_days(run: Run, market: str) -> list[Days]:
    """The promise days the market's feed had declared complete when the run was asked for."""
    declared = json.loads(run.spec)["closed"].get(market, [])
    return [(dt.date.fromisoformat(since), dt.date.fromisoformat(until)) for since, until in declared]


def pinned_files(run: Run, market: str) -> list[pins.PinnedFile]:
    """The files of a run's pin that its counts of one market come from."""
    entries = json.loads(run.pin.files)
    return [pins.PinnedFile(**entry) for entry in entries if entry["market"] in (market, NO_MARKET)]


def carrier_files(run: Run) -> list[pins.PinnedFile]:
    """The files of a run's pin that say what carriers are called."""
    return [file for file in pinned_files(run, NO_MARKET) if file.kind == "carriers"]


def _carriers(run: Run, column: str) -> list[tuple[str, dt.date, str | None]]:
    paths = pins.open_files(carrier_files(run), "carriers", NO_MARKET)
    if not paths:
        return []
    with connect() as connection:
        rows = connection.execute(f"SELECT carrier, valid_from, {column} FROM {files_sql(paths)}")
        return list(rows.fetchall())


def carrier_names(run: Run) -> list[tuple[str, dt.date, str | None]]:
    """(carrier, first day, what it is called from then on), as the run's files of carriers say."""
    return _carriers(run, "name")


def _renames(run: Run) -> list[tuple[str, dt.date, str]]:
    return renames(_carriers(run, "merged_into"))


def inputs_of(run: Run, market: str) -> Inputs:
    """The engine's inputs for one market of a run. Raises ConflictError when a pinned file is not there."""
    files = pinned_files(run, market)
    return Inputs(
        promises=pins.open_files(files, "promises", market),
        events=pins.open_files(files, "events", market),
        default_zone=zones_of(run)[market],
        closed=closed_days(run, market),
        renames=_renames(run),
    )


def is_within(run: Run, day: dt.date) -> bool:
    """Whether a promise day is among those the run was asked for."""
    return (run.since is None or run.since <= day) and (run.until is None or day <= run.until)


def within(run: Run, slices: Iterable[SliceContent]) -> list[SliceContent]:
    """The slices of the days a run was asked for."""
    return [item for item in slices if is_within(run, item.day)]
