"""When the platform received each scan: live within minutes to hours, or only with the weekly backfill."""

from __future__ import annotations

import numpy as np

from metrics.simulate.outcomes import Scans
from metrics.simulate.tables import (
    BACKFILL,
    HOUR,
    LIVE,
    Catalogue,
    Events,
    Ints,
    Shipments,
    next_backfill,
)

LONGEST_LIVE_DELAY = 72 * HOUR
NEVER_SENT = 0.001  # share of events that no feed ever brings
BACKFILL_RUN = 600  # seconds one backfill batch takes


def received(rng: np.random.Generator, scans: Scans, shipments: Shipments, catalogue: Catalogue) -> Events:
    """The scans as received events, each once."""
    scans = scans.take(rng.random(len(scans)) >= NEVER_SENT)
    carrier = shipments.carrier[scans.shipment]
    missed = rng.random(len(scans)) < np.array([c.missed for c in catalogue.carriers])[carrier]
    live = scans.occurred + _live_delay(rng, carrier, catalogue)
    arrival = np.where(missed, backfill_arrival(rng, live), live)
    return Events(
        shipment=scans.shipment,
        kind=scans.kind.astype(np.int16),
        serial=np.ones(len(scans), dtype=np.int16),
        occurred=scans.occurred,
        received=arrival,
        reason=scans.reason.astype(np.int16),
        source=np.where(missed, np.int16(BACKFILL), np.int16(LIVE)),
        integration=catalogue.integration_at(carrier, arrival),
        style=np.zeros(len(scans), dtype=np.int16),
    )


def backfill_arrival(rng: np.random.Generator, instant: Ints) -> Ints:
    """When an event known at each instant (UTC) comes with the next weekly backfill; same shape."""
    return next_backfill(instant) + rng.integers(0, BACKFILL_RUN, len(instant))


def _live_delay(rng: np.random.Generator, carrier: Ints, catalogue: Catalogue) -> Ints:
    median = np.array([c.delay_minutes for c in catalogue.carriers])[carrier]
    tail = np.array([c.delay_tail for c in catalogue.carriers])[carrier]
    minutes = median * np.exp(0.8 * rng.standard_normal(len(carrier)))
    hours = 0.5 + rng.exponential(9.0, len(carrier))
    delay = np.where(rng.random(len(carrier)) < tail, hours * HOUR, minutes * 60)
    return np.clip(delay, 15, LONGEST_LIVE_DELAY - HOUR).astype(np.int64)
