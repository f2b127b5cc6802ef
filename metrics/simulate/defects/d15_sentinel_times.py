"""Times of delivery that stand for nothing, or are in the wrong unit."""

from __future__ import annotations

import numpy as np

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import Block, Events, Ints

FAR = 4_102_358_400  # 2099-12-31 00:00 UTC


class SentinelTimes(Restamped):
    """A third each: 1970-01-01, 2099-12-31, and seconds read as milliseconds (January 1970)."""

    kind = "sentinel_times"
    number = 15
    direction = "either"

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:  # noqa: ARG002
        which = rng.integers(0, 3, len(events))
        return np.choose(which, [np.zeros_like(events.occurred), FAR + 0 * which, events.occurred // 1000])
