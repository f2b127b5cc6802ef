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
    "digest, version, market, day, week, due, on_time, late, pending, unknown, not_due, notes,"
    " matures_at, inputs"
)
_WEEKS: Final = """
INSERT INTO metrics_vintageweek
  (vintage_id, week, due, on_time, late, pending, unknown, no_promise, matures_at, root)
SELECT l.vintage_id, s.week, sum(s.due), sum(s.on_time), sum(s.late), sum(s.pending), sum(s.unknown),
       coalesce(sum((s.not_due->>'no_promise')::bigint), 0), max(s.matures_at),
       encode(sha256(convert_to(
         string_agg(s.day::text || ' ' || s.digest, E'\n' ORDER BY s.day), 'UTF8')), 'hex')
FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id
WHERE l.vintage_id = %s GROUP BY l.vintage_id, s.week
"""
_BREAKOUTS: Final = """
INSERT INTO metrics_vintagebreakout
  (vintage_id, week, breakout, value, due, on_time, late, pending, unknown)
SELECT l.vintage_id, s.week, 'carrier', c.carrier,
       sum(c.due), sum(c.on_time), sum(c.late), sum(c.pending), sum(c.unknown)
FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id
JOIN metrics_cell c ON c.slice_id = s.digest
WHERE l.vintage_id = %s GROUP BY l.vintage_id, s.week, c.carrier
"""
_NOTES: Final = """
WITH leaf AS (
  SELECT l.vintage_id AS vintage, s.week, s.due, s.notes, s.not_due
  FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id WHERE l.vintage_id = ANY(%s)
),
hours AS (
  SELECT vintage, week, jsonb_object_agg(key, shipments) AS promised_hours
  FROM (SELECT vintage, week, key, sum(value::bigint)::bigint AS shipments
        FROM leaf, jsonb_each_text(notes->'promised_hours') GROUP BY vintage, week, key) x
  GROUP BY vintage, week
),
left_out AS (
  SELECT vintage, week, jsonb_object_agg(key, shipments) AS not_due
  FROM (SELECT vintage, week, key, sum(value::bigint)::bigint AS shipments
        FROM leaf, jsonb_each_text(leaf.not_due) GROUP BY vintage, week, key) x
  GROUP BY vintage, week
)
SELECT vintage, week, sum(due)::bigint AS due, sum((notes->>'early')::bigint)::bigint AS early,
       sum((notes->>'conflicts')::bigint)::bigint AS conflicts,
       sum((notes->>'cancelled_last_day')::bigint)::bigint AS cancelled_last_day,
       coalesce(promised_hours, '{}') AS promised_hours, coalesce(left_out.not_due, '{}') AS not_due
FROM leaf LEFT JOIN hours USING (vintage, week) LEFT JOIN left_out USING (vintage, week)
GROUP BY vintage, week, promised_hours, left_out.not_due ORDER BY vintage, week
"""
_CELL_COLUMNS: Final = "slice_id, carrier, lane, due, on_time, late, pending, unknown"


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _slice_row(digest: str, item: SliceContent) -> list[Any]:
    return [
        digest, item.version, item.market, item.day, item.week, *item.totals(),
        json.dumps(item.not_due, sort_keys=True), json.dumps(item.notes, sort_keys=True),
        item.matures_at, item.inputs,
    ]  # fmt: skip


def vintage_save(
    version: str, market: str, slices: Sequence[SliceContent], kept: Sequence[tuple[dt.date, str]] = ()
) -> tuple[str, int]:
    """Store a vintage of these slices and the leaves `kept` of an earlier one, and whatever slices are
    new; returns (vintage digest, number of new slices)."""
    named = {item.digest: item for item in slices}
    leaves = [*kept, *((item.day, digest) for digest, item in named.items())]
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
            cursor.execute(_BREAKOUTS, [vintage])
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
    None), root; None when the vintage has no slice in that week."""
    names = ("due", "on_time", "late", "pending", "unknown", "no_promise", "matures_at", "root")
    with acting_as("ops") as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM metrics_vintageweek WHERE vintage_id = %s AND week = %s",
            [vintage, monday],
        )
        row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _dicts(cursor: Any) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def weeks_of(vintages: Sequence[str]) -> list[dict[str, Any]]:
    """Every week of some vintages: vintage, week (its Monday), the five counts, matures_at, root."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT vintage_id AS vintage, week, due, on_time, late, pending, unknown, matures_at, root"
            " FROM metrics_vintageweek WHERE vintage_id = ANY(%s) ORDER BY vintage_id, week",
            [list(vintages)],
        )
        return _dicts(cursor)


