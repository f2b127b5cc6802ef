"""Moments as commands take them."""

from __future__ import annotations

import datetime as dt

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
