"""Filed assessments, read back."""

from __future__ import annotations

import json
from typing import Any

from metrics.recompute import storage


def document(digest: str) -> dict[str, Any] | None:
    """A filed assessment as plain values (keys in docs/triage.md); None where none is filed under it."""
    text = storage.assessment_content(digest)
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found
