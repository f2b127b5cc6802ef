"""CSV files: lines put together in numpy, byte by byte, from tables of texts.

A chunk of lines is one matrix of bytes. Every field has columns of its own, as wide as its longest text;
what a text leaves over is NUL, and all NULs are dropped at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from metrics.simulate.rows import EventRows, PromiseRows
from metrics.simulate.scenario import Scenario
from metrics.simulate.tables import (
    DAY,
    EVENT_REASONS,
    EVENT_TYPES,
    ID_LETTERS,
    OTHER_CARRIER,
    OTHER_ID,
    PROMISE_REASONS,
    SERVICES,
    SOURCES,
    Catalogue,
    Codes,
    Ints,
    Table,
)

Bytes = npt.NDArray[np.uint8]
Part = tuple[Bytes, Ints]  # a table of texts, and which of them each line has

T = TypeVar("T", bound=Table)
CHUNK = 1 << 15  # lines: a matrix of some 6 MB
SERIALS = 1000
QUARTER_HOUR = 900
WEST_TO_EAST = range(-12 * 4, 14 * 4 + 1)  # zone offsets in quarter hours
PROMISES = (
    "shipment_id,order_id,market,promised_by,recorded_at,zone,reason,service,carrier,origin,destination"
)
EVENTS = (
    "event_id,shipment_id,market,type,occurred_at,received_at,carrier,origin,destination,"
    "reason_code,source,integration"
)


class _Rows(Protocol):
    """What names a shipment."""

    @property
    def market(self) -> Codes: ...
    @property
    def number(self) -> Ints: ...


class CsvFiles:
    """The texts of a scenario's codes, and the two kinds of file that use them."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue) -> None:
        codes = [market.code for market in scenario.markets]
        carriers = [carrier.code for carrier in catalogue.carriers]
        lanes = catalogue.lanes
        self._prefix = _texts(f"{code}-" for code in codes)
        self._other_prefix = _texts(code.lower() for code in codes)
        self._order_prefix = _texts(f",{code}-O" for code in codes)
        self._market = _texts(f",{code}," for code in codes)
        self._endings = _texts(f"{letter}{serial}," for letter in ID_LETTERS for serial in range(SERIALS))
        self._types = _texts(f",{code},{kind}," for code in codes for kind in EVENT_TYPES)
        unknown = [f"C{400 + number}" for number in range(len(carriers))]
        self._carriers = _texts(f"{code}," for code in carriers + unknown)
        self._unknown = np.int64(len(carriers))
        self._places = _texts(f"{lane.origin},{lane.destination}," for lane in lanes)
        self._ends = _texts(f"{lane.origin},{lane.destination}\n" for lane in lanes)
        self._sources = _texts(f"{reason},{source}," for reason in EVENT_REASONS for source in SOURCES)
        self._versions = _texts(f"{version}\n" for version in catalogue.integrations)
        self._zones = _texts(f",{lane.zone}," for lane in lanes)
        self._offsets = _texts(["", *map(_offset_text, WEST_TO_EAST)])
        self._services = _texts(f"{r},{s}," for r in PROMISE_REASONS for s in SERVICES)
        self._fixed = _fixed()

    def write_promises(self, rows: PromiseRows, path: Path) -> None:
        """Write the rows in their order."""
        _write(path, PROMISES, (_matrix(self._promise(part)) for part in _chunks(rows)))

    def write_events(self, rows: EventRows, path: Path) -> None:
        """Write the rows in their order."""
        _write(path, EVENTS, (self._event_lines(part) for part in _chunks(rows)))

    def _shipment(self, rows: _Rows) -> list[Part]:
        return [(self._prefix, rows.market.astype(np.int64)), *self._fixed.digits(rows.number)]

    def _promise(self, rows: PromiseRows) -> list[Part]:
        at, second = rows.promised_local // DAY, rows.promised_local % DAY
        east = np.where(rows.window, rows.offset // QUARTER_HOUR - WEST_TO_EAST[0] + 1, 0)
        return [
            *self._shipment(rows),
            (self._order_prefix, rows.market.astype(np.int64)),
            *self._fixed.digits(rows.order),
            (self._market, rows.market.astype(np.int64)),
            (self._fixed.days, at),
            (self._fixed.ends, np.where(rows.window, second, DAY)),
            (self._offsets, east),
            (_texts([","]), np.zeros(len(rows), dtype=np.int64)),
            *self._fixed.instant(rows.recorded, self._fixed.bare),
            (self._zones, rows.lane.astype(np.int64)),
            (self._services, rows.reason.astype(np.int64) * len(SERVICES) + rows.service),
            (self._carriers, rows.carrier.astype(np.int64)),
            (self._ends, rows.lane.astype(np.int64)),
        ]

    def _event_lines(self, rows: EventRows) -> Bytes:
        kind, market = rows.kind.astype(np.int64), rows.market.astype(np.int64)
        carrier = rows.carrier + self._unknown * ((rows.style & OTHER_CARRIER) > 0)
        shipment = self._shipment(rows)
        parts: list[Part] = [
            *shipment,
            (self._endings, kind * SERIALS + rows.serial),
            *shipment,
            (self._types, market * len(EVENT_TYPES) + kind),
            *self._fixed.instant(rows.occurred, self._fixed.more),
            *self._fixed.instant(rows.received, self._fixed.more),
            (self._carriers, carrier),
            (self._places, rows.lane.astype(np.int64)),
            (self._sources, rows.reason.astype(np.int64) * len(SOURCES) + rows.source),
            (self._versions, rows.integration.astype(np.int64)),
        ]
        matrix = _matrix(parts)
        self._rename(matrix, rows, sum(table.shape[1] for table, _ in parts[: len(shipment) + 1]))
        return matrix

    def _rename(self, matrix: Bytes, rows: EventRows, start: int) -> None:
        """Write the shipment at column `start` in the other format: `br123` instead of `BR-0000000123`."""
        other = np.flatnonzero(rows.style & OTHER_ID)
        if not len(other):
            return
        width = self._prefix.shape[1]
        matrix[other, start : start + width] = 0
        matrix[other, start : start + self._other_prefix.shape[1]] = self._other_prefix[rows.market[other]]
        digits = matrix[other, start + width : start + width + 10]
        digits[np.logical_and.accumulate(digits == ord("0"), axis=1)] = 0
        matrix[other, start + width : start + width + 10] = digits


class _Fixed:
    """Texts of numbers and times, which are the same in every scenario."""

    def __init__(self) -> None:
        self._two = _texts(f"{number:02d}" for number in range(100))
        self._four = _texts(f"{number:04d}" for number in range(10_000))
        self.days = _texts(np.arange("1970-01-01", "2101-01-01", dtype="datetime64[D]").astype(str).tolist())
        seconds = [f"T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}" for n in range(DAY)]
        self.ends = _texts([*seconds, ""])
        self.bare = _texts(f"{second}Z" for second in seconds)
        self.more = _texts(f"{second}Z," for second in seconds)

    def digits(self, number: Ints) -> list[Part]:
        """Ten digits of numbers below 10**10."""
        return [
            (self._two, number // 10**8),
            (self._four, number // 10**4 % 10**4),
            (self._four, number % 10**4),
        ]

    def instant(self, seconds: Ints, times: Bytes) -> list[Part]:
        """A moment (epoch seconds), its time of day from one of the tables here."""
        return [(self.days, seconds // DAY), (times, seconds % DAY)]


@cache
def _fixed() -> _Fixed:
    """Made once: some 300,000 texts."""
    return _Fixed()


def _chunks(rows: T) -> Iterator[T]:
    for start in range(0, len(rows), CHUNK):
        yield rows.take(slice(start, start + CHUNK))


def _texts(texts: Iterable[str]) -> Bytes:
    """One row of bytes per text, the shorter ones followed by NULs; shape (texts, longest)."""
    encoded = np.array([text.encode() for text in texts])
    return encoded.view(np.uint8).reshape(len(encoded), -1)


def _matrix(parts: Sequence[Part]) -> Bytes:
    """The texts of the lines side by side; shape (lines, width of all tables)."""
    result = np.empty((len(parts[0][1]), sum(table.shape[1] for table, _ in parts)), dtype=np.uint8)
    start = 0
    for table, which in parts:
        end = start + table.shape[1]
        result[:, start:end] = np.take(table, which, axis=0)
        start = end
    return result


def _write(path: Path, header: str, matrices: Iterable[Bytes]) -> None:
    with path.open("wb") as stream:
        stream.write(f"{header}\n".encode())
        for matrix in matrices:
            flat = matrix.ravel()
            stream.write(flat[flat != 0].data)


def _offset_text(quarters: int) -> str:
    """`-03:00` for -12 quarter hours."""
    hours, rest = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{rest * 15:02d}"
