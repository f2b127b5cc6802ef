"""Rows of the files, as codes gathered from the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.simulate.tables import Block, Bools, Codes, Ints, Table


@dataclass(frozen=True)
class PromiseRows(Table):
    """One line of a promises file, as codes."""

    market: Codes
    number: Ints
    order: Ints
    carrier: Codes
    lane: Codes
    service: Codes
    promised_local: Ints
    window: Bools
    offset: Ints
    recorded: Ints
    reason: Codes


@dataclass(frozen=True)
class EventRows(Table):
    """One line of an events file, as codes."""

    market: Codes
    number: Ints
    carrier: Codes
    lane: Codes
    kind: Codes
    serial: Codes
    occurred: Ints
    received: Ints
    reason: Codes
    source: Codes
    integration: Codes
    style: Codes


def promise_rows(block: Block, now: int) -> PromiseRows:
    """The block's promises recorded by `now` (epoch seconds)."""
    return chosen_promises(block, np.flatnonzero(block.promises.recorded <= now))


def event_rows(block: Block, now: int) -> EventRows:
    """The block's events received by `now` (epoch seconds)."""
    return chosen_events(block, np.flatnonzero(block.events.received <= now))


def chosen_promises(block: Block, chosen: Ints) -> PromiseRows:
    """These of the block's promises."""
    promises = block.promises.take(chosen)
    shipments = block.shipments.take(promises.shipment)
    return PromiseRows(
        market=np.full(len(promises), block.market_number, dtype=np.int16),
        number=shipments.number,
        order=shipments.order,
        carrier=shipments.carrier.astype(np.int16),
        lane=shipments.lane.astype(np.int16),
        service=shipments.service.astype(np.int16),
        promised_local=promises.promised_local,
        window=promises.window,
        offset=promises.offset,
        recorded=promises.recorded,
        reason=promises.reason.astype(np.int16),
    )


def chosen_events(block: Block, chosen: Ints) -> EventRows:
    """These of the block's events."""
    events = block.events.take(chosen)
    shipments = block.shipments
    return EventRows(
        market=np.full(len(events), block.market_number, dtype=np.int16),
        number=shipments.number[events.shipment],
        carrier=shipments.carrier.astype(np.int16)[events.shipment],
        lane=shipments.lane.astype(np.int16)[events.shipment],
        kind=events.kind,
        serial=events.serial,
        occurred=events.occurred,
        received=events.received,
        reason=events.reason,
        source=events.source,
        integration=events.integration,
        style=events.style,
    )
