"""From counted rows to slices and vintages under their content addresses. Pure: no database."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from metrics.otdr.engine import Counted, Tally
from otdr_hub.lib import digest, weeks

OUTCOMES: Final = ("on_time", "late", "pending", "unknown")


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Shipments of one carrier and lane by outcome; `due` is their sum."""

    carrier: str
    lane: str
    on_time: int
    late: int
    pending: int
    unknown: int

    @property
    def due(self) -> int:
        """All due shipments of the cell."""
        return self.on_time + self.late + self.pending + self.unknown

    def values(self) -> list[Any]:
        """The cell as it enters the digest and the table: carrier, lane, due and the four outcomes."""
        return [self.carrier, self.lane, self.due, self.on_time, self.late, self.pending, self.unknown]


@dataclass(frozen=True, slots=True)
class SliceContent:
    """One market and promise day under one version. `inputs` names the shipments behind the counts.

    `notes` are counted beside the outcomes: `early`, `conflicts`, `cancelled_last_day` (shipments), and
    `promised_hours`, shipments by the length of their promise in whole hours.
    """

    version: str
    market: str
    day: dt.date
    cells: tuple[CellCounts, ...]
    not_due: dict[str, int]
    notes: dict[str, Any]
    matures_at: dt.datetime | None
    inputs: str

    @property
    def digest(self) -> str:
        """The slice's content address."""
        return digest.of(
            {
                "version": self.version, "market": self.market, "day": self.day,
                "cells": [cell.values() for cell in self.cells], "not_due": self.not_due, "notes": self.notes,
                "matures_at": self.matures_at, "inputs": self.inputs,
            }
        )  # fmt: skip

    def totals(self) -> list[int]:
        """Sums of the cells: due, on_time, late, pending, unknown."""
        return [sum(column) for column in zip(*(cell.values()[2:] for cell in self.cells), strict=True)] or [
            0
        ] * 5

    @property
    def week(self) -> dt.date:
        """The Monday of the promise day's ISO week."""
        return weeks.monday_of(self.day)


def root(version: str, market: str, leaves: Sequence[tuple[dt.date, str]]) -> str:
    """The vintage digest of a market under a version: a hash over (day, slice digest), oldest first."""
    return digest.of({"version": version, "market": market, "leaves": sorted(leaves)})


def _cells(rows: Iterable[Counted]) -> tuple[CellCounts, ...]:
    grouped: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        grouped[row.carrier, row.lane][row.status] += row.shipments
    return tuple(
        CellCounts(carrier, lane, *(counts[outcome] for outcome in OUTCOMES))
        for (carrier, lane), counts in sorted(grouped.items())
    )


def _notes(rows: Sequence[Counted], lengths: Mapping[int, int]) -> dict[str, Any]:
    return {
        "early": sum(row.early for row in rows),
        "conflicts": sum(row.conflicts for row in rows),
        "cancelled_last_day": sum(row.cancelled_last_day for row in rows),
        "promised_hours": {str(hours): shipments for hours, shipments in sorted(lengths.items())},
    }


def _slice(
    version: str, market: str, day: dt.date, rows: Sequence[Counted], lengths: Mapping[int, int]
) -> SliceContent:
    due = [row for row in rows if row.status in OUTCOMES]
    not_due = Counter[str]()
    for row in rows:
        if row.status not in OUTCOMES:
            not_due[row.status] += row.shipments
    marks = sum(row.fingerprint for row in rows)
    return SliceContent(
        version=version,
        market=market,
        day=day,
        cells=_cells(due),
        not_due=dict(sorted(not_due.items())),
        notes=_notes(rows, lengths),
        matures_at=max((row.matures_at for row in due if row.matures_at), default=None),
        inputs=digest.of({"shipments": sum(row.shipments for row in rows), "sum": str(marks)}),
    )


def slices_of(version: str, market: str, tally: Tally) -> list[SliceContent]:
    """One slice per promise day that has rows, oldest first."""
    by_day: dict[dt.date, list[Counted]] = defaultdict(list)
    for row in tally.rows:
        by_day[row.day].append(row)
    return [_slice(version, market, day, by_day[day], tally.lengths.get(day, {})) for day in sorted(by_day)]
