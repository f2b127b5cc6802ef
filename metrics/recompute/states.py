"""Declared transitions of a run."""

from django.db import models
from django.utils.translation import gettext_noop


class RunState(models.TextChoices):
    """queued -> running -> done | failed. A run that was cut off stays `running` and is taken up again."""

    QUEUED = "queued", gettext_noop("queued")
    RUNNING = "running", gettext_noop("running")
    DONE = "done", gettext_noop("done")
    FAILED = "failed", gettext_noop("failed")


TRANSITIONS: frozenset[tuple[RunState, RunState]] = frozenset(
    {
        (RunState.QUEUED, RunState.RUNNING),
        (RunState.RUNNING, RunState.RUNNING),
        (RunState.RUNNING, RunState.DONE),
        (RunState.RUNNING, RunState.FAILED),
    }
)
