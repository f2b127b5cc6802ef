"""Who opened or exported which number: a row for the first time, so that a correction finds its readers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from django.db import DatabaseError, connection, transaction

from governance.access.models import User
from otdr_hub.lib import clock

_log = logging.getLogger(__name__)
_MOST: Final = 50_000
# What this process knows to be on record: nobody asks the database twice. Losing it costs a look-up.
_known: Final[set[tuple[int, int, str, str]]] = set()
_NOTE: Final = """
INSERT INTO governance_publicationread (person_id, publication_id, surface, scope, at)
SELECT %s, %s, %s, x.scope, %s FROM unnest(%s::text[]) AS x(scope) ON CONFLICT DO NOTHING
"""


def note_read(user: User, publication_number: int, surface: str, markets: Iterable[str]) -> None:
    """Note that somebody saw numbers of these markets (`BR`, or `BR/carrier` for its carriers) of a
    publication on a surface (`page`, `api`, `csv`, `xlsx`, `pdf`, `print`).

    The reader goes on reading where it cannot be written down; the log says so.
    """
    keys = {(user.pk, publication_number, surface, scope) for scope in markets} - _known
    if not keys:
        return
    scopes = sorted(key[3] for key in keys)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NOTE, [user.pk, publication_number, surface, clock.now(), scopes])
        transaction.on_commit(lambda: _remember(keys))
    except DatabaseError:
        _log.exception("not noted: %s read P-%d (%s)", user.username, publication_number, surface)


def _remember(keys: set[tuple[int, int, str, str]]) -> None:
    if len(_known) + len(keys) > _MOST:
        _known.clear()
    _known.update(keys)
