"""Yesterday's rows are sent again as today's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, with_events
from metrics.simulate.tables import DAY, LIVE, Block

SERIALS = 40


class CopiedFeed(Planted):
    """Live events of a shipment come again a day after, under new ids; the time of the event is the old one.

    Rows that the copy took the place of are not missing here: that is another defect, and can be planted
    beside it.
    """

    kind = "copied_feed"
    number = 21
    direction = "either"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = self.scope.events(block) & (events.source == LIVE) & (events.received + DAY <= block.now)
        rows, tally = self._drawn(rng, block, events.shipment, rows)
        copies = events.take(rows)
        copies = replace(copies, received=copies.received + DAY, serial=copies.serial + np.int16(SERIALS))
        return with_events(block, copies, tally)
