"""Who is about to see which numbers: written down, so that a correction finds its readers."""

from __future__ import annotations

from rest_framework.request import Request

from governance.access.models import User
from governance.access.views import actor_of
from governance.publication.readers import note_read
from otdr_hub.hub.reading import Reading


def reader_of(request: Request) -> User:
    """Whoever asks the API, by session or token."""
    return request.user if isinstance(request.user, User) else actor_of(request._request)


def noted(person: User, surface: str, *readings: Reading) -> None:
    """Note that somebody sees numbers of these readings. The roll-up holds every market that is shown, so
    whoever sees it has seen of each."""
    for reading in readings:
        seen = [market.code for market in reading.markets if market.weeks]
        seen += [
            f"{market.code}/carrier" for market in reading.markets
            if market.carriers is not None and market.carriers.reason is None
        ]  # fmt: skip
        if reading.publication is not None and seen:
            note_read(person, reading.publication.number, surface, seen)
