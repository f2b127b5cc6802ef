"""Shipments get lost between two systems: created, but never promised."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Planted, without_promises
from metrics.simulate.tables import Block


class VolumeNotConserved(Planted):
    """All promises of a shipment are missing, whatever became of it."""

    kind = "volume_not_conserved"
    number = 19
    direction = "either"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        units = np.unique(block.promises.shipment[self.scope.promises(block)])
        return without_promises(block, units, self._share(rng, units))
