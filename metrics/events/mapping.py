"""Mappings: where each contract column of another layout comes from, written as YAML.

    kind: events
    columns:
      event_id: {concat: [tracking_no, "-", status]}      # plain words are columns, quoted text is text
      market: {value: BR}
      shipment_id: tracking_no                            # short for {from: tracking_no}
      occurred_at: {from: Data, format: "%d/%m/%Y %H:%M", zone: America/Sao_Paulo}

In `concat`, `{from: ...}` and `{value: ...}` say the same without relying on quotes. `format` is DuckDB's
strptime; `zone` says in which IANA zone a time without an offset was read off the clock, and makes it an
instant. Only the columns a mapping names are ever read.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml
from django.utils.translation import gettext as _

from metrics.events.contract import CONTRACTS, Contract
from metrics.lake.columnar import literal
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError

_LONGEST: Final = 65_536
_SOURCES: Final = ("from", "value", "concat")
_OFFSETS: Final = ("%z", "%Z")
_CLOCKS: Final = ("%H", "%-H", "%I", "%-I", "%c", "%X")


class _Quoted(str):
    """Text that stood in quotes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A column of the file, or (`is_text`) a text that is the same in every row."""

    text: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one contract column comes from: parts side by side, read as a time when `format` is given."""

    parts: tuple[Part, ...]
    format: str = ""
    zone: str = ""

    @property
    def has_offset(self) -> bool:
        """Whether the format reads an offset."""
        return any(code in self.format for code in _OFFSETS)

    @property
    def is_day(self) -> bool:
        """Whether the format reads a day and no time of day."""
        return bool(self.format) and not any(code in self.format for code in _CLOCKS)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Contract columns and their origins. `digest` is its content address; empty for the contract itself."""

    origins: dict[str, Origin]
    digest: str = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The file's columns that are read, each once, in a fixed order."""
        parts = (part for origin in self.origins.values() for part in origin.parts)
        return tuple(dict.fromkeys(part.text for part in parts if not part.is_text))


def identity(contract: Contract, found: tuple[str, ...]) -> Mapping:
    """Every contract column that a file has, from the column of its name."""
    return Mapping({column: Origin((Part(column),)) for column in contract.columns if column in found})


