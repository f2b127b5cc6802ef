"""Reading one file in the columnar engine: taken whole, or refused with one message.

No Python code runs per row. Every row is parsed, read as typed values and checked in one pass; the
usable ones are the view `good`, the others the view `refused` (line, reason).
"""

from __future__ import annotations

import tempfile
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
from django.utils.translation import gettext as _

from metrics.events.checks import checked
from metrics.events.contract import CONTRACTS
from metrics.events.expressions import ready_in, text_of
from metrics.events.formats import MALFORMED, Source, open_source, unreadable
from metrics.events.mapping import Mapping, identity
from metrics.events.shape import REJECTS
from metrics.lake.room import out_of_room
from metrics.lake.watch import watched
from otdr_hub.lib.outcome import InvalidInputError

_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file held. Usable rows are in the connection's view `good`, the others in `refused`."""

    rows: int
    accepted: int
    quarantined: int
    reasons: dict[str, int]


def check_columns(path: Path, kind: str, found: Sequence[str], ignored: Sequence[str]) -> tuple[str, ...]:
    """The file's columns that may be read. Raises InvalidInputError: file, column, what to do."""
    contract = CONTRACTS[kind]
    known = [name for name in ignored if name in contract.columns]
    if known:
        raise InvalidInputError(
            _("'%(known)s' is a column of the contract for %(kind)s; --ignore-columns drops only others.")
            % {"known": known[0], "kind": kind}
        )
    if not found:
        raise InvalidInputError(
            _("%(path)s: the file is empty; it needs a header line or a first row.") % {"path": path.name}
        )
    missing = [name for name in contract.required if name not in found]
    if missing:
        raise InvalidInputError(
            _("%(path)s: the column '%(missing)s' is missing; %(kind)s need %(required)s.")
            % {
                "path": path.name,
                "missing": missing[0],
                "kind": kind,
                "required": ", ".join(contract.required),
            }
        )
    unknown = [name for name in found if name not in contract.columns and name not in ignored]
    if unknown:
        raise InvalidInputError(
            _(
                "%(path)s: the column '%(unknown)s' is not in the contract for %(kind)s and may carry"
                " personal data, so nothing was read. Remove the column and send the file again, or have"
                " it dropped unread with --ignore-columns %(dropped)s"
            )
            % {"path": path.name, "unknown": unknown[0], "kind": kind, "dropped": ",".join(unknown)}
        )
    return tuple(name for name in found if name in contract.columns)


def _check_mapped(path: Path, mapping: Mapping, found: Sequence[str]) -> None:
    for column, origin in mapping.origins.items():
        for part in origin.parts:
            if not part.is_text and part.text not in found:
                raise InvalidInputError(
                    _("%(path)s: the column '%(part)s' is missing; the mapping reads %(column)s from it.")
                    % {"path": path.name, "part": part.text, "column": column}
                )


def _load_known(
    connection: duckdb.DuckDBPyConnection, markets: Iterable[str], codes: Sequence[tuple[str, str]]
) -> None:
    connection.execute(
        "CREATE TABLE known_codes AS SELECT unnest($carriers) AS carrier, unnest($codes) AS code",
        {"carriers": [carrier for carrier, _ in codes], "codes": [code for _, code in codes]},
    )
    connection.execute(
        "CREATE TABLE known_markets AS SELECT unnest($codes) AS code", {"codes": list(markets)}
    )
    connection.execute(
        "CREATE TABLE known_zones AS SELECT unnest($names) AS name",
        {"names": sorted(zoneinfo.available_timezones())},
    )


def _layout(
    path: Path, source: Source, kind: str, mapping: Mapping | None, ignored: Sequence[str]
) -> Mapping:
    if mapping is None:
        found = check_columns(path, kind, source.columns, ignored)
        mapping = identity(CONTRACTS[kind], found)
    _check_mapped(path, mapping, source.columns)
    for column in mapping.used:
        if source.columns.count(column) > 1:
            raise InvalidInputError(
                _("%(path)s: a column is named twice ('%(column)s').") % {"path": path.name, "column": column}
            )
        if source.types.get(column, "").endswith(("]", ")")) and "DECIMAL" not in source.types[column]:
            raise InvalidInputError(
                _(
                    "%(path)s: the column '%(column)s' holds %(types)s; the contract needs one text, number"
                    " or time in each row."
                )
                % {"path": path.name, "column": column, "types": source.types[column]}
            )
    return mapping


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(-1, 2)
        return handle.read(1) in b"\r\n"


# What makes a file unusable as a whole, found among the lines the parser could not take.
_FATAL: Final = """
SELECT line, CASE WHEN error_type = 'INVALID ENCODING' THEN 'encoding'
                  WHEN error_type = 'LINE SIZE OVER MAXIMUM' THEN 'long'
                  WHEN error_type = 'UNQUOTED VALUE'
                       AND contains(rtrim(csv_line, chr(13) || chr(10)), chr(10)) THEN 'quote' END AS fault
FROM reject_errors WHERE fault IS NOT NULL ORDER BY line LIMIT 1
"""


def _faulty(path: Path, line: int, fault: str, form: str) -> InvalidInputError:
    said = {
        "encoding": _("cannot be read as UTF-8 %(form)s; nothing was taken. Save the file as UTF-8.")
        % {"form": form},
        "long": _("longer than 2,000,000 bytes, so it is no row; nothing was taken."),
        "quote": _(
            "a quote opens and does not close in its line, so the lines after it would be lost;"
            " nothing was taken. Close it, or double it if it is part of the text."
        ),
    }
    return InvalidInputError(
        _("%(path)s, line %(line)s: %(said)s") % {"path": path.name, "line": line, "said": said[fault]}
    )


