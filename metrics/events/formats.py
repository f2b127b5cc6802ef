"""Files as tables: which columns a file has, and the SQL that reads the ones that are used as text.

A file is known by its first bytes and its ending. The columns come out as `c0`, `c1`, ... in the order
asked for, so that no name of a file ever becomes part of a statement unquoted; beside them stands
`broken`, a reason where a row has no shape.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
from django.utils.translation import gettext as _

from metrics.events.shape import REJECTS, check_shape
from metrics.lake.columnar import literal, name
from otdr_hub.lib.outcome import InvalidInputError

MALFORMED: Final = "malformed_row"
_HEADER_BYTES: Final = 65_536
_PACKED: Final = (
    (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!", "RAR"),
)  # fmt: skip
_ENDINGS: Final = {".csv": "CSV", ".jsonl": "JSONL", ".ndjson": "JSONL", ".parquet": "Parquet"}
# A JSON line in one column: this control character cannot stand in JSON.
_LINES: Final = (
    "columns={'line': 'VARCHAR', 'more': 'VARCHAR'}, auto_detect=false, header=false, delim='\x01', quote='',"
    " escape='', strict_mode=false, null_padding=true, new_line='\\n'"
)
_TEXT: Final = f"store_rejects=true, rejects_limit={REJECTS}, compression='none', encoding='utf-8'"


@dataclass(frozen=True, slots=True)
class Source:
    """One file as a table: its format, its columns as named in it, and where the reader finds its bytes.

    `naive` are columns of times without a zone (Parquet's TIMESTAMP), `types` the typed ones.
    """

    format: str
    columns: tuple[str, ...]
    file: str
    types: dict[str, str]

    @property
    def naive(self) -> frozenset[str]:
        """Columns that are typed as times without a zone."""
        return frozenset(
            name for name, kind in self.types.items() if kind.startswith("TIMESTAMP") and not _zoned(kind)
        )

    def moments(self, contract_says: bool) -> frozenset[str]:
        """Columns typed as moments: times with a zone and, where the contract asks for an instant
        (`contract_says`), those without one, which are UTC."""
        times = frozenset(name for name, kind in self.types.items() if kind.startswith("TIMESTAMP"))
        return times if contract_says else times - self.naive

    @property
    def first_line(self) -> int:
        """The line of the first row: a CSV file's header is line 1."""
        return 2 if self.format == "CSV" else 1

    def rows(self, used: Sequence[str]) -> str:
        """SQL of the used columns as text (`c0`, `c1`, ...) and `broken`, in the file's order; typed times
        stand there as naive ones (`t0`, ...), too, each with the number of its column."""
        return {"CSV": self._csv, "JSONL": self._jsonl, "Parquet": self._parquet}[self.format](used)

    def _csv(self, used: Sequence[str]) -> str:
        columns = ", ".join(f"'f{at}': 'VARCHAR'" for at in range(len(self.columns)))
        chosen = "".join(f"f{self.columns.index(column)} AS c{at}, " for at, column in enumerate(used))
        return (
            f"SELECT {chosen}CAST(NULL AS VARCHAR) AS broken"
            f" FROM read_csv({self.file}, columns={{{columns}}}, auto_detect=false,"
            f" header=true, delim=',', quote='\"', escape='\"', strict_mode=true, {_TEXT})"
        )

    def _jsonl(self, used: Sequence[str]) -> str:
        shape = literal(json.dumps(dict.fromkeys(used, "VARCHAR")))
        chosen = "".join(
            f"nullif(struct_extract(doc, {literal(column)}), '') AS c{at}, " for at, column in enumerate(used)
        )
        return (
            f"SELECT {chosen}CASE WHEN doc IS NULL THEN '{MALFORMED}' END AS broken FROM"
            f" (SELECT CASE WHEN is_object THEN from_json(line, {shape}) END AS doc FROM {self._lines()})"
        )

    def _lines(self) -> str:
        # The type of what is no JSON must not be asked for, hence the two steps.
        return (
            "(SELECT line, CASE WHEN more IS NULL AND json_valid(line) THEN json_type(line) = 'OBJECT'"
            f" ELSE false END AS is_object FROM read_csv({self.file}, {_LINES}, {_TEXT}))"
        )

    def _parquet(self, used: Sequence[str]) -> str:
        chosen = "".join(
            f"nullif({_as_text(name(column), self.types[column])}, '') AS c{at}, "
            for at, column in enumerate(used)
        )
        chosen += "".join(
            f"{_as_time(name(column), self.types[column])} AS t{at}, "
            for at, column in enumerate(used)
            if self.types[column].startswith("TIMESTAMP")
        )
        return f"SELECT {chosen}CAST(NULL AS VARCHAR) AS broken FROM {_parquet_table(self.file)}"


def _zoned(kind: str) -> bool:
    return kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") or kind.endswith("WITH TIME ZONE")


def _as_text(column: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return f"CAST({_as_time(column, kind)} AS VARCHAR)" + (" || 'Z'" if _zoned(kind) else "")
    return f"CAST({column} AS VARCHAR)"


def _as_time(column: str, kind: str) -> str:
    return f"make_timestamp(epoch_us({column}))" if _zoned(kind) else f"CAST({column} AS TIMESTAMP)"


def _parquet_table(file: str) -> str:
    # A folder called market=BR says nothing about what is in the file.
    return f"read_parquet({file}, hive_partitioning=false, binary_as_string=true)"


def _format_of(path: Path, start: bytes) -> str:
    for magic, packed in _PACKED:
        if start.startswith(magic):
            raise InvalidInputError(
                _(
                    "%(path)s: this is a %(packed)s file. Compressed files are not taken, since they may"
                    " unpack to any size: unpack it and send what is inside."
                )
                % {"path": path.name, "packed": packed}
            )
    if start.startswith(b"PAR1"):
        return "Parquet"
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        raise InvalidInputError(
            _("%(path)s: its ending says no known format; send .csv, .jsonl, .ndjson or .parquet.")
            % {"path": path.name}
        )
    if found == "Parquet":
        raise InvalidInputError(
            _(
                "%(path)s: this is not a Parquet file (it does not begin with PAR1); it may be cut off or"
                " misnamed. Send it again."
            )
            % {"path": path.name}
        )
    return found


def _csv_columns(path: Path) -> list[str]:
    with path.open("rb") as handle:
        start = handle.read(_HEADER_BYTES)
    if len(start) == _HEADER_BYTES and b"\n" not in start and b"\r" not in start:
        raise InvalidInputError(
            _(
                "%(path)s, line 1: no line ends within the first %(header_bytes)s bytes; this is no CSV"
                " file with a header."
            )
            % {"path": path.name, "header_bytes": f"{_HEADER_BYTES:,}"}
        )
    # Only the header is judged here: bytes that are no UTF-8 stand out as lone surrogates.
    text = start.decode("utf-8-sig", "surrogateescape")
    try:
        header = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error as error:
        raise InvalidInputError(
            _("%(path)s, line 1: cannot be read as UTF-8 CSV (%(error)s).")
            % {"path": path.name, "error": error}
        ) from None
    if not all(column.isascii() or column.encode("utf-8", "replace").decode() == column for column in header):
        raise InvalidInputError(
            _("%(path)s, line 1: cannot be read as UTF-8 CSV. Save the file as UTF-8.") % {"path": path.name}
        )
    return header


def _json_columns(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    keys = f"SELECT DISTINCT json_keys(line) AS keys FROM {source._lines()} WHERE is_object"
    found = connection.execute(
        f"SELECT DISTINCT key FROM (SELECT unnest(keys) AS key FROM ({keys})) ORDER BY 1"
    )
    return [str(key) for (key,) in found.fetchall()]


def _parquet_columns(connection: duckdb.DuckDBPyConnection, file: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {_parquet_table(file)}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def open_source(connection: duckdb.DuckDBPyConnection, path: Path, link: Path) -> Source:
    """The file as a table. `link` is a path of ours to the same bytes, in letters every reader takes
    as they are (a file called `a*.csv` would be read as a pattern).

    Raises InvalidInputError naming the file when it is packed, of no known format or unreadable.
    """
    with path.open("rb") as handle:
        start = handle.read(16)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidInputError(
            _("%(path)s: cannot be read as UTF-8: it is written in UTF-16. Save it as UTF-8.")
            % {"path": path.name}
        )
    if not start.strip():
        raise InvalidInputError(
            _("%(path)s: the file is empty; it needs a header line or a first row.") % {"path": path.name}
        )
    form, file = _format_of(path, start), literal(str(link))
    if form == "CSV":
        header = tuple(_csv_columns(path))
        check_shape(path, len(header))
        return Source(form, header, file, {})
    if form == "JSONL":
        check_shape(path, None)
    try:
        if form == "Parquet":
            types = _parquet_columns(connection, file)
            return Source(form, tuple(types), file, types)
        columns = _json_columns(connection, Source(form, (), file, {}))
    except duckdb.Error as error:
        raise unreadable(path, form, error) from None
    return Source(form, tuple(columns), file, {})


def unreadable(path: Path, form: str, error: duckdb.Error) -> InvalidInputError:
    """The refusal of a file that the engine cannot read, in one line, without anything it quotes:
    that may be a value of the file."""
    said = re.sub(r"""(["']).*?\1""", "...", str(error).strip().splitlines()[0])[:300]
    kind = form if form == "Parquet" else f"UTF-8 {form}"
    return InvalidInputError(
        _("%(path)s: cannot be read as %(kind)s; nothing was taken. %(said)s")
        % {"path": path.name, "kind": kind, "said": said}
    )
