"""Rows of tests or replays are among the real ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, added_shipments, copied_promises, own, with_events
from metrics.simulate.tables import (
    CREATED,
    DELIVERED,
    HOUR,
    LIVE,
    OUT_FOR_DELIVERY,
    Block,
    Events,
    Ints,
    Promises,
    Tally,
)

NUMBERS = 2_000_000_000


class TestTraffic(Planted):
    """As many shipments as `severity` of the scope's are added, with ids of a range of their own.

    Each is created an hour after checkout, goes out 24 hours and is delivered 26 hours later, and every
    event is received a minute after it: always in time.
    """

    kind = "test_traffic"
    number = 20
    direction = "up"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        shipments = block.shipments
        out = shipments.checkout + 27 * HOUR
        units = np.flatnonzero(self.scope.shipments(block) & own(block) & (out + HOUR <= block.now))
        donors = self._share(rng, units)
        block, rows = added_shipments(block, donors, NUMBERS)
        promises = copied_promises(block, donors, rows)
        parts = [
            _event(block, rows, kind, hours)
            for kind, hours in ((CREATED, 1), (OUT_FOR_DELIVERY, 25), (DELIVERED, 27))
        ]
        more = Events.concat(parts)
        block = replace(block, promises=Promises.concat([block.promises, promises]))
        return with_events(block, more, Tally(len(units), len(rows), len(more) + len(promises)))


def _event(block: Block, rows: Ints, kind: int, hours: int) -> Events:
    """An event of each shipment, so many hours after its checkout."""
    occurred = block.shipments.checkout[rows] + hours * HOUR
    fill = np.zeros(len(rows), dtype=np.int16)
    return Events(
        shipment=rows,
        kind=fill + np.int16(kind),
        serial=fill + np.int16(1),
        occurred=occurred,
        received=occurred + 60,
        reason=fill,
        source=fill + np.int16(LIVE),
        integration=block.catalogue.integration_at(block.shipments.carrier[rows], occurred + 60),
        style=fill,
    )
