"""The columnar engine's connections: private, in memory, in UTC, with bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

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
