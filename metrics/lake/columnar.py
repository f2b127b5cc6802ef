"""The columnar engine's connections: private, in memory, in UTC, with bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from otdr_hub.lib.outcome import DomainError

MEMORY_LIMIT = "2GB"


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection of this block's own; times without a zone are UTC in every expression.

    What does not fit into memory goes to a folder of this connection alone, gone with the block: two
    connections that share one would write over each other's pages.
    """
    with (
        tempfile.TemporaryDirectory(prefix="otdr-", ignore_cleanup_errors=True) as spill,
        duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill}) as connection,
    ):
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


class NoRoomError(DomainError):
    """The machine has no disk or memory left for it; nothing was stored."""

    slug = "no-room"


def out_of_room(error: Exception) -> NoRoomError | None:
    """The error said for people when it means that disk or memory ran out, or None."""
    said = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException):
        return NoRoomError(f"There is not enough memory for it; nothing was stored. {said}")
    if isinstance(error, OSError | duckdb.IOException):
        return NoRoomError(f"The disk takes no more; nothing was stored. Make room and send it again. {said}")
    return None


def files_sql(files: Sequence[Path]) -> str:
    """The table function that reads these Parquet files as one; columns are matched by name."""
    listed = ", ".join(literal(str(path)) for path in files)
    return f"read_parquet([{listed}], union_by_name=true, hive_partitioning=false)"


def literal(text: str) -> str:
    """The text as an SQL literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """The text as a quoted SQL name, whatever it holds."""
    return '"' + text.replace('"', '""') + '"'
