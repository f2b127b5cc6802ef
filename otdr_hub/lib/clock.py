"""The one clock. Tests and the demonstration move it here and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_claimed: ContextVar[dt.datetime | None] = ContextVar("claimed_now", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC; inside `at()` the moment claimed there."""
    return _claimed.get() or dt.datetime.now(dt.UTC)


def claimed() -> dt.datetime | None:
    """The moment claimed by `at()`, or None when the clock runs free.

    The ledger stores it beside the database's own time, so a demonstration's past is labelled as such.
    """
    return _claimed.get()


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (aware) inside the block."""
    if moment.tzinfo is None:
        raise ValueError("clock.at() needs an aware moment")
    token = _claimed.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _claimed.reset(token)
