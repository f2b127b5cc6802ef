"""A feed writes its times in the wrong zone."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import HOUR, SCANS, Block, Events, Ints


class TimezoneOffset(Restamped):
    """Everything the carrier scanned occurred `hours` (3) later than it did; negative hours: earlier."""

    kind = "timezone_offset"
    number = 12
    direction = "down"
    kinds = SCANS

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:  # noqa: ARG002
        return events.occurred + (3 if self.hours is None else self.hours) * HOUR
