"""A day's file is sent again, with fewer rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, without_events
from metrics.simulate.tables import DAY, Block, Tally


class PartitionShrunk(Planted):
    """Rows received on these days are missing; `severity` is a share of rows, not of shipments.

    The files show the last copy of the day: that there were more rows before is only known to who kept
    the counts. The days of the scope are days of receipt (UTC).
    """

    kind = "partition_shrunk"
    number = 23
    direction = "either"
    clock = "receipt"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        known = replace(self.scope, first_day=None, last_day=None).events(block)
        units = np.flatnonzero(known & self.scope.on_days(events.received // DAY))
        chosen = self._share(rng, units)
        gone = np.zeros(len(events), dtype=np.bool_)
        gone[chosen] = True
        return without_events(block, gone, Tally(len(units), len(chosen), len(chosen)))
