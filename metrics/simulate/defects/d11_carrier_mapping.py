"""The feed names a carrier by another code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted
from metrics.simulate.tables import OTHER_CARRIER, Block


class CarrierMapping(Planted):
    """Events name the carrier by a code that no list of carriers knows (`C412`); promises do not."""

    kind = "carrier_mapping"
    number = 11
    direction = "either"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = self.scope.events(block)
        rows, tally = self._drawn(rng, block, events.shipment, rows)
        style = events.style | np.where(rows, np.int16(OTHER_CARRIER), np.int16(0))
        return replace(block, events=replace(events, style=style), tally=tally)
