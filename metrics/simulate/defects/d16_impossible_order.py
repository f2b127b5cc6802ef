"""Deliveries that precede the shipment."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import CREATED, HOUR, Block, Bools, Events, Ints


class ImpossibleOrder(Restamped):
    """Deliveries occur ten minutes to ten hours before their shipment was created."""

    kind = "impossible_order"
    number = 16
    direction = "up"

    def _fits(self, block: Block, events: Events) -> Bools:
        result: Bools = _created(block)[events.shipment] > 0
        return result

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:
        return _created(block)[events.shipment] - rng.integers(600, 10 * HOUR, len(events))


def _created(block: Block) -> Ints:
    """When each shipment was created; 0: not reported."""
    result = np.zeros(len(block.shipments), dtype=np.int64)
    rows = block.events.take(block.events.kind == CREATED)
    result[rows.shipment] = rows.occurred
    return result
