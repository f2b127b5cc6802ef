"""Folded rows kept on disk, so that a late event costs what it touches and not everything.

A state is what `fold` says of one market, in Parquet files by promise day. It is a cache: it can be
thrown away and made again from the pinned files, and whoever verifies a number never reads it.

What new files can change: the shipments they name; shipments of rows that were known but not yet
received at the last moment; and shipments an event was told of before it was told of another one. Of
these, all rows are folded again. Of all others, only time can change the outcome.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from governance.definition import Definition
from metrics.lake.columnar import connect, files_sql, literal
from metrics.otdr.engine import (
    Days,
    Inputs,
    Tally,
    bind,
    bind_rows,
    fold,
    naive_utc,
    tally_of,
)
from metrics.otdr.query import compile_moved_by_time, counts_by_day

DayFiles = Mapping[dt.date, Sequence[Path]]

_TOUCHED: Final = """
CREATE TABLE touched AS
SELECT DISTINCT shipment_id FROM (
  SELECT shipment_id FROM all_promises WHERE recorded_at > $before AND recorded_at <= $as_of
  UNION ALL
  SELECT shipment_id FROM all_events WHERE received_at > $before AND received_at <= $as_of{arrived})
"""
# An event that was first told of another shipment takes that one along; seldom more than one round.
_OTHERS: Final = """
INSERT INTO touched
SELECT DISTINCT shipment_id
FROM all_events SEMI JOIN (SELECT DISTINCT event_id FROM events) told USING (event_id)
WHERE shipment_id NOT IN (SELECT shipment_id FROM touched)
"""
_KEPT_AND_FRESH: Final = """
SELECT * FROM {old} ANTI JOIN touched USING (shipment_id) UNION ALL SELECT * FROM fresh
"""


@dataclass(frozen=True, slots=True)
class Before:
    """What a market's state was made from: its files by day, the moment, the input read, the days closed."""

    days: DayFiles
    as_of: dt.datetime
    promises: frozenset[Path]
    events: frozenset[Path]
    closed: Sequence[Days]


@dataclass(frozen=True, slots=True)
class Refolded:
    """The new state by day, the counts, and the days they are of: None means of all days."""

    days: DayFiles
    tally: Tally
    counted: frozenset[dt.date] | None


def _written(folder: Path) -> dict[dt.date, list[Path]]:
    found: dict[dt.date, list[Path]] = {}
    for path in sorted(folder.glob("day=*/*.parquet")):
        found.setdefault(dt.date.fromisoformat(path.parent.name.removeprefix("day=")), []).append(path)
    return found


def _write(connection: duckdb.DuckDBPyConnection, rows: str, folder: Path) -> dict[dt.date, list[Path]]:
    """The rows as Parquet files in the folder, by promise day."""
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"COPY ({rows}) TO {literal(str(folder))}"
        " (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day), WRITE_PARTITION_COLUMNS true,"
        " OVERWRITE_OR_IGNORE true)"
    )
    return _written(folder)


def _bind_state(connection: duckdb.DuckDBPyConnection, name: str, days: DayFiles) -> None:
    files = [path for day in sorted(days) for path in days[day]]
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {files_sql(files)}")


def fold_all(definition: Definition, inputs: Inputs, *, as_of: dt.datetime, folder: Path) -> Refolded:
    """Fold every file of a market, keep the state in `folder`, and count it."""
    with connect() as connection:
        bind(connection, inputs)
        fold(connection, definition, inputs, as_of, "folded")
        days = _write(connection, "SELECT * FROM folded", folder)
        return Refolded(days, tally_of(connection, definition, as_of), None)


