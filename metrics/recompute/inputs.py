"""What a run reads: its pinned files and the zones its markets had when it was asked for."""

from __future__ import annotations

import datetime as dt
import json

from metrics.lake import pins
from metrics.otdr.engine import Inputs
from metrics.recompute.models import Run


def zones_of(run: Run) -> dict[str, str]:
    """The markets a run was asked for, each with the default zone it had then."""
    return dict(json.loads(run.spec)["markets"])


def closed_days(run: Run, market: str) -> list[tuple[dt.date, dt.date]]:
    """The promise days the market's feed had declared complete when the run was asked for."""
    declared = json.loads(run.spec)["closed"].get(market, [])
    return [(dt.date.fromisoformat(since), dt.date.fromisoformat(until)) for since, until in declared]


def pinned_files(run: Run, market: str) -> list[pins.PinnedFile]:
    """The files of a run's pin that hold rows of one market."""
    entries = json.loads(run.pin.files)
    return [pins.PinnedFile(**entry) for entry in entries if entry["market"] == market]


def inputs_of(run: Run, market: str) -> Inputs:
    """The engine's inputs for one market of a run. Raises ConflictError when a pinned file is not there."""
    files = pinned_files(run, market)
    return Inputs(
        promises=pins.open_files(files, "promises", market),
        events=pins.open_files(files, "events", market),
        default_zone=zones_of(run)[market],
        closed=closed_days(run, market),
    )
