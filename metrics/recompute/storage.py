"""The only writer and reader of slices, cells and vintages, under the role `otdr_ops`.

Everything here is content-addressed, so writing twice changes nothing and a write that was cut off
leaves at most facts nobody refers to. What a page may show is not decided here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from metrics.recompute.slices import SliceContent, root
from otdr_hub.lib.roles import acting_as

_SLICE_COLUMNS: Final = (
    "digest, version, market, day, week, due, on_time, late, pending, unknown, not_due, matures_at, inputs"
)
_WEEKS: Final = """
INSERT INTO metrics_vintageweek
  (vintage_id, week, due, on_time, late, pending, unknown, no_promise, matures_at)
SELECT l.vintage_id, s.week, sum(s.due), sum(s.on_time), sum(s.late), sum(s.pending), sum(s.unknown),
       coalesce(sum((s.not_due->>'no_promise')::bigint), 0), max(s.matures_at)
FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id
WHERE l.vintage_id = %s GROUP BY l.vintage_id, s.week
"""
_CELL_COLUMNS: Final = "slice_id, carrier, lane, due, on_time, late, pending, unknown"


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _slice_row(digest: str, item: SliceContent) -> list[Any]:
    return [
        digest, item.version, item.market, item.day, item.week, *item.totals(),
        json.dumps(item.not_due, sort_keys=True), item.matures_at, item.inputs,
    ]  # fmt: skip


def vintage_save(version: str, market: str, slices: Sequence[SliceContent]) -> tuple[str, int]:
    """Store a vintage and whatever slices are new; returns (vintage digest, number of new slices)."""
    named = {item.digest: item for item in slices}
    leaves = [(item.day, digest) for digest, item in named.items()]
    vintage = root(version, market, leaves)
    with acting_as("ops") as cursor:
        # One writer at a time per market, so that two runs never copy the same new slice.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", ["vintage_save", market])
        cursor.execute("SELECT digest FROM metrics_slice WHERE digest = ANY(%s)", [list(named)])
        known = {digest for (digest,) in cursor.fetchall()}
        new = {digest: item for digest, item in named.items() if digest not in known}
        _copy(
            cursor,
            "metrics_slice",
            _SLICE_COLUMNS,
            (_slice_row(digest, item) for digest, item in new.items()),
        )
        cells = ([digest, *cell.values()] for digest, item in new.items() for cell in item.cells)
        _copy(cursor, "metrics_cell", _CELL_COLUMNS, cells)
        cursor.execute(
            "INSERT INTO metrics_vintage (digest, version, market, slices) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [vintage, version, market, len(leaves)],
        )
        if cursor.rowcount:
            leaf_rows = ([vintage, digest, day] for day, digest in leaves)
            _copy(cursor, "metrics_vintageslice", "vintage_id, slice_id, day", leaf_rows)
            cursor.execute(_WEEKS, [vintage])
    return vintage, len(new)


def leaves_of(vintage: str) -> list[tuple[dt.date, str]]:
    """A vintage's leaves: (day, slice digest), oldest first; empty for an unknown digest."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT day, slice_id FROM metrics_vintageslice WHERE vintage_id = %s ORDER BY day", [vintage]
        )
        return [(day, digest) for day, digest in cursor.fetchall()]


def week_counts(vintage: str, monday: dt.date) -> dict[str, Any] | None:
    """A vintage's week: due, on_time, late, pending, unknown, no_promise (int), matures_at (aware or
    None); None when the vintage has no slice in that week."""
    names = ("due", "on_time", "late", "pending", "unknown", "no_promise", "matures_at")
    with acting_as("ops") as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM metrics_vintageweek WHERE vintage_id = %s AND week = %s",
            [vintage, monday],
        )
        row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def breakdown(vintages: Sequence[str], by: str, since: dt.date, until: dt.date) -> list[dict[str, Any]]:
    """Sums of vintages' cells by period and, for `carrier` or `lane`, by that too.

    Rows: vintage, period (date: the day, or the week's Monday), carrier or lane, the five counts as
    integers, matures_at (aware, of the whole period).
    """
    period = "s.day" if by == "day" else "s.week"
    split = f"c.{by}, " if by in ("carrier", "lane") else ""
    with acting_as("ops") as cursor:
        cursor.execute(
            f"SELECT l.vintage_id AS vintage, {period} AS period, {split}"
            " sum(c.due)::bigint AS due, sum(c.on_time)::bigint AS on_time, sum(c.late)::bigint AS late,"
            " sum(c.pending)::bigint AS pending, sum(c.unknown)::bigint AS unknown,"
            " max(s.matures_at) AS matures_at"
            " FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id"
            " JOIN metrics_cell c ON c.slice_id = s.digest"
            " WHERE l.vintage_id = ANY(%s) AND s.day BETWEEN %s AND %s"
            f" GROUP BY l.vintage_id, {split}{period}",
            [list(vintages), since, until],
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_INTEGERS: Final = """
SELECT 'slice ' || s.day, s.due, s.on_time, s.late, s.pending, s.unknown, NULL::bigint
FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id WHERE l.vintage_id = %(vintage)s
UNION ALL
SELECT 'cell ' || s.day || ' ' || c.carrier || ' ' || c.lane,
       c.due, c.on_time, c.late, c.pending, c.unknown, NULL
FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id
JOIN metrics_cell c ON c.slice_id = s.digest
WHERE l.vintage_id = %(vintage)s
UNION ALL
SELECT 'week ' || week, due, on_time, late, pending, unknown, no_promise
FROM metrics_vintageweek WHERE vintage_id = %(vintage)s
"""


def integers_of(vintage: str) -> dict[str, tuple[int, ...]]:
    """Every stored integer of a vintage by the name of its place: slices and cells (due, on_time, late,
    pending, unknown) and weeks (the same and no_promise)."""
    with acting_as("ops") as cursor:
        cursor.execute(_INTEGERS, {"vintage": vintage})
        return {place: tuple(n for n in counts if n is not None) for place, *counts in cursor.fetchall()}
