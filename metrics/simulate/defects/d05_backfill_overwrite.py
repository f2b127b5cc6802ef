"""The weekly backfill re-sends deliveries with other times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, with_events
from metrics.simulate.receipts import backfill_arrival
from metrics.simulate.tables import BACKFILL, DELIVERED, HOUR, LIVE, Block, Tally


class BackfillOverwrite(Planted):
    """Deliveries known live come again under the same event id, and the later row wins.

    Late ones are dated five minutes to eight hours before the promise ended, the others within half an
    hour of what was known. Its scope are deliveries whose next backfill is in the files.
    """

    kind = "backfill_overwrite"
    number = 5
    direction = "up"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events, ends = block.events, block.shipments.promise_end
        known = self.scope.shipments(block)[events.shipment] & (events.source == LIVE)
        rows = np.flatnonzero(known & (events.kind == DELIVERED) & (events.serial == 1))
        last = np.lexsort((events.received[rows], events.shipment[rows]))
        rows = rows[last][np.flatnonzero(np.diff(events.shipment[rows[last]], append=-1))]
        copies = events.take(rows)
        arrival = backfill_arrival(rng, copies.received)
        copies = replace(copies, received=arrival, source=np.full(len(rows), BACKFILL, dtype=np.int16))
        copies = copies.take(self.scope.in_batch(copies) & (arrival <= block.now))
        units = copies.shipment
        copies = copies.take(np.isin(units, self._share(rng, units)))
        late = copies.occurred > ends[copies.shipment]
        early = ends[copies.shipment] - rng.integers(300, 8 * HOUR, len(copies))
        near = copies.occurred + rng.integers(-1800, 1800, len(copies))
        version = block.catalogue.integration_at(block.shipments.carrier[copies.shipment], copies.received)
        copies = replace(copies, occurred=np.where(late, early, near), integration=version)
        return with_events(block, copies, Tally(len(units), len(copies), len(copies)))
