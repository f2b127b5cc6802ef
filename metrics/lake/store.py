"""Parquet files in one Delta Lake table per kind of input, partitioned by market.

A file's name holds its batch; once written it is never changed. Delta's log says which files the
table has, so other engines can read the lake too; a run reads only files that an accepted batch
names in the database, which is why a write that was cut off leaves nothing a number could read.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
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

from metrics.lake.columnar import literal
from metrics.lake.room import out_of_room
from metrics.lake.schema import COLUMNS, ORDER
from otdr_hub.lib import digest

_DELTA_TYPES: Final = {
    "VARCHAR": PrimitiveType("string"),
    "BIGINT": PrimitiveType("long"),
    "DATE": PrimitiveType("date"),
    "TIMESTAMP": PrimitiveType("timestamp_ntz"),
}
_AT_ONCE: Final = 2
# A text column with so few values among the first rows, and not many in all, is written from codes.
_LOOK, _FEW, _MANY = 100_000, 1_000, 10_000
# Ids are all different: looking for repeats among more of them than this is in vain.
_ENCODED: Final = f"FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT {_MANY}"


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
    """The file's bytes, or the folder's names, are on disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(connection: duckdb.DuckDBPyConnection, table: str, kind: str, name: str) -> list[Written]:
    """Write a DuckDB table's rows as one Parquet file per market, named after the batch `name`.

    Rows are sorted (by shipment, where there is one) so that readers can skip; files are on disk
    (fsync) when this returns. Raises NoRoomError when the disk refuses, with nothing kept.
    """
    staging = root() / ".staging" / name
    settled: list[Written] = []
    try:
        staging.mkdir(parents=True)
        staged = _stage(connection, table, kind, staging)
        for market, rows in staged:
            settled.append(_settle(staging / f"{market}.parquet", kind, name, market, rows))
    except (OSError, duckdb.Error) as error:
        for written in settled:
            (root() / written.path).unlink(missing_ok=True)
        raise out_of_room(error) or error from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return settled


def _stage(
    connection: duckdb.DuckDBPyConnection, table: str, kind: str, staging: Path
) -> list[tuple[str, int]]:
    """One file per market in the folder; (market, rows) in order.

    A market at a time sorts less and needs less memory than one partitioned write, and takes a
    quarter less work; two at once keep a second core busy while one encodes.
    """
    coded = _coded(connection, table, kind)
    markets = connection.execute(f"SELECT DISTINCT market FROM {table} ORDER BY market").fetchall()

    def one(market: str) -> tuple[str, int]:
        target, code = literal(str(staging / f"{market}.parquet")), literal(market)
        # One value all through: nothing to sort or encode.
        sql = coded | {"market": f"CAST({code} AS ENUM({code}))"}
        columns = ", ".join(f"{sql[name]} AS {name}" if name in sql else name for name in COLUMNS[kind])
        with connection.cursor() as cursor:
            ((rows,),) = cursor.execute(
                f"COPY (SELECT {columns} FROM {table} WHERE market = {code}"
                f" ORDER BY {ORDER[kind]}) TO {target} ({_ENCODED})"
            ).fetchall()
        return market, int(rows)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, [str(market) for (market,) in markets]))


def _coded(connection: duckdb.DuckDBPyConnection, table: str, kind: str) -> dict[str, str]:
    """Text columns that repeat few values, as ENUMs in SQL.

    To sort and encode codes is much less work than texts; in the file the columns are texts all the same.
    """
    other = {"market", *ORDER[kind].split(", ")}  # rows are put in order of texts
    texts = [name for name, sql in COLUMNS[kind].items() if sql == "VARCHAR" and name not in other]
    if not texts:
        return {}
    counts = ", ".join(f"approx_count_distinct({name})" for name in texts)
    first = f"SELECT {', '.join(texts)} FROM {table} LIMIT {_LOOK}"
    found = connection.execute(f"SELECT {counts} FROM ({first})").fetchall()[0]
    coded = {}
    for name in (name for name, count in zip(texts, found, strict=True) if count <= _FEW):
        values = connection.execute(
            f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL LIMIT {_MANY + 1}"
        ).fetchall()
        if 0 < len(values) <= _MANY:
            listed = ", ".join(literal(text) for text in sorted(text for (text,) in values))
            coded[name] = f"CAST({name} AS ENUM({listed}))"
    return coded


def _settle(path: Path, kind: str, name: str, market: str, rows: int) -> Written:
    relative = f"{kind}/market={market}/{name}.parquet"
    final = root() / relative
    final.parent.mkdir(parents=True, exist_ok=True)
    _make_durable(path)
    sha256, size = digest.of_file(path), path.stat().st_size
    path.replace(final)
    _make_durable(final.parent)
    return Written(relative, market, rows, size, sha256)


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
