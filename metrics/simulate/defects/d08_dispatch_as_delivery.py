"""The feed also reports parcels that went out for delivery as delivered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, with_events
from metrics.simulate.tables import DELIVERED, OUT_FOR_DELIVERY, Block, Tally

SERIALS = 20


class DispatchAsDelivery(Planted):
    """Each out-for-delivery event has a twin of type `delivered`, at the same second.

    The twin has an id of its own; the real delivery, if there was one, is still reported.
    """

    kind = "dispatch_as_delivery"
    number = 8
    direction = "up"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = np.flatnonzero(self.scope.events(block) & (events.kind == OUT_FOR_DELIVERY))
        units = np.unique(events.shipment[rows])
        chosen = self._share(rng, units)
        twins = events.take(rows[np.isin(events.shipment[rows], chosen)])
        twins = replace(
            twins,
            kind=np.full(len(twins), DELIVERED, dtype=np.int16),
            serial=twins.serial + np.int16(SERIALS),
        )
        return with_events(block, twins, Tally(len(units), len(chosen), len(twins)))
