"""Declared transitions of a run."""

from django.db import models


class RunState(models.TextChoices):
    """queued -> running -> done | failed. A run that was cut off stays `running` and is taken up again."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


TRANSITIONS: frozenset[tuple[RunState, RunState]] = frozenset(
    {
        (RunState.QUEUED, RunState.RUNNING),
        (RunState.RUNNING, RunState.RUNNING),
        (RunState.RUNNING, RunState.DONE),
        (RunState.RUNNING, RunState.FAILED),
    }
)
