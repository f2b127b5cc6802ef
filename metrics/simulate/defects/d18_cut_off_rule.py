"""Promised times are cut off to the date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.defects.base import Planted
from metrics.simulate.tables import DAY, Block


class CutOffRule(Planted):
    """A window that ends at 18:00 is promised for 00:00 of its day. Its scope are promises with a time."""

    kind = "cut_off_rule"
    number = 18
    direction = "down"

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        promises = block.promises
        rows = self.scope.promises(block) & promises.window
        rows, tally = self._drawn(rng, block, promises.shipment, rows)
        local = np.where(rows, promises.promised_local // DAY * DAY, promises.promised_local)
        return replace(block, promises=replace(promises, promised_local=local), tally=tally)