def vintages_telling(market: str, monday: dt.date) -> list[str]:
    """Digests of a market's vintages, of any definition, in which something of a week is known: not all of
    it is pending."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT v.digest FROM metrics_vintage v JOIN metrics_vintageweek w ON w.vintage_id = v.digest"
            " WHERE v.market = %s AND w.week = %s AND w.due > w.pending",
            [market, monday],
        )
        return [digest for (digest,) in cursor.fetchall()]


def carriers_of(vintages: Sequence[str]) -> list[dict[str, Any]]:
    """Every week of some vintages by carrier: vintage, week (its Monday), carrier, due, on_time."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT vintage_id AS vintage, week, value AS carrier, due, on_time FROM metrics_vintagebreakout"
            " WHERE vintage_id = ANY(%s) AND breakout = 'carrier' ORDER BY vintage_id, week, value",
            [list(vintages)],
        )
        return _dicts(cursor)


def cells_of(slice_digest: str | None) -> dict[tuple[str, str], tuple[int, ...]]:
    """(carrier, lane) -> (due, on_time, late, pending, unknown) of a slice; nothing for None."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT carrier, lane, due, on_time, late, pending, unknown FROM metrics_cell"
            " WHERE slice_id = %s",
            [slice_digest],
        )
        return {(carrier, lane): tuple(counts) for carrier, lane, *counts in cursor.fetchall()}


def placed_by_day(vintage: str) -> dict[dt.date, int]:
    """Promise day -> promised shipments a vintage accounts for: due, or left out with a reason."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT s.day, s.due + coalesce((SELECT sum(value::bigint) FROM jsonb_each_text(s.not_due)"
            "   WHERE key <> 'no_promise'), 0)::bigint"
            " FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id"
            " WHERE l.vintage_id = %s",
            [vintage],
        )
        return dict(cursor.fetchall())


def notes_by_week(vintages: Sequence[str]) -> list[dict[str, Any]]:
    """Of each week of some vintages: vintage, week, due, early, conflicts, cancelled_last_day (shipments),
    promised_hours ({whole hours: shipments}) and not_due ({reason: shipments})."""
    with acting_as("ops") as cursor:
        cursor.execute(_NOTES, [list(vintages)])
        rows = _dicts(cursor)
    for row in rows:
        # Django leaves jsonb as text, for its own fields to read.
        row |= {name: json.loads(row[name]) for name in ("promised_hours", "not_due")}
    return rows


def breakdown(vintages: Sequence[str], by: str, since: dt.date, until: dt.date) -> list[dict[str, Any]]:
    """Sums of vintages' cells by period and, for `carrier`, `lane` or `carrier,lane`, by that too.

    Rows: vintage, period (date: the day, or the week's Monday), carrier, lane, the five counts as integers.
    """
    period = "s.day" if by == "day" else "s.week"
    split = "".join(f"c.{part}, " for part in by.split(",") if part in ("carrier", "lane"))
    with acting_as("ops") as cursor:
        cursor.execute(
            f"SELECT l.vintage_id AS vintage, {period} AS period, {split}"
            " sum(c.due)::bigint AS due, sum(c.on_time)::bigint AS on_time, sum(c.late)::bigint AS late,"
            " sum(c.pending)::bigint AS pending, sum(c.unknown)::bigint AS unknown"
            " FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id"
            " JOIN metrics_cell c ON c.slice_id = s.digest"
            " WHERE l.vintage_id = ANY(%s) AND s.day BETWEEN %s AND %s"
            f" GROUP BY l.vintage_id, {split}{period}",
            [list(vintages), since, until],
        )
        return _dicts(cursor)


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
UNION ALL
SELECT breakout || ' ' || week || ' ' || value, due, on_time, late, pending, unknown, NULL
FROM metrics_vintagebreakout WHERE vintage_id = %(vintage)s
"""


def integers_of(vintage: str) -> dict[str, tuple[int, ...]]:
    """Every stored integer of a vintage by the name of its place: slices, cells and weeks by carrier (due,
    on_time, late, pending, unknown) and weeks (the same and no_promise)."""
    with acting_as("ops") as cursor:
        cursor.execute(_INTEGERS, {"vintage": vintage})
        return {place: tuple(n for n in counts if n is not None) for place, *counts in cursor.fetchall()}


def effect_save(digest: str, content: str) -> None:
    """File the table a scope decision rests on; the database refuses a digest that is not its content's."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "INSERT INTO metrics_effecttable (digest, content) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [digest, content],
        )


def effect_content(digest: str) -> str | None:
    """A filed table as canonical JSON, or None."""
    with acting_as("ops") as cursor:
        cursor.execute("SELECT content FROM metrics_effecttable WHERE digest = %s", [digest])
        row = cursor.fetchone()
    return str(row[0]) if row else None
