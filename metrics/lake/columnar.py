"""The columnar engine's connections: private, in memory, in UTC, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

MEMORY_LIMIT = "2GB"


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection of this block's own; times without a zone are UTC in every expression."""
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
