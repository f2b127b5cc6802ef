"""Parquet files in two Delta Lake tables (promises, events), partitioned by market.

A file's name holds its batch; once written it is never changed. Delta's log says which files the
table has, so other engines can read the lake too; a run reads only files that an accepted batch
names in the database, which is why a write that was cut off leaves nothing a number could read.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import duckdb
from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import TableNotFoundError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction
from django.conf import settings

from metrics.lake.schema import COLUMNS
from otdr_hub.lib import digest

_DELTA_TYPES: Final = {
    "VARCHAR": PrimitiveType("string"),
    "BIGINT": PrimitiveType("long"),
    "TIMESTAMP": PrimitiveType("timestamp_ntz"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One Parquet file of a batch: path relative to the lake, its market, rows, bytes, SHA-256."""

    path: str
    market: str
    rows: int
    size: int
    sha256: str


def root() -> Path:
    """The folder of the lake."""
    return Path(settings.LAKE_ROOT)


def _make_durable(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def write(connection: duckdb.DuckDBPyConnection, table: str, kind: str, name: str) -> list[Written]:
    """Write a DuckDB table's rows as one Parquet file per market, named after the batch `name`.

    Rows are sorted by shipment so that readers can skip; files are on disk (fsync) when this returns.
    Raises OSError or duckdb.Error with nothing kept when the disk refuses.
    """
    staging = root() / ".staging" / name
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    columns = ", ".join(COLUMNS[kind])
    try:
        connection.execute(
            f"COPY (SELECT {columns} FROM {table} ORDER BY market, shipment_id)"
            f" TO '{_quoted(staging)}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (market),"
            " WRITE_PARTITION_COLUMNS true, OVERWRITE_OR_IGNORE true)"
        )
        return [_settle(path, kind, name) for path in sorted(staging.glob("market=*/*.parquet"))]
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _settle(path: Path, kind: str, name: str) -> Written:
    market = path.parent.name.removeprefix("market=")
    relative = f"{kind}/market={market}/{name}-{path.stem}.parquet"
    final = root() / relative
    final.parent.mkdir(parents=True, exist_ok=True)
    _make_durable(path)
    sha256, size = digest.of_file(path), path.stat().st_size
    rows = duckdb.execute(f"SELECT count(*) FROM read_parquet('{_quoted(path)}')").fetchall()[0][0]
    path.replace(final)
    return Written(relative, market, int(rows), size, sha256)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _schema(kind: str) -> Schema:
    return Schema([Field(name, _DELTA_TYPES[sql]) for name, sql in COLUMNS[kind].items()])


def _action(kind: str, written: Written) -> AddAction:
    return AddAction(
        path=quote(written.path.removeprefix(f"{kind}/"), safe="/=."),
        size=written.size,
        partition_values={"market": written.market},
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": written.rows}),
    )


def register(kind: str, files: list[Written]) -> None:
    """Name the files in the Delta table of their kind, in one commit of its log."""
    table_path = str(root() / kind)
    actions: list[AddAction | RemoveAction] = [_action(kind, written) for written in files]
    try:
        table = DeltaTable(table_path)
    except TableNotFoundError:
        table = DeltaTable.create(table_path, schema=_schema(kind), partition_by=["market"], mode="ignore")
    table.create_write_transaction(actions, "append", table.schema(), ["market"])
