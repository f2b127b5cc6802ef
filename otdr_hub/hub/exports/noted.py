"""Who took what away: noted when it is asked for, and said in the log when it was cut off."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from governance.access.models import User
from governance.publication.readers import note_read

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taking:
    """One file on its way to one person."""

    user: User
    publication: int
    surface: str
    markets: Sequence[str]
    file: str


def note(taking: Taking) -> None:
    """Keep that this person takes this away, so that a correction finds them."""
    note_read(taking.user, taking.publication, taking.surface, taking.markets)
    _log.info("export.taken %s by %s: %s", taking.surface, taking.user.username, taking.file)


def watched(chunks: Iterable[bytes], taking: Taking) -> Iterator[bytes]:
    """The same chunks; when not all of them were taken, the log says so."""
    is_whole = False
    try:
        yield from chunks
        is_whole = True
    finally:
        if not is_whole:
            who = taking.user.username
            _log.warning("export.aborted %s by %s: %s was cut off", taking.surface, who, taking.file)
