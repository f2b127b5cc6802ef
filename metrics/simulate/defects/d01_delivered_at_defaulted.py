"""The time of delivery is filled with the end of the promise."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import DAY, Block, Bools, Events, Ints


class DeliveredAtDefaulted(Restamped):
    """Deliveries occur at the end of the original promise, to the second.

    Only where the row is not impossible for it: dated at most a day after its receipt.
    """

    kind = "delivered_at_defaulted"
    number = 1
    direction = "up"

    def _fits(self, block: Block, events: Events) -> Bools:
        ends: Ints = block.shipments.promise_end[events.shipment]
        return ends <= events.received + DAY

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:  # noqa: ARG002
        return block.shipments.promise_end[events.shipment]
