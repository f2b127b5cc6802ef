"""Sorts the rows of all blocks into the weeks in which they are received."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from metrics.simulate.rows import EventRows, PromiseRows, chosen_events, chosen_promises
from metrics.simulate.tables import EPOCH, Block, Ints, week_of


@dataclass(frozen=True)
class Sorted:
    """The rows of one block by the running number of the week of their receipt."""

    block: Block
    promises: dict[int, PromiseRows]
    events: dict[int, EventRows]


def sorted_rows(block: Block) -> Sorted:
    """What of a block is in the files, by week of receipt."""
    promises, events = block.promises.recorded, block.events.received
    return Sorted(
        block,
        {week: chosen_promises(block, chosen) for week, chosen in _weeks(promises, block.now)},
        {week: chosen_events(block, chosen) for week, chosen in _weeks(events, block.now)},
    )


class Pending:
    """Rows by the week of their receipt, until the week is complete."""

    def __init__(self) -> None:
        self._promises: dict[int, list[PromiseRows]] = defaultdict(list)
        self._events: dict[int, list[EventRows]] = defaultdict(list)
        self._handed_out = -1

    def add(self, rows: Sorted) -> None:
        """Keep the rows of one block."""
        none = np.empty(0, dtype=np.int64)
        for week in rows.promises.keys() | rows.events.keys():
            if week <= self._handed_out:
                raise RuntimeError("a row belongs to a week whose files are already written")
            self._promises[week].append(rows.promises.get(week) or chosen_promises(rows.block, none))
            self._events[week].append(rows.events.get(week) or chosen_events(rows.block, none))

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


def _weeks(instant: Ints, now: int) -> Iterator[tuple[int, Ints]]:
    """The weeks of instants up to `now`, each with the rows that are in it, in their order."""
    weeks = week_of(instant)
    seen = instant <= now
    if not seen.any():
        return
    known = weeks[seen]
    weeks[~seen] = -1
    for week in range(int(known.min()), int(known.max()) + 1):
        chosen = np.flatnonzero(weeks == week)
        if len(chosen):
            yield week, chosen
