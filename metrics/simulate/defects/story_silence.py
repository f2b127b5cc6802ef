"""A carrier's `delivered` events stop arriving on a day of receipt, all of them: the demonstration's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from metrics.simulate.tables import DELIVERED, Block, epoch_seconds


@dataclass(frozen=True)
class DeliveredEventsMissing:
    """From `from_day` 00:00 UTC until `until` 00:00 UTC (None: for good) no `delivered` event is received.

    Neither the live feed nor the weekly backfill brings them, whatever day they happened on.
    """

    market: str
    carrier: str
    from_day: dt.date
    until: dt.date | None = None
    kind: ClassVar[str] = "carrier_silence"

    def apply(self, block: Block, rng: np.random.Generator) -> Block:  # noqa: ARG002 (nothing to draw here)
        """Drop those events from the block."""
        if block.market.code != self.market:
            return block
        events = block.events
        ours = block.shipments.carrier[events.shipment] == block.carrier_number(self.carrier)
        silent = events.received >= epoch_seconds(self.from_day)
        if self.until is not None:
            silent &= events.received < epoch_seconds(self.until)
        return replace(block, events=events.take(~(ours & silent & (events.kind == DELIVERED))))

    def truth(self) -> dict[str, object]:
        """Market, carrier and the first and last day of silence."""
        return {
            "kind": self.kind,
            "market": self.market,
            "carrier": self.carrier,
            "from": self.from_day.isoformat(),
            "until": self.until.isoformat() if self.until else None,
        }