def _rejected(connection: duckdb.DuckDBPyConnection, path: Path, source: Source) -> list[int]:
    """Lines that had no row shape, in order. Raises InvalidInputError when they say the file is none."""
    if source.format == "Parquet":
        return []
    for line, fault in connection.execute(_FATAL).fetchall():
        raise _faulty(path, line, fault, source.format)
    found = connection.execute("SELECT DISTINCT line FROM reject_errors ORDER BY line").fetchall()
    lines = [int(line) for (line,) in found]
    if len(lines) >= REJECTS // len(source.columns):
        ((kept,),) = connection.execute("SELECT count(*) FROM reject_errors").fetchall()
        if kept >= REJECTS:
            raise InvalidInputError(
                _(
                    "%(path)s, from line %(line)s: more than %(count)s lines have not the header's"
                    " %(columns)s columns; nothing was taken. Check delimiter and quotes."
                )
                % {
                    "path": path.name,
                    "line": lines[0],
                    "count": f"{len(lines) - 1:,}",
                    "columns": len(source.columns),
                }
            )
    return lines


def _number(connection: duckdb.DuckDBPyConnection, source: Source, rejected: list[int]) -> None:
    """Views `good` and `refused` over the checked rows, each row with its line of the file.

    Rows without shape are not in the table, so the rows after them stand as many lines further down.
    """
    first = source.first_line
    line, table = f"c.rowid + {first}", "checked c"
    if rejected:
        shifts = {at - first - index: index + 1 for index, at in enumerate(rejected)}
        connection.execute("CREATE TABLE shifts AS SELECT unnest($at) AS at, unnest($down) AS down", {
            "at": [-1, *shifts], "down": [0, *shifts.values()],
        })  # fmt: skip
        connection.execute("CREATE TABLE rejected AS SELECT unnest($lines) AS line", {"lines": rejected})
        line, table = f"{line} + s.down", "checked c ASOF JOIN shifts s ON c.rowid >= s.at"
    shapeless = f"SELECT line, '{MALFORMED}' AS reason FROM rejected UNION ALL " if rejected else ""
    connection.execute(
        f"CREATE VIEW good AS SELECT c.* EXCLUDE (problem), {line} AS line FROM {table}"
        " WHERE c.problem IS NULL"
    )
    connection.execute(
        f"CREATE VIEW refused AS {shapeless}SELECT {line} AS line, c.problem AS reason FROM {table}"
        " WHERE c.problem IS NOT NULL"
    )


def _check_whole(connection: duckdb.DuckDBPyConnection, path: Path, source: Source, rows: int) -> None:
    """Raises InvalidInputError when the file stops in the middle of its last line."""
    if source.format == "Parquet" or not rows or _ends_with_newline(path):
        return
    last = rows + source.first_line - 1
    cut = connection.execute("SELECT reason FROM refused WHERE line = $last", {"last": last}).fetchall()
    if cut:
        raise InvalidInputError(
            _(
                "%(path)s, line %(last)s: the last line is cut off (%(cut)s, and no line end), so the"
                " file is not complete; nothing was taken. Send it again when it is."
            )
            % {"path": path.name, "last": last, "cut": cut[0][0]}
        )


def read(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    kind: str,
    *,
    source: str,
    markets: Iterable[str],
    mapping: Mapping | None = None,
    ignored: Sequence[str] = (),
    codes: Sequence[tuple[str, str]] = (),
    tell: Callable[[float], None] | None = None,
) -> Parsed:
    """Parse and check a file. Raises InvalidInputError when it cannot be taken whole, NoRoomError when
    the machine has no room to read it. `mapping` None means the contract's own layout; `codes` are the
    carriers' own event codes (carrier, code) that a version reads. `tell` hears how far it is (0 to 1)."""
    with tempfile.TemporaryDirectory(prefix="otdr-") as folder:
        link = Path(folder) / "input"
        link.symlink_to(path.resolve())
        table = open_source(connection, path, link)
        layout = _layout(path, table, kind, mapping, ignored)
        _load_known(connection, markets, codes)
        ready = ready_in(table, layout, kind)
        text = text_of(table, layout, CONTRACTS[kind], ready)
        parameters = {"source": source} if kind == "events" else {}
        try:
            with watched(connection, tell):
                connection.execute(
                    f"CREATE TABLE checked AS {checked(kind, text, codes=bool(codes), ready=ready)}",
                    parameters,
                )
        except duckdb.Error as error:
            raise out_of_room(error) or unreadable(path, table.format, error) from None
    rejected = _rejected(connection, path, table)
    _number(connection, table, rejected)
    parsed = _counted(connection)
    _check_whole(connection, path, table, parsed.rows)
    return parsed


def _counted(connection: duckdb.DuckDBPyConnection) -> Parsed:
    ((accepted,),) = connection.execute("SELECT count(*) FROM good").fetchall()
    found = connection.execute(
        "SELECT reason, count(*) FROM refused GROUP BY reason ORDER BY reason"
    ).fetchall()
    reasons = {str(reason): int(count) for reason, count in found}
    quarantined = sum(reasons.values())
    return Parsed(int(accepted) + quarantined, int(accepted), quarantined, reasons)


def refused(connection: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[int, str]]]:
    """The quarantined rows as (line, reason) in the file's order, some thousands at a time."""
    found = connection.execute("SELECT line, reason FROM refused ORDER BY line")
    while rows := found.fetchmany(_AT_ONCE):
        yield [(int(line), str(reason)) for line, reason in rows]
