"""The weekly backfill re-sends deliveries with the promise's end where the carrier gave no time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from metrics.simulate.draw import exactly
from metrics.simulate.receipts import BACKFILL_RUN
from metrics.simulate.tables import (
    BACKFILL,
    CANCELLED,
    DAY,
    DELIVERED,
    NO_REASON,
    OUT_FOR_DELIVERY,
    Block,
    Bools,
    Events,
    Ints,
    epoch_day,
    next_backfill,
)

RESTAMP_SERIAL = 3  # the world itself numbers deliveries 1 and 2


@dataclass(frozen=True)
class BackfillDefaultedStamps:
    """For the promise days `first_day`..`last_day` of a market, in the weekly backfill after them.

    Deliveries already received come again with the same event id; `share_of_late` of the shipments that are
    not on time, and enough others that `share_of_all` of the re-sent deliveries are affected, get
    `occurred_at` = end of the original promise, to the second. Shipments still open when the backfill runs
    are closed the same way under an event id of their own, so their later live delivery stays readable.
    """

    market: str
    first_day: dt.date
    last_day: dt.date
    share_of_late: float = 0.97
    share_of_all: float = 0.41
    kind: ClassVar[str] = "backfill_defaulted_stamps"

    def apply(self, block: Block, rng: np.random.Generator) -> Block:
        """Replace what that backfill carries about deliveries of those days."""
        if block.market.code != self.market:
            return block
        covered = self._covered(block)
        if not covered.any():
            return block
        run = int(next_backfill(np.array([epoch_day(self.last_day) * DAY]))[0])
        events = block.events
        is_delivery = (events.kind == DELIVERED) & covered[events.shipment]
        in_run = is_delivery & (events.source == BACKFILL) & (events.received // DAY == run // DAY)
        deliveries = events.take(is_delivery)
        known = _known_before(deliveries, run)
        late = np.flatnonzero(covered & ~_on_time(block, deliveries))
        stamped = exactly(rng, late, round(self.share_of_late * len(late)))
        closed = np.setdiff1d(stamped, known.shipment)
        total = len(known) + len(closed)
        others = np.setdiff1d(known.shipment, late)
        more = exactly(rng, others, round(self.share_of_all * total) - len(stamped))
        defaulted = np.zeros(len(block.shipments), dtype=np.bool_)
        defaulted[np.concatenate([stamped, more])] = True
        resent = Events.concat([known, _closing(block, closed)])
        end = block.shipments.promise_end[resent.shipment]
        arrival = run + rng.integers(0, BACKFILL_RUN, len(resent))
        resent = replace(
            resent,
            occurred=np.where(defaulted[resent.shipment], end, resent.occurred),
            received=arrival,
            source=np.full(len(resent), BACKFILL, dtype=np.int16),
            integration=block.catalogue.integration_at(block.shipments.carrier[resent.shipment], arrival),
        )
        return replace(block, events=Events.concat([events.take(~in_run), resent]))

    def truth(self) -> dict[str, object]:
        """Market, promise days and strength."""
        return {
            "kind": self.kind,
            "market": self.market,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "share_of_late": self.share_of_late,
            "share_of_all": self.share_of_all,
        }

    def _covered(self, block: Block) -> Bools:
        """Shipments promised on those days, with a promise, and not cancelled before dispatch."""
        day, events = block.shipments.day, block.events
        covered = (day >= epoch_day(self.first_day)) & (day <= epoch_day(self.last_day))
        promised = np.zeros(len(day), dtype=np.bool_)
        promised[block.promises.shipment] = True
        cancelled = np.zeros(len(day), dtype=np.bool_)
        cancelled[events.shipment[events.kind == CANCELLED]] = True
        cancelled[events.shipment[events.kind == OUT_FOR_DELIVERY]] = False
        return covered & promised & ~cancelled


def _latest(deliveries: Events) -> Events:
    """The latest received row of each event id, ordered by shipment."""
    order = np.lexsort((deliveries.received, deliveries.serial, deliveries.shipment))
    event = deliveries.shipment[order] * 10 + deliveries.serial[order]
    return deliveries.take(order[np.flatnonzero(np.diff(event, append=-1))])


def _known_before(deliveries: Events, run: int) -> Events:
    """The first delivery event of each shipment, where the backfill run can have the last word on it.

    A shipment of which the live feed sends something after the run is still open to it: the same event id
    would be overwritten again.
    """
    latest = _latest(deliveries.take(deliveries.serial == 1))
    in_run = (latest.source == BACKFILL) & (latest.received < run + BACKFILL_RUN)
    return latest.take((latest.received < run) | in_run)


def _on_time(block: Block, deliveries: Events) -> Bools:
    """Shipments with a possible delivery by the end of the original promise, whenever it was received."""
    latest = _latest(deliveries)
    kept = latest.occurred <= latest.received + DAY
    kept &= latest.occurred <= block.shipments.promise_end[latest.shipment]
    result = np.zeros(len(block.shipments), dtype=np.bool_)
    result[latest.shipment[kept]] = True
    return result


def _closing(block: Block, rows: Ints) -> Events:
    """A delivery at the end of the promise for each of these shipments."""
    fill = np.zeros(len(rows), dtype=np.int16)
    return Events(
        shipment=rows,
        kind=fill + np.int16(DELIVERED),
        serial=fill + np.int16(RESTAMP_SERIAL),
        occurred=block.shipments.promise_end[rows],
        received=np.zeros(len(rows), dtype=np.int64),
        reason=fill + np.int16(NO_REASON),
        source=fill + np.int16(BACKFILL),
        integration=fill,
        style=fill,
    )
