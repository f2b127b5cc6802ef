"""Declared transitions of an upload."""

from __future__ import annotations

from typing import Final

from django.db import models


class UploadState(models.TextChoices):
    """waiting -> reading -> done | refused. What was cut off stays `reading` and is taken up again."""

    WAITING = "waiting", "waiting"
    READING = "reading", "reading"
    DONE = "done", "done"
    REFUSED = "refused", "refused"


UNFINISHED: Final = (UploadState.WAITING, UploadState.READING)
TRANSITIONS: Final = frozenset(
    {
        (UploadState.WAITING, UploadState.READING),
        (UploadState.READING, UploadState.READING),
        (UploadState.READING, UploadState.DONE),
        (UploadState.READING, UploadState.REFUSED),
    }
)