def _bind_touched(
    connection: duckdb.DuckDBPyConnection, inputs: Inputs, before: Before, as_of: dt.datetime
) -> None:
    """Tables `touched` (shipments), and views `promises` and `events` of their rows alone."""
    for kind in ("promises", "events"):
        connection.execute(f"ALTER {_what(connection, kind)} {kind} RENAME TO all_{kind}")
    arrived = ""
    for kind, paths, known in (
        ("promises", inputs.promises, before.promises),
        ("events", inputs.events, before.events),
    ):
        new = [path for path in paths if path not in known]
        if new:
            arrived += f" UNION ALL SELECT shipment_id FROM {files_sql(new)} /* {kind} */"
    moments = {"before": naive_utc(before.as_of), "as_of": naive_utc(as_of)}
    connection.execute(_TOUCHED.format(arrived=arrived), moments)
    for kind in ("promises", "events"):
        connection.execute(
            f"CREATE VIEW {kind} AS SELECT * FROM all_{kind} SEMI JOIN touched USING (shipment_id)"
        )
    while connection.execute(_OTHERS).fetchall()[0][0]:
        pass


def _what(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    found = connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE view_name = $name AND NOT internal", {"name": name}
    ).fetchall()
    return "VIEW" if found[0][0] else "TABLE"


def _days(connection: duckdb.DuckDBPyConnection, query: str, **parameters: Any) -> set[dt.date]:
    return {day for (day,) in connection.execute(query, parameters).fetchall()}


def fold_again(
    definition: Definition, inputs: Inputs, *, as_of: dt.datetime, folder: Path, before: Before
) -> Refolded:
    """Fold what changed since `before`, whose moment is not after `as_of` and whose files all are among
    the inputs. Only days that changed are written to `folder`; the others stay where they are."""
    with connect() as connection:
        bind(connection, inputs)
        bind_rows(connection, "closed_before", "since DATE, until DATE", before.closed)
        _bind_state(connection, "folded", before.days)
        moments = {"as_of": naive_utc(as_of), "before": naive_utc(before.as_of)}
        moved = _days(connection, compile_moved_by_time(definition), **moments)
        _bind_touched(connection, inputs, before, as_of)
        fold(connection, definition, inputs, as_of, "fresh")
        changed = _days(
            connection,
            "SELECT day FROM folded SEMI JOIN touched USING (shipment_id) UNION SELECT day FROM fresh",
        )
        days = {day: files for day, files in before.days.items() if day not in changed}
        if changed:
            days |= _rewritten(connection, before.days, changed, folder)
        return _recounted(connection, definition, as_of, days, changed | moved)


def _rewritten(
    connection: duckdb.DuckDBPyConnection, old: DayFiles, changed: set[dt.date], folder: Path
) -> dict[dt.date, list[Path]]:
    files = [path for day in sorted(changed & old.keys()) for path in old[day]]
    rows = _KEPT_AND_FRESH.format(old=files_sql(files)) if files else "SELECT * FROM fresh"
    return _write(connection, rows, folder)


def _recounted(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    as_of: dt.datetime,
    days: DayFiles,
    touched: set[dt.date],
) -> Refolded:
    """Count the days named, or all where a day's counts need other days' shipments."""
    counted = frozenset(touched) if counts_by_day(definition) else None
    wanted = days if counted is None else {day: files for day, files in days.items() if day in counted}
    if not wanted:
        return Refolded(days, Tally([], {}, {}), counted)
    _bind_state(connection, "folded", wanted)
    return Refolded(days, tally_of(connection, definition, as_of), counted)


_BEHIND: Final = """
SELECT DISTINCT filename FROM {files} SEMI JOIN (
  SELECT shipment_id FROM ((SELECT * FROM {old} EXCEPT SELECT * FROM {new})
                     UNION (SELECT * FROM {new} EXCEPT SELECT * FROM {old}))) USING (shipment_id)
ORDER BY filename
"""


def files_behind(old: Sequence[Path], new: Sequence[Path], arrived: Sequence[Path]) -> list[Path]:
    """Which of the files that arrived have rows of shipments that two states tell differently."""
    if not arrived:
        return []
    named = files_sql(arrived).replace("union_by_name=true", "union_by_name=true, filename=true")
    query = _BEHIND.format(files=named, old=files_sql(old), new=files_sql(new))
    with connect() as connection:
        return [Path(name) for (name,) in connection.execute(query).fetchall()]
