"""A feed misses the change of the clocks."""

from __future__ import annotations

import datetime as dt

import numpy as np

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import DAY, HOUR, SCANS, Block, Bools, Events, Ints, epoch_day


class DaylightSaving(Restamped):
    """Scans from the day of the change on are one hour early (`hours`: -1; +1 in spring).

    That day is the first of the scope, else the last Sunday of October of the block's year.
    """

    kind = "daylight_saving"
    number = 13
    direction = "up"
    kinds = SCANS

    def _fits(self, block: Block, events: Events) -> Bools:
        change = self.scope.first_day or last_sunday_of_october(block.monday.year)
        since: Bools = events.occurred >= epoch_day(change) * DAY + HOUR
        return since

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:  # noqa: ARG002
        return events.occurred + (-1 if self.hours is None else self.hours) * HOUR


def last_sunday_of_october(year: int) -> dt.date:
    """When clocks in Europe go back."""
    last = dt.date(year, 10, 31)
    return last - dt.timedelta(days=(last.weekday() + 1) % 7)
