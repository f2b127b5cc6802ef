"""Declared transitions of an upload."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_noop


class UploadState(models.TextChoices):
    """waiting -> reading -> done | refused. What was cut off stays `reading` and is taken up again."""

    WAITING = "waiting", gettext_noop("waiting")
    READING = "reading", gettext_noop("reading")
    DONE = "done", gettext_noop("done")
    REFUSED = "refused", gettext_noop("refused")


UNFINISHED: Final = (UploadState.WAITING, UploadState.READING)
TRANSITIONS: Final = frozenset(
    {
        (UploadState.WAITING, UploadState.READING),
        (UploadState.READING, UploadState.READING),
        (UploadState.READING, UploadState.DONE),
        (UploadState.READING, UploadState.REFUSED),
    }
)
