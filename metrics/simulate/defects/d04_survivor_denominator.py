"""Shipments without a delivery lose their promise, and so leave the denominator."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Planted, delivered, member, without_promises
from metrics.simulate.tables import Block


class SurvivorDenominator(Planted):
    """Its scope are promised shipments whose delivery is not in the files."""

    kind = "survivor_denominator"
    number = 4
    direction = "up"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        known = member(block, block.promises.shipment[self.scope.promises(block)])
        units = np.flatnonzero(known & ~delivered(block))
        return without_promises(block, units, self._share(rng, units))
