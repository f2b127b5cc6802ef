"""A service enters that was not counted before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import (
    Planted,
    added_shipments,
    copied_promises,
    member,
    own,
    promised,
    visible,
    with_events,
)
from metrics.simulate.tables import CREATED, DAY, ECONOMY, Block, Promises, Tally

NUMBERS = 1_000_000_000
SLOW = 0.45


class ScopeChange(Planted):
    """As many shipments as `severity` of the scope's are added, of service `economy`, with ids of their own.

    They are copies of the scope's shipments, except that 45 % of them move and arrive a day later.
    """

    kind = "scope_change"
    number = 24
    direction = "down"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        units = np.flatnonzero(self.scope.shipments(block) & own(block) & promised(block))
        donors = self._share(rng, units)
        block, rows = added_shipments(block, donors, NUMBERS)
        shipments = block.shipments
        service = np.where(member(block, rows), ECONOMY, shipments.service)
        events = block.events.take(member(block, donors)[block.events.shipment])
        events = replace(events, shipment=rows[np.searchsorted(donors, events.shipment)])
        slow = np.zeros(len(shipments), dtype=np.bool_)
        slow[rows] = rng.random(len(rows)) < SLOW
        later = np.where(slow[events.shipment] & (events.kind != CREATED), DAY, 0)
        events = replace(events, occurred=events.occurred + later, received=events.received + later)
        promises = copied_promises(block, donors, rows)
        block = replace(
            block,
            shipments=replace(shipments, service=service),
            promises=Promises.concat([block.promises, promises]),
        )
        tally = Tally(len(units), len(rows), visible(block, events) + len(promises))
        return with_events(block, events, tally)
