"""What the tests of input share: files in each format, read without a database."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb

from metrics.events.reader import Parsed, read, refused
from metrics.lake.columnar import connect

MARKETS = ("BR", "DE")
EVENTS = ("event_id", "shipment_id", "market", "type", "occurred_at", "received_at")
GOOD = ("e1", "s1", "BR", "delivered", "2026-11-10T12:00:00Z", "2026-11-10T12:05:00Z")
PROMISES = ("shipment_id", "order_id", "market", "promised_by", "recorded_at")


def at(*parts: int) -> dt.datetime:
    """A time as the lake keeps it: naive, in UTC or local, as the column says."""
    return dt.datetime(*parts)  # noqa: DTZ001


def csv_text(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def jsonl(path: Path, columns, rows) -> Path:
    path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    return path


def parquet(path: Path, select: str) -> Path:
    """The result of a SELECT as a Parquet file."""
    duckdb.connect().execute(f"SET TimeZone='UTC'; COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def result(path: Path, kind: str = "events", **options: Any) -> tuple[Parsed, list, list[dict[str, Any]]]:
    """(parsed, quarantined rows, usable rows) of a file."""
    with connect() as connection:
        parsed = read(connection, path, kind, source="live", markets=MARKETS, **options)
        quarantined = [row for rows in refused(connection) for row in rows]
        found = connection.execute("SELECT * FROM good ORDER BY line")
        names = [column[0] for column in found.description]
        return parsed, quarantined, [dict(zip(names, row, strict=True)) for row in found.fetchall()]
