"""Reading one CSV file in the columnar engine: taken whole, or refused with one message.

No Python code runs per row; only the quarantined rows (few) come back to Python, to be stored
with their line.
"""

from __future__ import annotations

import bisect
import csv
import zoneinfo
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from metrics.events.contract import CONTRACTS, TYPED, problem_expression
from otdr_hub.lib.outcome import InvalidInputError

MALFORMED = "malformed_row"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file held. Usable rows are in the connection's table `good`, ready for the lake."""

    rows: int
    accepted: int
    quarantined: list[tuple[int, str]]

    @property
    def reasons(self) -> dict[str, int]:
        """Quarantined rows by reason."""
        return dict(sorted(Counter(reason for _, reason in self.quarantined).items()))


def _header(path: Path) -> list[str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            return next(csv.reader(handle), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"{path.name}: cannot be read as UTF-8 CSV ({error}).") from None


def check_header(path: Path, kind: str) -> list[str]:
    """The file's columns. Raises InvalidInputError naming file and column, and what to do."""
    contract, found = CONTRACTS[kind], _header(path)
    if not found:
        raise InvalidInputError(f"{path.name}: the file is empty; it needs a header line.")
    missing = [name for name in contract.required if name not in found]
    if missing:
        raise InvalidInputError(
            f"{path.name}: the column '{missing[0]}' is missing; {kind} need {', '.join(contract.required)}."
        )
    unknown = [name for name in found if name not in contract.columns]
    if unknown:
        raise InvalidInputError(
            f"{path.name}: the column '{unknown[0]}' is not in the contract for {kind} and may carry"
            " personal data, so nothing was read. Remove the column and send the file again."
        )
    if len(set(found)) != len(found):
        raise InvalidInputError(f"{path.name}: a column is named twice.")
    return found


def _load_known(connection: duckdb.DuckDBPyConnection, markets: Iterable[str]) -> None:
    connection.execute(
        "CREATE TABLE known_markets AS SELECT unnest($codes) AS code", {"codes": list(markets)}
    )
    connection.execute(
        "CREATE TABLE known_zones AS SELECT unnest($names) AS name",
        {"names": sorted(zoneinfo.available_timezones())},
    )


def _read_raw(connection: duckdb.DuckDBPyConnection, path: Path, kind: str, found: list[str]) -> list[int]:
    """Fill table `raw` (all text, numbered); return the record numbers that had no row shape."""
    absent = "".join(
        f", CAST(NULL AS VARCHAR) AS {name}" for name in CONTRACTS[kind].columns if name not in found
    )
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(
            f"CREATE TABLE raw AS SELECT row_number() OVER () AS position, *{absent}"
            f" FROM read_csv('{quoted}', all_varchar=true, header=true, delim=',', quote='\"', escape='\"',"
            " strict_mode=true, store_rejects=true, encoding='utf-8')"
        )
    except duckdb.Error as error:
        first_line = str(error).strip().splitlines()[0]
        raise InvalidInputError(
            f"{path.name}: cannot be read as UTF-8 CSV; nothing was taken. {first_line}"
        ) from None
    rejected = connection.execute("SELECT DISTINCT line FROM reject_errors ORDER BY line").fetchall()
    return [int(line) for (line,) in rejected]


def _lines(positions: Iterable[tuple[int, str]], rejected: list[int]) -> list[tuple[int, str]]:
    """Turn positions among well-formed rows into record numbers of the file (the header is line 1)."""
    shifted = [line - 1 - index for index, line in enumerate(rejected)]
    found = [(at + 1 + bisect.bisect_right(shifted, at), reason) for at, reason in positions]
    return sorted(found + [(line, MALFORMED) for line in rejected])


def read(
    connection: duckdb.DuckDBPyConnection, path: Path, kind: str, *, source: str, markets: Iterable[str]
) -> Parsed:
    """Parse and check a file into table `good`. Raises InvalidInputError when it cannot be taken whole."""
    found = check_header(path, kind)
    _load_known(connection, markets)
    rejected = _read_raw(connection, path, kind, found)
    parameters = {"source": source} if kind == "events" else {}
    connection.execute(
        f"CREATE TABLE checked AS SELECT *, {problem_expression(kind)} AS problem"
        f" FROM (SELECT position, {TYPED[kind]} FROM raw)",
        parameters,
    )
    connection.execute("DROP TABLE raw")
    connection.execute(
        "CREATE TABLE good AS SELECT * EXCLUDE (problem), position AS line FROM checked WHERE problem IS NULL"
    )
    bad = connection.execute("SELECT position, problem FROM checked WHERE problem IS NOT NULL").fetchall()
    accepted = connection.execute("SELECT count(*) FROM good").fetchall()[0][0]
    quarantined = _lines([(int(at), str(reason)) for at, reason in bad], rejected)
    return Parsed(int(accepted) + len(quarantined), int(accepted), quarantined)
