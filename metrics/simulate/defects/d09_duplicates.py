"""Rows come twice: events under new ids, promises as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted, member, visible, with_events
from metrics.simulate.tables import Block, Promises, Tally

SERIALS = 10


class Duplicates(Planted):
    """All events and promises of a shipment are there a second time.

    The copies of events arrive up to five minutes later. Joined by shipment, they fan out.
    """

    kind = "duplicates"
    number = 9
    direction = "either"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events, promises = block.events, block.promises
        ours = self.scope.events(block)
        twice = self.scope.promises(block)
        units = np.unique(np.concatenate([events.shipment[ours], promises.shipment[twice]]))
        share = self._share(rng, units)
        chosen = member(block, share)
        copies = events.take(ours & chosen[events.shipment])
        later = copies.received + rng.integers(1, 300, len(copies))
        copies = replace(copies, received=later, serial=copies.serial + np.int16(SERIALS))
        more = promises.take(twice & chosen[promises.shipment])
        tally = Tally(len(units), len(share), visible(block, copies) + len(more))
        block = replace(block, promises=Promises.concat([promises, more]))
        return with_events(block, copies, tally)
