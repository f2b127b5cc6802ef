"""Times of delivery are rounded down to the local midnight."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import DAY, Block, Events, Ints


class HeapedTimes(Restamped):
    """The day of delivery is right, its time is 00:00:00 at the destination."""

    kind = "heaped_times"
    number = 2
    direction = "up"

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:  # noqa: ARG002
        offset = block.shipments.offset[events.shipment]
        return (events.occurred + offset) // DAY * DAY - offset
