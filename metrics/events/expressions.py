"""A mapping over a source as SQL: the contract's columns as text, ready for the checks."""

from __future__ import annotations

from typing import Final

from metrics.events.checks import READ, WALL
from metrics.events.contract import CONTRACTS, Contract
from metrics.events.formats import Source
from metrics.events.mapping import Mapping, Origin, Part
from metrics.events.wall import as_utc
from metrics.lake.columnar import literal

_NOTHING: Final = "CAST(NULL AS VARCHAR)"
_FIRST: Final = "TIMESTAMP '0001-01-01 00:00:00'"
_LAST: Final = "TIMESTAMP '9999-12-31 23:59:59.999999'"


def text_of(source: Source, mapping: Mapping, contract: Contract, ready: dict[str, str]) -> str:
    """SQL with every column of the contract as text, and `broken`, one row per row of the file.

    A column of `ready` (from `ready_in`) is NULL there; its moments stand beside as `utc_<column>`.
    """
    used = mapping.used
    columns = [
        f"{_column(source, origin, column, used, contract) if origin and column not in ready else _NOTHING}"
        f" AS {column}"
        for column, origin in ((column, mapping.origins.get(column)) for column in contract.columns)
    ]
    columns += [f"{_ready(f't{used.index(part)}')} AS utc_{column}" for column, part in ready.items()]
    return f"SELECT {', '.join(columns)}, broken FROM ({source.rows(used)})"


def ready_in(source: Source, mapping: Mapping, kind: str) -> dict[str, str]:
    """Contract columns that the file holds typed as moments, and its columns for them: there is no need to
    write them as text and read that again."""
    instants = CONTRACTS[kind].instants
    return {
        column: origin.parts[0].text
        for column, origin in mapping.origins.items()
        if column in READ[kind]
        and not (origin.format or origin.zone or origin.parts[1:] or origin.parts[0].is_text)
        and origin.parts[0].text in source.moments(column in instants)
    }


def _ready(moment: str) -> str:
    # What could not be written with four digits of a year is no time of the contract.
    return f"CASE WHEN {moment} BETWEEN {_FIRST} AND {_LAST} THEN {moment} END"


def _column(source: Source, origin: Origin, column: str, used: tuple[str, ...], contract: Contract) -> str:
    # A value that is missing in one part is missing as a whole, which `||` says too.
    text = " || ".join(_part(part, used) for part in origin.parts)
    if origin.format:
        return _formatted(text, origin)
    if origin.zone:
        return _placed(text, origin.zone)
    typed = {part.text for part in origin.parts if not part.is_text} & source.naive
    # Where the contract wants an instant, a typed time without a zone is UTC, as every engine stores it.
    return f"{text} || 'Z'" if typed and column in contract.instants else text


def _part(part: Part, used: tuple[str, ...]) -> str:
    return literal(part.text) if part.is_text else f"c{used.index(part.text)}"


def _formatted(text: str, origin: Origin) -> str:
    moment = f"try_strptime({text}, {literal(origin.format)})"
    if origin.has_offset:
        return f"CAST(make_timestamp(epoch_us({moment})) AS VARCHAR) || 'Z'"
    if origin.is_day:
        return f"CAST(CAST({moment} AS DATE) AS VARCHAR)"
    if origin.zone:
        return f"CAST({as_utc(moment, origin.zone)} AS VARCHAR) || 'Z'"
    return f"CAST({moment} AS VARCHAR)"


def _placed(text: str, zone: str) -> str:
    """A time without an offset becomes an instant; whatever else it is stays as it came."""
    wall = f"CASE WHEN regexp_matches({text}, '{WALL}') THEN try_cast({text} AS TIMESTAMP) END"
    return f"coalesce(CAST({as_utc(f'({wall})', zone)} AS VARCHAR) || 'Z', {text})"
