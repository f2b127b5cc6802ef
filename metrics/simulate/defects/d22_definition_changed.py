"""The feed counts an attempt as a delivery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted
from metrics.simulate.tables import ATTEMPTED, DELIVERED, NO_REASON, Block

SERIALS = 30


class DefinitionChanged(Planted):
    """Events `attempted` come as `delivered`, without a reason.

    A change of the product's own definition or code leaves no trace in input files; this is the one that
    does: the meaning of a type changes at its source. Its scope are shipments with an attempt.
    """

    kind = "definition_changed"
    number = 22
    direction = "up"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = self.scope.events(block) & (events.kind == ATTEMPTED)
        rows, tally = self._drawn(rng, block, events.shipment, rows)
        second = events.occurred > block.shipments.promise_end[events.shipment]
        changed = replace(
            events,
            kind=np.where(rows, np.int16(DELIVERED), events.kind),
            serial=np.where(rows, events.serial + np.int16(SERIALS) + second.astype(np.int16), events.serial),
            reason=np.where(rows, np.int16(NO_REASON), events.reason),
        )
        return replace(block, events=changed, tally=tally)
