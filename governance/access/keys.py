"""What a token looks like, what it may be used for, and what is kept of it."""

from __future__ import annotations

import hashlib
import re
import secrets
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy

SCOPES: Final = MappingProxyType(
    {
        "read": gettext_lazy("reads what its person may read"),
        "ingest": gettext_lazy("delivers batches"),
        "run": gettext_lazy("starts recomputes"),
    }
)
"""Deciding and signing are not among them: those take a person who has just proven to be there."""

LONGEST_DAYS: Final = 366
_SHAPE: Final = re.compile(r"otdr_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}")


def make() -> tuple[str, str]:
    """A new token and its prefix. 256 random bits: nobody guesses it, so a fast hash is enough."""
    prefix = secrets.token_hex(4)
    return f"otdr_{prefix}_{secrets.token_urlsafe(32)}", prefix


def looks_right(text: str) -> bool:
    """Whether a text has the shape of a token; anything else need not trouble the database."""
    return _SHAPE.fullmatch(text) is not None


def digest_of(token: str) -> str:
    """What is stored in place of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
