"""Filed assessments, read back."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from metrics.assessments import storage


def document(digest: str) -> dict[str, Any] | None:
    """A filed assessment as plain values (keys in docs/triage.md); None where none is filed under it."""
    text = storage.assessment_content(digest)
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def document_as_of(market: str, monday: dt.date, version: str, as_of: dt.datetime) -> dict[str, Any] | None:
    """What was found of a market's week, counted by a version (its digest), in the data as of exactly this
    moment; None where it was not looked at."""
    text = storage.assessment_as_of(market, monday, version, as_of)
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found
