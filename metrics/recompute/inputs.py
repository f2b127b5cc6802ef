"""What a run reads: its pinned files and the zones its markets had when it was asked for."""

from __future__ import annotations

import json

from metrics.lake import pins
from metrics.otdr.engine import Inputs
from metrics.recompute.models import Run


def zones_of(run: Run) -> dict[str, str]:
    """The markets a run was asked for, each with the default zone it had then."""
    return dict(json.loads(run.spec)["markets"])


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
    )
