"""A carrier's `delivered` events do not arrive; everything else of it still does."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Planted, without_events
from metrics.simulate.tables import DELIVERED, Block


class DeliveredMissing(Planted):
    """Neither the live feed nor the weekly backfill brings any delivery of a shipment."""

    kind = "delivered_events_missing"
    number = 7
    direction = "down"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = self.scope.events(block) & (events.kind == DELIVERED)
        rows, tally = self._drawn(rng, block, events.shipment, rows)
        return without_events(block, rows, tally)
