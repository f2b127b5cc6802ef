"""Questions about runs."""

from __future__ import annotations

from metrics.recompute.models import Run
from metrics.recompute.states import RunState


def unfinished() -> list[Run]:
    """Runs that are asked for or interrupted, oldest first."""
    return list(Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING]))


def vintages_of(run: Run) -> dict[str, str]:
    """Market code -> vintage digest of a finished run."""
    return dict(run.vintages.values_list("market", "vintage"))
