"""Content addresses: canonical JSON, then SHA-256.

Canonical means: keys sorted, no white space, UTF-8, no floats. Two values that mean the same
have the same bytes, so a digest can be recomputed by anybody with a JSON library and sha256.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise TypeError("a naive time has no canonical form")
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> str:
    """The canonical JSON text of a value. Raises TypeError for floats and anything without one form."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def of(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, 64 hex characters."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def of_bytes(data: bytes) -> str:
    """SHA-256 of bytes, 64 hex characters."""
    return hashlib.sha256(data).hexdigest()


def of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex characters; reads in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
