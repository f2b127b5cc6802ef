"""Parquet files: the codes of rows are turned into text by DuckDB while it writes."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
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
    Ints,
    Table,
)

THREADS = 2
DICTIONARY = 1000  # texts; columns with more of them, the ids, are not worth a try
QUARTER_HOUR = 900
WEST_TO_EAST = range(-12 * 4, 14 * 4 + 1)  # zone offsets in quarter hours


class ParquetFiles:
    """Writes the rows of files as Parquet: instants are timestamps in UTC, what is absent is NULL."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue, pool: Executor) -> None:
        self._connection = duckdb.connect(config={"threads": THREADS})
        self._pool = pool
        self._market = _text("market", (m.code for m in scenario.markets))
        market = _coded("market", (m.code for m in scenario.markets))
        place = {
            "carrier": _coded("carrier", (c.code for c in catalogue.carriers)),
            "origin": _coded("lane", (lane.origin for lane in catalogue.lanes)),
            "destination": _coded("lane", (lane.destination for lane in catalogue.lanes)),
        }
        offset = _text(f'"offset" // {QUARTER_HOUR} - ({WEST_TO_EAST[0]})', map(_offset_text, WEST_TO_EAST))
        day = "strftime(make_timestamp(promised_local * 1000000), '%Y-%m-%d"
        self._promises = {
            "shipment_id": "shipment",
            "order_id": f"""{self._market} || '-O' || {_digits('"order"')}""",
            "market": market,
            "promised_by": f"CASE WHEN \"window\" THEN {day}T%H:%M:%S') || {offset} ELSE {day}') END",
            "recorded_at": _instant("recorded"),
            "zone": _coded("lane", (lane.zone for lane in catalogue.lanes)),
            "reason": _coded("reason", PROMISE_REASONS),
            "service": _coded("service", SERVICES),
            **place,
        }
        self._events = {
            "event_id": f"shipment || {_text('kind', ID_LETTERS)} || serial",
            "shipment_id": "shipment",
            "market": market,
            "type": _coded("kind", EVENT_TYPES),
            "occurred_at": _instant("occurred"),
            "received_at": _instant("received"),
            **place,
            "reason_code": _coded("reason", EVENT_REASONS),
            "source": _coded("source", SOURCES),
            "integration": _coded("integration", catalogue.integrations),
        }

    def write_promises(self, rows: PromiseRows, order: Ints, path: Path) -> None:
        """Write the rows in this order."""
        self._copy(rows, order, self._promises, path)

    def write_events(self, rows: EventRows, order: Ints, path: Path) -> None:
        """Write the rows in this order."""
        columns = dict(self._events)
        if rows.style.any():  # rare, and slower
            columns["shipment_id"] = _either(OTHER_ID, f"lower({self._market}) || number", "shipment")
            columns["carrier"] = _either(OTHER_CARRIER, "'C' || (400 + carrier)", columns["carrier"])
        self._copy(rows, order, columns, path)

    def _copy(self, rows: Table, order: Ints, columns: dict[str, str], path: Path) -> None:
        names = [field.name for field in fields(rows)]
        arrays = dict(zip(names, self._pool.map(lambda name: getattr(rows, name)[order], names), strict=True))
        select = ", ".join(f"{text} AS {name}" for name, text in columns.items())
        shipment = f"{self._market} || '-' || {_digits('number')}"
        self._connection.register("rows", arrays)
        self._connection.execute(
            f"COPY (SELECT {select} FROM (SELECT *, {shipment} AS shipment FROM rows)) "  # noqa: S608
            f"TO {_literal(str(path))} (FORMAT parquet, DICTIONARY_SIZE_LIMIT {DICTIONARY})"
        )
        self._connection.unregister("rows")


def _instant(column: str) -> str:
    return f"to_timestamp({column})"


def _digits(number: str) -> str:
    """SQL for ten digits."""
    return f"(({10**10} + {number})::VARCHAR)[2:]"


def _either(bit: int, other: str, usual: str) -> str:
    return f"CASE WHEN style & {bit} > 0 THEN {other} ELSE {usual} END"


def _coded(code: str, texts: Iterable[str]) -> str:
    """SQL for the text behind a code, as an ENUM: a file gets its dictionary from it without a look at each
    row's text. An empty text is NULL.
    """
    listed = list(texts)
    distinct = dict.fromkeys(_literal(text) for text in listed if text)
    values = ", ".join(_literal(text) if text else "NULL" for text in listed)
    return f"([{values}]::ENUM({', '.join(distinct)})[])[{code} + 1]"


def _text(code: str, texts: Iterable[str]) -> str:
    """SQL for the text behind a code."""
    return f"[{', '.join(map(_literal, texts))}][{code} + 1]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _offset_text(quarters: int) -> str:
    """`-03:00` for -12 quarter hours."""
    hours, rest = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{rest * 15:02d}"
