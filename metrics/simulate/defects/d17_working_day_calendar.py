"""Promises are made with the wrong calendar of working days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted
from metrics.simulate.tables import DAY, Block, epoch_day


class WorkingDayCalendar(Planted):
    """Promises are a day shorter: a holiday was counted as a working day.

    With a first day in the scope, that day is the holiday, and only promises made before and ending on or
    after it are touched. What carriers do stays as it was.
    """

    kind = "working_day_calendar"
    number = 17
    direction = "down"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        promises = block.promises
        rows = self.scope.promises(block)
        if self.scope.first_day is not None:
            rows &= promises.recorded < epoch_day(self.scope.first_day) * DAY
        rows, tally = self._drawn(rng, block, promises.shipment, rows)
        local = np.where(rows, promises.promised_local - DAY, promises.promised_local)
        return replace(block, promises=replace(promises, promised_local=local), tally=tally)
