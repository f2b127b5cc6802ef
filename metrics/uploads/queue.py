"""Telling the worker that there is something to read."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from kombu.exceptions import OperationalError

from metrics.uploads.models import Upload

# The task's name, and not the task: `metrics.tasks` imports this room.
READ: Final = "metrics.upload"
_log = logging.getLogger(__name__)


def send(upload: Upload) -> bool:
    """Send the message; False when the broker cannot be reached, and then `reconcile` sends it later."""
    try:
        current_app.send_task(READ, args=(str(upload.pk),), retry=False)
    except OperationalError as error:
        _log.warning("%s waits, but the broker cannot be reached: %s", upload, error)
        return False
    return True
