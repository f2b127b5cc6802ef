"""Rows of the files: codes gathered from the tables, turned into text by DuckDB while it writes the CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import duckdb
import numpy as np

from metrics.simulate.scenario import Scenario
from metrics.simulate.tables import (
    EVENT_REASONS,
    EVENT_TYPES,
    PROMISE_REASONS,
    SERVICES,
    SOURCES,
    Block,
    Bools,
    Catalogue,
    Ints,
    Table,
)

KIND_LETTERS = ("C", "O", "A", "D", "X", "R", "L")  # of event ids, in the order of EVENT_TYPES
QUARTER_HOUR = 900
WEST_TO_EAST = range(-12 * 4, 14 * 4 + 1)  # zone offsets in quarter hours


@dataclass(frozen=True)
class PromiseRows(Table):
    """One line of a promises file, as codes."""

    market: Ints
    number: Ints
    order: Ints
    carrier: Ints
    lane: Ints
    service: Ints
    promised_local: Ints
    window: Bools
    offset: Ints
    recorded: Ints
    reason: Ints


@dataclass(frozen=True)
class EventRows(Table):
    """One line of an events file, as codes."""

    market: Ints
    number: Ints
    carrier: Ints
    lane: Ints
    kind: Ints
    serial: Ints
    occurred: Ints
    received: Ints
    reason: Ints
    source: Ints
    integration: Ints


def promise_rows(block: Block, now: int) -> PromiseRows:
    """The block's promises recorded by `now` (epoch seconds)."""
    promises = block.promises.take(block.promises.recorded <= now)
    shipments = block.shipments.take(promises.shipment)
    return PromiseRows(
        market=np.full(len(promises), block.market_number),
        number=shipments.number,
        order=shipments.order,
        carrier=shipments.carrier,
        lane=shipments.lane,
        service=shipments.service,
        promised_local=promises.promised_local,
        window=promises.window,
        offset=promises.offset,
        recorded=promises.recorded,
        reason=promises.reason,
    )


def event_rows(block: Block, now: int) -> EventRows:
    """The block's events received by `now` (epoch seconds)."""
    events = block.events.take(block.events.received <= now)
    shipments = block.shipments
    return EventRows(
        market=np.full(len(events), block.market_number),
        number=shipments.number[events.shipment],
        carrier=shipments.carrier[events.shipment],
        lane=shipments.lane[events.shipment],
        kind=events.kind,
        serial=events.serial,
        occurred=events.occurred,
        received=events.received,
        reason=events.reason,
        source=events.source,
        integration=events.integration,
    )


class Texts:
    """The texts of a scenario's codes, and the two COPY statements that use them."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scenario: Scenario, catalogue: Catalogue
    ) -> None:
        self._connection = connection
        market = _text("market", (m.code for m in scenario.markets))
        shipment = f"{market} || '-' || lpad(number::VARCHAR, 10, '0')"
        place = {
            "carrier": _text("carrier", (c.code for c in catalogue.carriers)),
            "origin": _text("lane", (lane.origin for lane in catalogue.lanes)),
            "destination": _text("lane", (lane.destination for lane in catalogue.lanes)),
        }
        offset = _text(f'"offset" // {QUARTER_HOUR} - ({WEST_TO_EAST[0]})', map(_offset_text, WEST_TO_EAST))
        day = "strftime(make_timestamp(promised_local * 1000000), '%Y-%m-%d"
        self._promises = {
            "shipment_id": shipment,
            "order_id": f"""{market} || '-O' || lpad("order"::VARCHAR, 10, '0')""",
            "market": market,
            "promised_by": f"CASE WHEN \"window\" THEN {day}T%H:%M:%S') || {offset} ELSE {day}') END",
            "recorded_at": "make_timestamp(recorded * 1000000)",
            "zone": _text("lane", (lane.zone for lane in catalogue.lanes)),
            "reason": _text("reason", PROMISE_REASONS),
            "service": _text("service", SERVICES),
            **place,
        }
        self._events = {
            "event_id": f"{shipment} || '-' || {_text('kind', KIND_LETTERS)} || serial::VARCHAR",
            "shipment_id": shipment,
            "market": market,
            "type": _text("kind", EVENT_TYPES),
            "occurred_at": "make_timestamp(occurred * 1000000)",
            "received_at": "make_timestamp(received * 1000000)",
            **place,
            "reason_code": f"nullif({_text('reason', EVENT_REASONS)}, '')",
            "source": _text("source", SOURCES),
            "integration": _text("integration", catalogue.integrations),
        }

    def write_promises(self, rows: PromiseRows, path: Path) -> None:
        """Write the rows in their order."""
        self._copy(rows, self._promises, path)

    def write_events(self, rows: EventRows, path: Path) -> None:
        """Write the rows in their order."""
        self._copy(rows, self._events, path)

    def _copy(self, rows: Table, columns: dict[str, str], path: Path) -> None:
        arrays = {field.name: getattr(rows, field.name) for field in fields(rows)}
        select = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
        target = str(path).replace("'", "''")
        with self._connection.cursor() as cursor:  # one per file: files are written by several threads
            cursor.register("rows", arrays)
            cursor.execute(
                f"COPY (SELECT {select} FROM rows) TO '{target}' "  # noqa: S608 (our own names and codes)
                "(FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ')"
            )


def _text(code: str, texts: Iterable[str]) -> str:
    """SQL for the text behind a code."""
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    return f"[{listed}][{code} + 1]"


def _offset_text(quarters: int) -> str:
    """`-03:00` for -12 quarter hours."""
    hours, rest = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{rest * 15:02d}"
