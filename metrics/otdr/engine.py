"""Running a definition over pinned files, market by market, in DuckDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import duckdb

from governance.definition import Definition
from metrics.lake.columnar import connect
from metrics.lake.schema import table_of
from metrics.otdr import zones
from metrics.otdr.query import compile_definition, compile_history, compile_over_history
from otdr_hub.lib import digest

# The table must span every time that is looked up, promises and events alike.
_YEARS: Final = """
SELECT year(min(moment)), year(max(moment)) FROM (
  SELECT unnest([min(promised_utc), max(promised_utc), min(promised_local), max(promised_local)]) AS moment
  FROM promises
  UNION ALL
  SELECT unnest([min(occurred_utc), max(occurred_utc), min(occurred_local), max(occurred_local)]) FROM events
)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Shipments of one day, status, carrier and lane; `fingerprint` identifies which, in any order."""

    day: dt.date
    status: str
    carrier: str
    lane: str
    shipments: int
    matures_at: dt.datetime | None
    fingerprint: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """The pinned files of one market, its default zone (IANA), and the promise days its feed declared
    complete (first and last, both inclusive)."""

    promises: Sequence[Path]
    events: Sequence[Path]
    default_zone: str
    closed: Sequence[tuple[dt.date, dt.date]] = ()


@cache
def engine_digest() -> str:
    """The digest of the code that turns files into counts: part of every version's own digest."""
    room = Path(__file__).parent
    return digest.of({path.name: digest.of_file(path) for path in sorted(room.glob("*.py"))})


def libraries() -> dict[str, str]:
    """Versions of what the engine computes with, for the record of a run."""
    return {name: version(name) for name in ("duckdb", "tzdata")}


def _bind_files(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path]) -> None:
    if not files:
        connection.execute(f"CREATE TABLE {name} ({table_of(name)})")
        return
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}], union_by_name=true)")


def _bind_zones(connection: duckdb.DuckDBPyConnection, default_zone: str) -> None:
    names = {default_zone, "UTC"} | {
        row[0]
        for row in connection.execute("SELECT DISTINCT zone FROM promises WHERE zone IS NOT NULL").fetchall()
    }
    low, high = connection.execute(_YEARS).fetchall()[0]
    rows = zones.lookup_rows(names, low or 2000, high or 2000)
    connection.execute(
        "CREATE TABLE zones (zone VARCHAR, utc_from TIMESTAMP, local_from TIMESTAMP, offset_seconds INTEGER)"
    )
    connection.executemany("INSERT INTO zones VALUES (?, ?, ?, ?)", rows)


def _parameters(inputs: Inputs, as_of: dt.datetime) -> dict[str, Any]:
    moment = as_of.astimezone(dt.UTC).replace(tzinfo=None)
    return {"as_of": moment, "default_zone": inputs.default_zone}


def _bind(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    _bind_files(connection, "promises", inputs.promises)
    _bind_files(connection, "events", inputs.events)
    _bind_zones(connection, inputs.default_zone)
    connection.execute("CREATE TABLE closed (since DATE, until DATE)")
    if inputs.closed:
        connection.executemany("INSERT INTO closed VALUES (?, ?)", [list(days) for days in inputs.closed])


def _rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[Counted]:
    return [
        Counted(day, status, carrier, lane, n, at.replace(tzinfo=dt.UTC) if at else None, int(mark))
        for day, status, carrier, lane, n, at, mark in connection.execute(query, parameters).fetchall()
    ]


def count(definition: Definition, inputs: Inputs, *, as_of: dt.datetime) -> list[Counted]:
    """Counts of one market as known at `as_of` (aware)."""
    with connect() as connection:
        _bind(connection, inputs)
        return _rows(connection, compile_definition(definition), _parameters(inputs, as_of))


def count_neighbours(
    neighbours: Mapping[str, Definition], inputs: Inputs, *, as_of: dt.datetime
) -> dict[str, list[Counted]]:
    """Counts of one market under several definitions, with one pass over its events.

    The definitions may differ in anything but `attempt_reasons`; the events' wall-clock times are read
    in the zone of the first one's promise. Raises ValueError otherwise.
    """
    definitions = list(neighbours.values())
    if len({definition.attempt_reasons for definition in definitions}) != 1:
        raise ValueError("neighbours share one set of attempt reasons")
    parameters = _parameters(inputs, as_of)
    with connect() as connection:
        _bind(connection, inputs)
        connection.execute(compile_history(definitions[0]), parameters)
        return {
            name: _rows(connection, compile_over_history(definition), parameters)
            for name, definition in neighbours.items()
        }
