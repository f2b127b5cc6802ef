"""Parquet files: the codes of rows are turned into text by DuckDB while it writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import duckdb

from metrics.simulate.rows import EventRows, PromiseRows
from metrics.simulate.scenario import Scenario
from metrics.simulate.tables import (
    EVENT_REASONS,
    EVENT_TYPES,
    ID_LETTERS,
    OTHER_CARRIER,
    OTHER_ID,
    PROMISE_REASONS,
    SERVICES,
    SOURCES,
    Catalogue,
    Table,
)

QUARTER_HOUR = 900
WEST_TO_EAST = range(-12 * 4, 14 * 4 + 1)  # zone offsets in quarter hours


class ParquetFiles:
    """Writes the rows of files as Parquet: instants are timestamps in UTC, what is absent is NULL."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue) -> None:
        self._connection = duckdb.connect(config={"threads": 1})  # each file has a thread already
        self._market = _text("market", (m.code for m in scenario.markets))
        place = {
            "carrier": _text("carrier", (c.code for c in catalogue.carriers)),
            "origin": _text("lane", (lane.origin for lane in catalogue.lanes)),
            "destination": _text("lane", (lane.destination for lane in catalogue.lanes)),
        }
        offset = _text(f'"offset" // {QUARTER_HOUR} - ({WEST_TO_EAST[0]})', map(_offset_text, WEST_TO_EAST))
        day = "strftime(make_timestamp(promised_local * 1000000), '%Y-%m-%d"
        self._promises = {
            "shipment_id": "shipment",
            "order_id": f"""{self._market} || '-O' || {_digits('"order"')}""",
            "market": self._market,
            "promised_by": f"CASE WHEN \"window\" THEN {day}T%H:%M:%S') || {offset} ELSE {day}') END",
            "recorded_at": _instant("recorded"),
            "zone": _text("lane", (lane.zone for lane in catalogue.lanes)),
            "reason": _text("reason", PROMISE_REASONS),
            "service": _text("service", SERVICES),
            **place,
        }
        self._events = {
            "event_id": f"shipment || {_text('kind', ID_LETTERS)} || serial",
            "shipment_id": "shipment",
            "market": self._market,
            "type": _text("kind", EVENT_TYPES),
            "occurred_at": _instant("occurred"),
            "received_at": _instant("received"),
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
        columns = dict(self._events)
        if rows.style.any():  # rare, and slower
            columns["shipment_id"] = _either(OTHER_ID, f"lower({self._market}) || number", "shipment")
            columns["carrier"] = _either(OTHER_CARRIER, "'C' || (400 + carrier)", columns["carrier"])
        self._copy(rows, columns, path)

    def _copy(self, rows: Table, columns: dict[str, str], path: Path) -> None:
        arrays = {field.name: getattr(rows, field.name) for field in fields(rows)}
        select = ", ".join(f"{text} AS {name}" for name, text in columns.items())
        shipment = f"{self._market} || '-' || {_digits('number')}"
        target = str(path).replace("'", "''")
        with self._connection.cursor() as cursor:  # one per file: files are written by several threads
            cursor.register("rows", arrays)
            cursor.execute(
                f"COPY (SELECT {select} FROM (SELECT *, {shipment} AS shipment FROM rows)) "  # noqa: S608
                f"TO '{target}' (FORMAT parquet)"
            )


def _instant(column: str) -> str:
    return f"to_timestamp({column})"


def _digits(number: str) -> str:
    """SQL for ten digits."""
    return f"(({10**10} + {number})::VARCHAR)[2:]"


def _either(bit: int, other: str, usual: str) -> str:
    return f"CASE WHEN style & {bit} > 0 THEN {other} ELSE {usual} END"


def _text(code: str, texts: Iterable[str]) -> str:
    """SQL for the text behind a code."""
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    return f"[{listed}][{code} + 1]"


def _offset_text(quarters: int) -> str:
    """`-03:00` for -12 quarter hours."""
    hours, rest = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{rest * 15:02d}"
