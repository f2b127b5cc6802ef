"""What a sign-off can be about. A room above registers what a complete set of signatures changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from governance.ledger.services import Facts


@dataclass(frozen=True, slots=True)
class Act:
    """What the room that owns an act says about it."""

    completed: Callable[[str], Facts]
    """Called with a digest, in the signing transaction, when its last required signature is given.

    Returns what that changes, for the ledger entry of the signature; nothing where nothing is stored.
    """
    authors: Callable[[str], set[int]]
    """Ids of the persons behind a digest: they may not sign it."""
    current: Callable[[str], bool] = lambda digest: True  # noqa: ARG005 (most never end)
    """Whether a digest is still asked about; False once something newer stands in for it."""
    rejected: Callable[[str], Facts] = lambda digest: {}  # noqa: ARG005 (most only stay unsigned)
    """Called with a digest, in the signing transaction, when somebody rejects it; answers as `completed`."""


_acts: Final[dict[str, Act]] = {}
_held: Final[dict[str, list[Callable[[str], str]]]] = {}
_barred: Final[dict[str, list[Callable[[str], set[int]]]]] = {}


def register(name: str, act: Act) -> None:
    """Make an act known under its name."""
    _acts[name] = act


def complete(name: str, digest: str) -> Facts:
    """Tell the room that owns the act that a digest of it is fully signed; what that makes true."""
    return _acts[name].completed(digest) if name in _acts else {}


def reject(name: str, digest: str) -> Facts:
    """Tell the room that owns the act that a digest of it was rejected; what that makes true."""
    return _acts[name].rejected(digest) if name in _acts else {}


def authors(name: str, digest: str) -> set[int]:
    """Ids of the persons who may not sign a digest because it is their own, or rests on their work."""
    own = _acts[name].authors(digest) if name in _acts else set()
    return own.union(*(find(digest) for find in _barred.get(name, [])))


def bar(name: str, find: Callable[[str], set[int]]) -> None:
    """Let a room above name more persons who may not sign digests of an act, such as who recomputed."""
    known = _barred.setdefault(name, [])
    if find not in known:
        known.append(find)


def hold(name: str, why: Callable[[str], str]) -> None:
    """Let a room above say why nobody may agree to a digest of an act for now (empty: they may)."""
    known = _held.setdefault(name, [])
    if why not in known:
        known.append(why)


def held(name: str, digest: str) -> str:
    """Why nobody may agree to a digest for now, in one sentence; empty where they may."""
    return next((said for why in _held.get(name, []) if (said := why(digest))), "")


def is_current(name: str, digest: str) -> bool:
    """Whether signatures over a digest of an act are still wanted."""
    return _acts[name].current(digest) if name in _acts else True
