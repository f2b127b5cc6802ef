"""What a sign-off can be about. A room above registers what a complete set of signatures changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Completed = Callable[[str], None]

_on_complete: Final[dict[str, Completed]] = {}


def register(act: str, completed: Completed) -> None:
    """Call `completed(digest)` in the signing transaction once a digest of this act is fully signed."""
    _on_complete[act] = completed


def complete(act: str, digest: str) -> None:
    """Tell the room that owns the act."""
    handler = _on_complete.get(act)
    if handler is not None:
        handler(digest)
