"""CSV files: lines put together in numpy from tables of texts, some thousand lines at a time.

The lines of a chunk are records of equal length. Every part of a line has a field of its own, as wide as its
longest text; what a text leaves over is NUL, and all NULs are dropped at the end. Chunks are made in threads
(numpy works outside the interpreter lock) and written in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from metrics.simulate.ahead import in_order
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
Texts = npt.NDArray[np.void]  # texts of one width
Lines = npt.NDArray[np.void]  # records, one field per part
Part = tuple[Texts, npt.NDArray[Any]]  # a table of texts, and which of them each line has

T = TypeVar("T", bound=Table)
CHUNK = 1 << 14  # lines: some 2 MB, which stay in a processor's cache
AHEAD = 4  # chunks in the making
SERIALS = 1000
QUARTER_HOUR = 900
WEST_TO_EAST = range(-12 * 4, 14 * 4 + 1)  # zone offsets in quarter hours
HALF = 10**5  # numbers have ten digits, written as twice five
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

    def __init__(self, scenario: Scenario, catalogue: Catalogue, pool: Executor) -> None:
        self._pool = pool
        codes = [market.code for market in scenario.markets]
        carriers = [carrier.code for carrier in catalogue.carriers]
        carriers += [f"C{400 + number}" for number in range(len(carriers))]
        lanes = catalogue.lanes
        self._unknown, self._lanes = np.int64(len(catalogue.carriers)), np.int64(len(lanes))
        self._versions = len(catalogue.integrations)
        self._prefix = _texts(f"{code}-" for code in codes)
        self._other_prefix = _texts(code.lower() for code in codes)
        self._order_prefix = _texts(f",{code}-O" for code in codes)
        self._market = _texts(f",{code}," for code in codes)
        self._endings = _texts(f"{letter}{serial}," for letter in ID_LETTERS for serial in range(SERIALS))
        self._types = _texts(f",{code},{kind}," for code in codes for kind in EVENT_TYPES)
        places = [f"{lane.origin},{lane.destination}" for lane in lanes]
        self._places = _texts(f"{code},{place}," for code, place in product(carriers, places))
        self._ends = _texts(f"{code},{place}\n" for code, place in product(carriers, places))
        feeds = product(EVENT_REASONS, SOURCES, catalogue.integrations)
        self._feeds = _texts(f"{reason},{source},{version}\n" for reason, source, version in feeds)
        self._zones = _texts(f",{lane.zone}," for lane in lanes)
        self._offsets = _texts([",", *(f"{_offset_text(quarters)}," for quarters in WEST_TO_EAST)])
        self._services = _texts(f"{r},{s}," for r in PROMISE_REASONS for s in SERVICES)
        self._fixed = _fixed()

    def write_promises(self, rows: PromiseRows, order: Ints, path: Path) -> None:
        """Write the rows in this order."""
        self._write(path, PROMISES, self._promise_lines, rows, order)

    def write_events(self, rows: EventRows, order: Ints, path: Path) -> None:
        """Write the rows in this order."""
        self._write(path, EVENTS, self._event_lines, rows, order)

    def _write(self, path: Path, header: str, lines: Callable[[T], Lines], rows: T, order: Ints) -> None:
        def made(start: int) -> Bytes:
            matrix = _as_bytes(lines(rows.take(order[start : start + CHUNK]))).ravel()
            kept: Bytes = matrix[matrix != 0]
            return kept

        with path.open("wb", buffering=0) as stream:
            stream.write(f"{header}\n".encode())
            for chunk in in_order(self._pool, made, range(0, len(order), CHUNK), AHEAD):
                stream.write(chunk.data)

    def _shipment(self, rows: _Rows) -> list[Part]:
        return [(self._prefix, rows.market), *self._fixed.digits(rows.number)]

    def _promise_lines(self, rows: PromiseRows) -> Lines:
        at, second = rows.promised_local // DAY, rows.promised_local % DAY
        east = np.where(rows.window, rows.offset // QUARTER_HOUR - WEST_TO_EAST[0] + 1, 0)
        return _lines(
            [
                *self._shipment(rows),
                (self._order_prefix, rows.market),
                *self._fixed.digits(rows.order),
                (self._market, rows.market),
                (self._fixed.days, at),
                (self._fixed.ends, np.where(rows.window, second, DAY)),
                (self._offsets, east),
                *self._fixed.instant(rows.recorded, self._fixed.bare),
                (self._zones, rows.lane),
                (self._services, rows.reason * len(SERVICES) + rows.service),
                (self._ends, rows.carrier * self._lanes + rows.lane),
            ]
        )

    def _event_lines(self, rows: EventRows) -> Lines:
        carrier = rows.carrier + self._unknown * ((rows.style & OTHER_CARRIER) > 0)
        shipment = self._shipment(rows)
        feed = (rows.reason.astype(np.int64) * len(SOURCES) + rows.source) * self._versions
        lines = _lines(
            [
                *shipment,
                (self._endings, rows.kind * SERIALS + rows.serial),
                *shipment,
                (self._types, rows.market * len(EVENT_TYPES) + rows.kind),
                *self._fixed.instant(rows.occurred, self._fixed.more),
                *self._fixed.instant(rows.received, self._fixed.more),
                (self._places, carrier * self._lanes + rows.lane),
                (self._feeds, feed + rows.integration),
            ]
        )
        before = sum(table.itemsize for table, _ in shipment) + self._endings.itemsize
        self._rename(_as_bytes(lines), rows, before)
        return lines

    def _rename(self, matrix: Bytes, rows: EventRows, start: int) -> None:
        """Write the shipment at column `start` in the other format: `br123` instead of `BR-0000000123`."""
        other = np.flatnonzero(rows.style & OTHER_ID)
        if not len(other):
            return
        width, prefix = self._prefix.itemsize, _as_bytes(self._other_prefix)
        matrix[other, start : start + width] = 0
        matrix[other, start : start + prefix.shape[1]] = prefix[rows.market[other]]
        digits = matrix[other, start + width : start + width + 10]
        digits[np.logical_and.accumulate(digits == ord("0"), axis=1)] = 0
        matrix[other, start + width : start + width + 10] = digits


class _Fixed:
    """Texts of numbers and times, which are the same in every scenario."""

    def __init__(self) -> None:
        self._five = _texts(f"{number:05d}" for number in range(HALF))
        self.days = _texts(np.arange("1970-01-01", "2101-01-01", dtype="datetime64[D]").astype(str).tolist())
        seconds = [f"T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}" for n in range(DAY)]
        self.ends = _texts([*seconds, ""])
        self.bare = _texts(f"{second}Z" for second in seconds)
        self.more = _texts(f"{second}Z," for second in seconds)

    def digits(self, number: Ints) -> list[Part]:
        """Ten digits of numbers below 10**10."""
        high = number // HALF
        return [(self._five, high), (self._five, number - high * HALF)]

    def instant(self, seconds: Ints, times: Texts) -> list[Part]:
        """A moment (epoch seconds), its time of day from one of the tables here."""
        day = seconds // DAY
        return [(self.days, day), (times, seconds - day * DAY)]


@cache
def _fixed() -> _Fixed:
    """Made once: some 400,000 texts."""
    return _Fixed()


def _texts(texts: Iterable[str]) -> Texts:
    """One record of bytes per text, the shorter ones followed by NULs."""
    encoded = np.array([text.encode() for text in texts])
    return encoded.view(f"V{encoded.itemsize}")


def _lines(parts: Sequence[Part]) -> Lines:
    """The texts of the lines side by side."""
    result = np.empty(
        len(parts[0][1]), dtype=[(f"f{at}", table.dtype) for at, (table, _) in enumerate(parts)]
    )
    for at, (table, which) in enumerate(parts):
        result[f"f{at}"] = np.take(table, which)
    return result


def _as_bytes(lines: npt.NDArray[np.void]) -> Bytes:
    """The same memory as a matrix of bytes; shape (lines, width)."""
    return lines.view(np.uint8).reshape(len(lines), -1)


def _offset_text(quarters: int) -> str:
    """`-03:00` for -12 quarter hours."""
    hours, rest = divmod(abs(quarters), 4)
    return f"{'-' if quarters < 0 else '+'}{hours:02d}:{rest * 15:02d}"
