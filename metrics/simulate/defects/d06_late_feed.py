"""What happened is reported later than usual."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted
from metrics.simulate.tables import HOUR, LIVE, Block


class LateFeed(Planted):
    """All live events of a shipment arrive `hours` (48) later, and up to an hour more; some not yet."""

    kind = "late_feed"
    number = 6
    direction = "down"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = self.scope.events(block) & (events.source == LIVE)
        rows, tally = self._drawn(rng, block, events.shipment, rows)
        delay = (self.hours or 48) * HOUR + rng.integers(0, HOUR, len(events))
        received = np.where(rows, events.received + delay, events.received)
        return replace(block, events=replace(events, received=received), tally=tally)
