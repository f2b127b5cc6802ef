"""What each process writes down: fixed records, one file per process, read when all have ended."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.stale.model import Answer, Event

_ANSWER = struct.Struct("<qqqIIIHHB")
MANY = 0xFFFFFFFF
TORN, REFUSAL, TOTAL = 1, 2, 4


class Line(NamedTuple):
    """One read as written down: masks of figures seen and of sums held, and which surface it was."""

    asked: int
    done: int
    epoch: int
    seen: int
    total: int
    must: int
    surface: int
    status: int
    flags: int


class Writer:
    """Appends lines to a file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=1 << 16)

    def put(self, line: Line) -> None:
        """Keep one read."""
        self._file.write(_ANSWER.pack(*line))

    def close(self) -> None:
        """All lines are on disk."""
        self._file.close()


def lines(path: Path) -> Iterator[Line]:
    """All lines of a file."""
    with path.open("rb") as file:
        while piece := file.read(_ANSWER.size * 4096):
            for fields in _ANSWER.iter_unpack(piece[: len(piece) // _ANSWER.size * _ANSWER.size]):
                yield Line(*fields)


def one_total(totals: tuple[int, ...]) -> int:
    """Several sums in one answer are one too many: no set of markets has this mask."""
    return MANY if len(totals) > 1 else totals[0] if totals else 0


def answer(line: Line, names: list[str]) -> Answer:
    """A line as the checker takes it. Where one answer contradicts itself, no moment fits it."""
    totals = (line.total,) if line.total else ()
    if line.flags & TORN:
        totals = (MANY,)
    return Answer(
        line.asked, line.done, line.epoch, line.seen, totals, line.must, bool(line.flags & TOTAL),
        names[line.surface], bool(line.flags & REFUSAL),
    )  # fmt: skip


def broken(log: Path, most: int = 5) -> list[str]:
    """What the web server said of its first answers with status 500: each its traceback, for who looks into it."""
    text = log.read_text("utf-8", errors="replace") if log.exists() else ""
    told = re.split(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", text, flags=re.MULTILINE)
    return [one[-4000:] for one in told if "Internal Server Error: " in one][:most]


def write_events(path: Path, events: list[Event]) -> None:
    """Keep what the killer did."""
    path.write_text(json.dumps(events))


def read_events(path: Path) -> list[Event]:
    """What the killer did."""
    return [Event(*fields) for fields in json.loads(path.read_text())]
