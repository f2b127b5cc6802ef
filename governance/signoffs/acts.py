"""What a sign-off can be about. A room above registers what a complete set of signatures changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Act:
    """What the room that owns an act says about it."""

    completed: Callable[[str], None]
    """Called with a digest, in the signing transaction, when its last required signature is given."""
    authors: Callable[[str], set[int]]
    """Ids of the persons behind a digest: they may not sign it."""


_acts: Final[dict[str, Act]] = {}


def register(name: str, act: Act) -> None:
    """Make an act known under its name."""
    _acts[name] = act


def complete(name: str, digest: str) -> None:
    """Tell the room that owns the act that a digest of it is fully signed."""
    if name in _acts:
        _acts[name].completed(digest)


def authors(name: str, digest: str) -> set[int]:
    """Ids of the persons who may not sign a digest because it is their own."""
    return _acts[name].authors(digest) if name in _acts else set()
