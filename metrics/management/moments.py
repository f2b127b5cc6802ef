"""Moments as commands take them."""

from __future__ import annotations

import datetime as dt

from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import InvalidInputError


def moment(text: str | None) -> dt.datetime | None:
    """An aware moment from RFC 3339 text. Raises InvalidInputError for anything else."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInputError(f"--as-of '{text}' is not a moment; write it like 2026-11-20T12:00:00Z.")
    return found


def day(text: str | None) -> dt.date | None:
    """A date from YYYY-MM-DD text. Raises InvalidInputError for anything else."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError(f"'{text}' is not a date; write it like 2026-11-09.") from None


def monday(text: str | None) -> dt.date | None:
    """The Monday of an ISO week given like 2026-W45. Raises InvalidInputError for anything else."""
    try:
        return weeks.parse(text) if text else None
    except ValueError as error:
        raise InvalidInputError(str(error)) from None
