"""What the pages of batches hold: frozen objects with finished text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metrics.events.contract import CONTRACTS
from metrics.uploads.forms import Filled

KINDS: Final = tuple(CONTRACTS)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One delivery in the list."""

    number: int
    file: str
    about: str
    came: str
    machine: str
    taken: str
    set_aside: str
    problem: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed in the table of rhythms."""

    market: str
    name: str
    last: str
    rhythm: str
    expected: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One upload: how far it is, or how it ended."""

    id: str
    file: str
    about: str
    came: str
    state: str
    is_open: bool
    size: int
    done: int
    progress: str
    says: str
    batch: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything on `/batches/`."""

    overdue: tuple[str, ...]
    feeds: tuple[FeedRow, ...]
    under_way: tuple[UploadPage, ...]
    rows: tuple[BatchRow, ...]
    older: str
    is_filtered: bool
    kind: str
    state: str
    form: Filled | None
    states: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    limit: str
    kinds: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch with its quarantine's first lines."""

    number: int
    file: str
    is_refused: bool
    verdict: str
    problem: str
    facts: tuple[tuple[str, str], ...]
    prints: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str, str], ...]
    lines: tuple[tuple[str, str], ...]
    shown: str
