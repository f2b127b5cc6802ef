"""How far a long statement of the columnar engine is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import duckdb
from django.db import connections

EVERY: Final = 1.0  # seconds
_log = logging.getLogger(__name__)


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, tell: Callable[[float], None] | None) -> Iterator[None]:
    """Let `tell` hear, once a second and from a thread of its own, the share (0 to 1) that is done.

    It hears growing shares only, and nothing at all when the block is over within a second. What `tell`
    raises is logged and ends the telling, never the block.
    """
    if tell is None:
        yield
        return
    # The engine measures only while a bar is switched on; we draw our own.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("SET progress_bar_time = 0")
    ended = Event()
    looking = Thread(target=_look, args=(connection, tell, ended), daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()


def _look(connection: duckdb.DuckDBPyConnection, tell: Callable[[float], None], ended: Event) -> None:
    told = 0.0
    try:
        while not ended.wait(EVERY):
            share = min(connection.query_progress() / 100, 1.0)
            if share > told:
                told = share
                tell(told)
    except Exception:
        _log.warning("How far it is cannot be told", exc_info=True)
    finally:
        # `tell` may have used the database, and then through a connection of this thread.
        connections.close_all()
