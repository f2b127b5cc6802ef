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
from metrics.lake.columnar import connect, files_sql
from metrics.lake.schema import table_of
from metrics.otdr import zones
from metrics.otdr.query import (
    compile_count,
    compile_fold,
    compile_history,
    compile_lengths,
    compile_received,
)
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
_HAS_LOCAL_TIMES: Final = "SELECT count(*) > 0 FROM events WHERE occurred_utc IS NULL"
Days = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Counted:
    """Shipments of one day, status, carrier and lane; `fingerprint` identifies which, in any order.

    Of them: `early` (on time, a day or more before the promise ended), `conflicts` (told delivered at
    several times), `cancelled_last_day` (cancelled within 24 h of the promise's end).
    """

    day: dt.date
    status: str
    carrier: str
    lane: str
    shipments: int
    matures_at: dt.datetime | None
    fingerprint: int
    early: int = 0
    conflicts: int = 0
    cancelled_last_day: int = 0


@dataclass(frozen=True, slots=True)
class Inputs:
    """The pinned files of one market, its default zone (IANA), and what is known beside them.

    `closed`: promise days (first, last, both inclusive) the feed declared complete. `renames`: (carrier,
    first day, name from then on). `majeure`: (first day, last day, carrier or '', destination or '').
    """

    promises: Sequence[Path]
    events: Sequence[Path]
    default_zone: str
    closed: Sequence[Days] = ()
    renames: Sequence[tuple[str, dt.date, str]] = ()
    majeure: Sequence[tuple[dt.date, dt.date, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Counted rows; by promise day, how many shipments were promised how many whole hours, and (promise
    rows received, shipments they are about): copies and later promises are the difference."""

    rows: list[Counted]
    lengths: dict[dt.date, dict[int, int]]
    received: dict[dt.date, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A definition as one rung reads it; `without_majeure` leaves out what force majeure covers."""

    definition: Definition
    without_majeure: bool = False


@cache
def engine_digest() -> str:
    """The digest of the code that turns files into counts: part of every version's own digest."""
    room = Path(__file__).parent
    return digest.of({path.name: digest.of_file(path) for path in sorted(room.glob("*.py"))})


def libraries() -> dict[str, str]:
    """Versions of what the engine computes with, for the record of a run."""
    return {name: version(name) for name in ("duckdb", "tzdata")}


def _bind_files(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path]) -> None:
    if files:
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {files_sql(files)}")
    else:
        connection.execute(f"CREATE TABLE {name} ({table_of(name)})")


def _bind_zones(connection: duckdb.DuckDBPyConnection, default_zone: str) -> None:
    found = connection.execute("SELECT DISTINCT zone FROM promises WHERE zone IS NOT NULL").fetchall()
    names = {default_zone, "UTC"} | {zone for (zone,) in found}
    low, high = connection.execute(_YEARS).fetchall()[0]
    rows = zones.lookup_rows(names, low or 2000, high or 2000)
    connection.execute(
        "CREATE TABLE zones (zone VARCHAR, utc_from TIMESTAMP, local_from TIMESTAMP, offset_seconds INTEGER)"
    )
    connection.executemany("INSERT INTO zones VALUES (?, ?, ?, ?)", rows)


def bind_rows(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[Sequence[Any]]
) -> None:
    """A small table of the connection: its name, the columns of CREATE TABLE, its rows."""
    connection.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {name} VALUES ({places})", [list(row) for row in rows])


def naive_utc(moment: dt.datetime) -> dt.datetime:
    """An aware moment as the engine's naive UTC."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def bind(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """The tables and views every query of the engine reads."""
    _bind_files(connection, "promises", inputs.promises)
    _bind_files(connection, "events", inputs.events)
    _bind_zones(connection, inputs.default_zone)
    bind_rows(connection, "closed", "since DATE, until DATE", inputs.closed)
    bind_rows(connection, "renames", "carrier VARCHAR, since DATE, name VARCHAR", inputs.renames)
    bind_rows(
        connection, "majeure", "since DATE, until DATE, carrier VARCHAR, destination VARCHAR", inputs.majeure
    )


def fold_parameters(inputs: Inputs, as_of: dt.datetime) -> dict[str, Any]:
    """Parameters of a fold."""
    return {"as_of": naive_utc(as_of), "default_zone": inputs.default_zone}


def rows_of(connection: duckdb.DuckDBPyConnection, neighbour: Neighbour, as_of: dt.datetime) -> list[Counted]:
    """The counts of what `folded` holds now."""
    query = compile_count(neighbour.definition, without_majeure=neighbour.without_majeure)
    found = connection.execute(query, {"as_of": naive_utc(as_of)}).fetchall()
    return [
        Counted(day, status, carrier, lane, n, at.replace(tzinfo=dt.UTC) if at else None, int(mark), *more)
        for day, status, carrier, lane, n, at, mark, *more in found
    ]


def tally_of(connection: duckdb.DuckDBPyConnection, definition: Definition, as_of: dt.datetime) -> Tally:
    """The counts of what `folded` holds now, and the lengths of its promises."""
    lengths: dict[dt.date, dict[int, int]] = {}
    for day, hours, shipments in connection.execute(compile_lengths()).fetchall():
        lengths.setdefault(day, {})[hours] = shipments
    received = {day: (rows, n) for day, rows, n in connection.execute(compile_received()).fetchall()}
    return Tally(rows_of(connection, Neighbour(definition), as_of), lengths, received)


def fold(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    inputs: Inputs,
    as_of: dt.datetime,
    into: str,
) -> None:
    """Make the table `into` of folded rows of what `promises` and `events` hold now."""
    parameters = fold_parameters(inputs, as_of)
    local = connection.execute(_HAS_LOCAL_TIMES).fetchall()[0][0]
    history = compile_history(definition, local=local)
    connection.execute(f"CREATE OR REPLACE TABLE history AS {history}", parameters)
    query = compile_fold(definition, renamed=bool(inputs.renames))
    connection.execute(f"CREATE OR REPLACE TABLE {into} AS {query}", parameters)
    connection.execute("DROP TABLE history")


def tally(definition: Definition, inputs: Inputs, *, as_of: dt.datetime) -> Tally:
    """One market as known at `as_of` (aware), from its files alone."""
    with connect() as connection:
        bind(connection, inputs)
        fold(connection, definition, inputs, as_of, "folded")
        return tally_of(connection, definition, as_of)


def count(definition: Definition, inputs: Inputs, *, as_of: dt.datetime) -> list[Counted]:
    """Counts of one market as known at `as_of` (aware), from its files alone."""
    return tally(definition, inputs, as_of=as_of).rows


def _what_is_read(definition: Definition) -> tuple[object, ...]:
    """The nodes that the pass over the events itself depends on."""
    return (
        definition.attempt_reasons, definition.event_map, definition.promise,
        definition.customer_requests_count, definition.zone_rule,
    )  # fmt: skip


def count_neighbours(
    neighbours: Mapping[str, Neighbour], inputs: Inputs, *, as_of: dt.datetime
) -> dict[str, list[Counted]]:
    """Counts of one market under several definitions, in one pass over its events for all that read them
    alike."""
    parameters, renamed = fold_parameters(inputs, as_of), bool(inputs.renames)
    found, read = {}, None
    with connect() as connection:
        bind(connection, inputs)
        local = connection.execute(_HAS_LOCAL_TIMES).fetchall()[0][0]
        for name, neighbour in neighbours.items():
            definition = neighbour.definition
            # Only wall-clock times of events are read with the promise's zone: without any, only the
            # events' own rules matter.
            needs = _what_is_read(definition) if local else _what_is_read(definition)[:2]
            if needs != read:
                history = compile_history(definition, local=local)
                connection.execute(f"CREATE OR REPLACE TABLE history AS {history}", parameters)
                read = needs
            folded = compile_fold(definition, renamed=renamed)
            connection.execute(f"CREATE OR REPLACE TABLE folded AS {folded}", parameters)
            found[name] = rows_of(connection, neighbour, as_of)
    return found
