"""What is said where disk or memory ran out. Apart from `columnar`, which does without Django."""

from __future__ import annotations

import duckdb
from django.utils.translation import gettext as _

from otdr_hub.lib.outcome import DomainError


class NoRoomError(DomainError):
    """The machine has no disk or memory left for it; nothing was stored."""

    slug = "no-room"


def out_of_room(error: Exception) -> NoRoomError | None:
    """The error said for people when it means that disk or memory ran out, or None."""
    said = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException):
        return NoRoomError(
            _("There is not enough memory for it; nothing was stored. %(said)s") % {"said": said}
        )
    if isinstance(error, OSError | duckdb.IOException):
        return NoRoomError(
            _("The disk takes no more; nothing was stored. Make room and send it again. %(said)s")
            % {"said": said}
        )
    return None