class _Loader(yaml.SafeLoader):
    """Keeps in mind which texts were quoted, and refuses a key that stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"'{twice}' stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _text(loader: yaml.SafeLoader, node: Any) -> str:
    text = str(loader.construct_scalar(node))
    return _Quoted(text) if node.style else text


# Every scalar is a text: BR stays BR, NO stays NO, 2026-01-01 stays what was written.
for _tag in ("str", "int", "float", "bool", "timestamp", "null"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _text)


def load(path: Path, kind: str) -> Mapping:
    """The mapping a YAML file says for a kind of input.

    Raises InvalidInputError naming file, path within it, and what to write.
    """
    try:
        with path.open(encoding="utf-8") as handle:
            text = handle.read(_LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            _("%(path)s: the mapping cannot be read (%(error)s).") % {"path": path.name, "error": error}
        ) from None
    if len(text) > _LONGEST:
        raise InvalidInputError(
            _("%(path)s: a mapping has at most %(longest)s characters.")
            % {"path": path.name, "longest": f"{_LONGEST:,}"}
        )
    try:
        return parse(text, kind)
    except InvalidInputError as error:
        raise InvalidInputError(f"{path.name}: {error}") from None


def parse(text: str, kind: str) -> Mapping:
    """The mapping a YAML text says. Raises InvalidInputError naming the path, and what to write."""
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader that remembers quotes)
    except yaml.YAMLError as error:
        raise InvalidInputError(
            _("the mapping is not YAML: %(error)s") % {"error": " ".join(str(error).split())}
        ) from None
    if not isinstance(document, dict) or not isinstance(document.get("columns"), dict):
        raise InvalidInputError(_("columns: missing; a mapping names under it where each column comes from"))
    other = [key for key in document if key not in ("kind", "columns")]
    if other:
        raise InvalidInputError(
            _("%(other)s: no such entry; a mapping has kind and columns") % {"other": other[0]}
        )
    if document.get("kind", kind) != kind:
        raise InvalidInputError(
            _("kind: this mapping is for %(kind)s, and the files are %(wanted)s")
            % {"kind": document["kind"], "wanted": kind}
        )
    contract, columns = CONTRACTS[kind], document["columns"]
    missing = [column for column in contract.required if column not in columns]
    if missing:
        raise InvalidInputError(
            _("columns.%(missing)s: missing; %(kind)s need %(required)s")
            % {"missing": missing[0], "kind": kind, "required": ", ".join(contract.required)}
        )
    origins = {
        str(column): _origin(f"columns.{column}", column, value, contract)
        for column, value in columns.items()
    }
    plain = {
        column: [[[part.text, part.is_text] for part in origin.parts], origin.format, origin.zone]
        for column, origin in origins.items()
    }
    return Mapping(origins, digest.of({"kind": kind, "columns": plain}))


def _origin(path: str, column: str, value: Any, contract: Contract) -> Origin:
    if column not in contract.columns:
        raise InvalidInputError(
            _("%(path)s: no such column; the contract has %(columns)s")
            % {"path": path, "columns": ", ".join(contract.columns)}
        )
    entry = {"from": value} if isinstance(value, str) else value
    if not isinstance(entry, dict):
        raise InvalidInputError(
            _("%(path)s: write a column's name, or one of %(sources)s")
            % {"path": path, "sources": ", ".join(_SOURCES)}
        )
    unknown = [key for key in entry if key not in (*_SOURCES, "format", "zone")]
    if unknown:
        raise InvalidInputError(
            _("%(path)s.%(unknown)s: no such entry; use %(sources)s, format, zone")
            % {"path": path, "unknown": unknown[0], "sources": ", ".join(_SOURCES)}
        )
    origin = Origin(_parts(path, entry), _said(path, entry, "format"), _said(path, entry, "zone"))
    _check_time(path, column, origin, contract)
    return origin


def _said(path: str, entry: dict[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str) or (key in entry and not value):
        raise InvalidInputError(_("%(path)s.%(key)s: write a text") % {"path": path, "key": key})
    if any(ord(letter) < 32 for letter in value):
        raise InvalidInputError(_("%(path)s.%(key)s: holds a control character") % {"path": path, "key": key})
    return str(value)


def _parts(path: str, entry: dict[str, Any]) -> tuple[Part, ...]:
    given = [key for key in _SOURCES if key in entry]
    if len(given) != 1:
        raise InvalidInputError(
            _("%(path)s: write exactly one of %(sources)s") % {"path": path, "sources": ", ".join(_SOURCES)}
        )
    if given[0] != "concat":
        return (Part(_said(path, entry, given[0]), is_text=given[0] == "value"),)
    items = entry["concat"]
    if not isinstance(items, list) or not items:
        raise InvalidInputError(
            _("%(path)s.concat: write a list of columns and quoted texts") % {"path": path}
        )
    parts = tuple(_part(f"{path}.concat[{at}]", item) for at, item in enumerate(items))
    if all(part.is_text for part in parts):
        raise InvalidInputError(
            _("%(path)s.concat: names no column; a plain word is a column, quoted text is text")
            % {"path": path}
        )
    return parts


def _part(path: str, item: Any) -> Part:
    if isinstance(item, str):
        return Part(_said(path, {"text": item}, "text"), is_text=isinstance(item, _Quoted))
    if isinstance(item, dict) and len(item) == 1 and set(item) <= {"from", "value"}:
        (key,) = item
        return Part(_said(path, item, key), is_text=key == "value")
    raise InvalidInputError(
        _("%(path)s: write a column's name, a quoted text, {from: ...} or {value: ...}") % {"path": path}
    )


def _check_time(path: str, column: str, origin: Origin, contract: Contract) -> None:
    if (origin.format or origin.zone) and column not in contract.times:
        entry = "format" if origin.format else "zone"
        raise InvalidInputError(
            _("%(path)s.%(entry)s: only %(times)s are times")
            % {"path": path, "entry": entry, "times": ", ".join(sorted(contract.times))}
        )
    if origin.format:
        try:
            with duckdb.connect() as connection:
                connection.execute(f"SELECT try_strptime('', {literal(origin.format)})")
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0]
            raise InvalidInputError(
                _("%(path)s.format: '%(format)s' is no time format (%(said)s)")
                % {"path": path, "format": origin.format, "said": said}
            ) from None
    if origin.zone and origin.zone not in zoneinfo.available_timezones():
        raise InvalidInputError(
            _("%(path)s.zone: '%(zone)s' is not an IANA zone like America/Sao_Paulo")
            % {"path": path, "zone": origin.zone}
        )
    if origin.zone and (origin.is_day or column not in ("promised_by", "occurred_at", *contract.instants)):
        raise InvalidInputError(_("%(path)s.zone: a day needs no zone; leave it out") % {"path": path})
    if column in contract.instants and origin.format and not (origin.zone or origin.has_offset):
        raise InvalidInputError(
            _("%(path)s.zone: missing; %(column)s is an instant, so say in which zone it was read")
            % {"path": path, "column": column}
        )
