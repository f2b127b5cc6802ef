"""The ordinary untidiness of feeds, present everywhere and no defect: repeats, impossible rows, orphans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.simulate.receipts import LONGEST_LIVE_DELAY, backfill_arrival
from metrics.simulate.tables import (
    BACKFILL,
    DAY,
    DELIVERED,
    HOUR,
    LIVE,
    Catalogue,
    Events,
    Promises,
    Shipments,
)

SENT_TWICE = 0.002  # live events sent again, the same to the last byte
SENT_CHANGED = 0.001  # live events sent again with another time
SENT_IN_BACKFILL = 0.02  # deliveries known live that the weekly backfill carries again
SCANNED_TWICE = 0.003  # deliveries with a second, later scan of its own
IMPOSSIBLE = 0.0002  # events dated more than a day after their receipt
PROMISE_TWICE = 0.0005
NO_PROMISE = 0.001  # shipments


def repeated(rng: np.random.Generator, events: Events, shipments: Shipments, catalogue: Catalogue) -> Events:
    """The events, followed by the repeats of some of them."""
    live = events.source == LIVE
    delivered = live & (events.kind == DELIVERED)
    chance = rng.random(len(events))
    same = events.take(live & (chance < SENT_TWICE))
    changed = events.take(live & (chance >= SENT_TWICE) & (chance < SENT_TWICE + SENT_CHANGED))
    occurred = changed.occurred + rng.integers(-1800, 1800, len(changed))
    again = changed.received + rng.integers(300, 6 * HOUR, len(changed))
    changed = replace(changed, occurred=occurred, received=np.minimum(again, occurred + LONGEST_LIVE_DELAY))
    second = events.take(delivered & (rng.random(len(events)) < SCANNED_TWICE))
    later = rng.integers(60, 5 * HOUR, len(second))
    second = replace(
        second,
        serial=second.serial + np.int16(1),
        occurred=second.occurred + later,
        received=second.received + later,
    )
    weekly = events.take(delivered & (rng.random(len(events)) < SENT_IN_BACKFILL))
    weekly = replace(
        weekly,
        received=backfill_arrival(rng, weekly.received),
        source=np.full(len(weekly), BACKFILL, dtype=np.int16),
    )
    repeats = Events.concat([same, changed, second, weekly])
    integration = catalogue.integration_at(shipments.carrier[repeats.shipment], repeats.received)
    return Events.concat([events, replace(repeats, integration=integration)])


def impossible(rng: np.random.Generator, events: Events) -> Events:
    """The events, a few of them dated more than a day after they were received."""
    wrong = rng.random(len(events)) < IMPOSSIBLE
    future = events.received + DAY + rng.integers(HOUR, 20 * DAY, len(events))
    return replace(events, occurred=np.where(wrong, future, events.occurred))


def promises(rng: np.random.Generator, rows: Promises, shipments: int) -> Promises:
    """The promises, some twice, and without those of a few shipments whose promise was never recorded."""
    orphan = rng.random(shipments) < NO_PROMISE
    twice = rows.take(rng.random(len(rows)) < PROMISE_TWICE)
    rows = Promises.concat([rows, twice])
    return rows.take(~orphan[rows.shipment])
