"""Who is about to see which numbers: written down, so that a correction finds its readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rest_framework.request import Request

from governance.access.models import User
from governance.access.views import actor_of
from governance.publication.readers import note_read
from otdr_hub.hub.reading import Reading


def reader_of(request: Request) -> User:
    """Whoever asks the API, by session or token."""
    return request.user if isinstance(request.user, User) else actor_of(request._request)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer shows: numbers of these scopes of a publication, on a surface."""

    publication: int
    surface: str
    scopes: tuple[str, ...]


def noted(person: User, surface: str, *readings: Reading) -> tuple[Seen, ...]:
    """Note that somebody sees numbers of these readings, and say of which. The roll-up holds every market
    that is shown, so whoever sees it has seen of each."""
    found = []
    for reading in readings:
        seen = [market.code for market in reading.markets if market.weeks]
        seen += [
            f"{market.code}/carrier" for market in reading.markets
            if market.carriers is not None and market.carriers.reason is None
        ]  # fmt: skip
        if reading.publication is not None and seen:
            found.append(Seen(reading.publication.number, surface, tuple(seen)))
    noted_again(person, found)
    return tuple(found)


def noted_again(person: User, found: Iterable[Seen]) -> None:
    """Note that somebody sees what was made for another reader under the same state."""
    for one in found:
        note_read(person, one.publication, one.surface, one.scopes)
