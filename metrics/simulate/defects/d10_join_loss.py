"""Events carry shipment ids in another format than promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted
from metrics.simulate.tables import OTHER_ID, Block


class JoinLoss(Planted):
    """Events name `BR-0000000123` as `br123`, so they find no promise and the promise finds no events."""

    kind = "join_loss"
    number = 10
    direction = "down"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = self.scope.events(block)
        rows, tally = self._drawn(rng, block, events.shipment, rows)
        style = events.style | np.where(rows, np.int16(OTHER_ID), np.int16(0))
        return replace(block, events=replace(events, style=style), tally=tally)
