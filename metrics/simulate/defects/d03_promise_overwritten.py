"""A later promise takes the place of the original one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, member
from metrics.simulate.tables import DAY, HOUR, REVISED, Block, Tally


class PromiseOverwritten(Planted):
    """The original promise is not in the files any more.

    Its scope are shipments whose promise was revised or missed. A revised one keeps only the revision; a
    missed one gets a promise one to three days later, recorded in the last day before the first one ended.
    """

    kind = "promise_overwritten"
    number = 3
    direction = "up"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        promises, shipments = block.promises, block.shipments
        revised = member(block, promises.shipment[self.scope.promises(block) & (promises.reason == REVISED)])
        known = member(block, promises.shipment[self.scope.promises(block)])
        units = np.flatnonzero(known & (revised | block.late) & (shipments.promise_end <= block.now))
        chosen = member(block, self._share(rng, units))
        original = chosen[promises.shipment] & (promises.reason != REVISED)
        gone = original & revised[promises.shipment]
        moved = original & ~gone
        later = DAY * rng.integers(1, 4, len(shipments))[promises.shipment]
        ends = shipments.promise_end - rng.integers(4 * HOUR, 20 * HOUR, len(shipments))
        changed = replace(
            promises,
            promised_local=np.where(moved, promises.promised_local + later, promises.promised_local),
            recorded=np.where(moved, ends[promises.shipment], promises.recorded),
            reason=np.where(moved, REVISED, promises.reason),
        )
        tally = Tally(len(units), int(chosen.sum()), int(original.sum()))
        return replace(block, promises=changed.take(~gone), tally=tally)
