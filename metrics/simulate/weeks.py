"""Sorts the rows of all blocks into the weeks in which they are received."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

import numpy as np

from metrics.simulate.rows import EventRows, PromiseRows
from metrics.simulate.tables import EPOCH, Ints, Table, week_of

T = TypeVar("T", bound=Table)


class Pending:
    """Rows by the week of their receipt, until the week is complete."""

    def __init__(self) -> None:
        self._promises: dict[int, list[PromiseRows]] = defaultdict(list)
        self._events: dict[int, list[EventRows]] = defaultdict(list)
        self._handed_out = -1

    def add(self, promises: PromiseRows, events: EventRows) -> None:
        """Sort the rows of one block into their weeks of receipt."""
        for week, rows in _split(promises, promises.recorded):
            self._promises[week].append(rows)
            self._events[week].append(events.take(slice(0)))
        for week, found in _split(events, events.received):
            self._events[week].append(found)
            self._promises[week].append(promises.take(slice(0)))
        if self._events and min(self._events) <= self._handed_out:
            raise RuntimeError("a row belongs to a week whose files are already written")

    def weeks_before(self, week: int | None) -> Iterator[tuple[dt.date, PromiseRows, EventRows]]:
        """Hand out and forget all weeks before this one (None: all)."""
        for number in sorted(w for w in self._events if week is None or w < week):
            monday = EPOCH + dt.timedelta(days=number * 7 - 3)
            self._handed_out = number
            yield (
                monday,
                PromiseRows.concat(self._promises.pop(number)),
                EventRows.concat(self._events.pop(number)),
            )


def _split(rows: T, instant: Ints) -> Iterator[tuple[int, T]]:
    weeks = week_of(instant)
    if not len(weeks):
        return
    for week in range(int(weeks.min()), int(weeks.max()) + 1):
        chosen = np.flatnonzero(weeks == week)
        if len(chosen):
            yield week, rows.take(chosen)
