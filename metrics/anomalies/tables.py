"""The tables the checks ask, made from files: every shipment, with what was told of it.

Times are naive UTC, as everywhere in the engine. Rows are chosen by content, never by order of arrival.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from governance.definition import Definition
from metrics.lake.columnar import files_sql, literal
from metrics.otdr.engine import Inputs, bind, bind_rows, fold, naive_utc
from metrics.otdr.fold import promises_sql

# A day is compared with days of its own age: of a week so many weeks before `$from`, only what was known
# those weeks earlier counts. What came later about it has not come yet about the days in question.
_EARLIER: Final = "to_days(CAST(7 * greatest((CAST($from AS DATE) - f.day + 6) // 7, 0) AS INTEGER))"
_THEN: Final = f"($as_of - {_EARLIER})"
# What was known of a folded shipment then; `{horizon}` are the hours after which nothing is awaited.
STATUS: Final = f"""CASE
    WHEN f.settled IS NOT NULL THEN f.settled
    WHEN {_THEN} >= f.ends_at AND EXISTS (SELECT 1 FROM closed c WHERE f.day BETWEEN c.since AND c.until)
      THEN 'late'
    WHEN {_THEN} < f.ends_at + INTERVAL '{{horizon}} hours' THEN 'pending'
    ELSE 'unknown' END"""
# Until when what is told of a promised shipment counts, and where its clocks are.
_KNOWN: Final = f"""
CREATE TABLE known AS WITH {{promises}}
SELECT f.shipment_id, f.p.zone AS zone, {_THEN} AS until FROM deadline f
"""
_AS_KNOWN: Final = """
CREATE OR REPLACE VIEW {name} AS SELECT x.* FROM {files} x LEFT JOIN known k USING (shipment_id)
WHERE k.until IS NULL OR x.{at} <= k.until
"""
_TOLD: Final = """
CREATE TABLE told AS
SELECT e.event_id, e.shipment_id, {type} AS type, {happened} AS happened,
       e.received_at, coalesce(e.carrier, '') AS carrier, coalesce(e.source, 'live') AS source,
       coalesce(e.integration, '') AS integration, coalesce(b.batch, '') AS batch
FROM {files} e LEFT JOIN batches b ON b.path = e.filename LEFT JOIN known f USING (shipment_id) {clocks}
WHERE e.received_at <= coalesce(f.until, $as_of)
"""
# A time read off a clock is the destination's, as the fold reads it.
_CLOCKS: Final = (
    "ASOF LEFT JOIN zones w ON w.zone = coalesce(f.zone, $default_zone) AND e.occurred_local >= w.local_from"
)
_HAPPENED: Final = "coalesce(e.occurred_utc, e.occurred_local - to_seconds(w.offset_seconds))"
# What the engine counts: the latest received row of each event id. Nearly all come once.
_EVENT: Final = """
CREATE TABLE event AS
WITH repeated AS (SELECT event_id FROM told GROUP BY event_id HAVING count(*) > 1)
SELECT * FROM told ANTI JOIN repeated USING (event_id)
UNION ALL
SELECT event_id, e.shipment_id, e.type, e.happened, e.received_at, e.carrier, e.source, e.integration, e.batch
FROM (SELECT event_id, max(struct_pack(
        received_at := received_at, type := type, shipment_id := shipment_id, happened := happened,
        carrier := carrier, source := source, integration := integration, batch := batch)) AS e
      FROM told SEMI JOIN repeated USING (event_id) GROUP BY event_id)
"""
_SEEN: Final = """
CREATE TABLE seen AS
WITH counted AS (
  SELECT shipment_id,
    min(happened) FILTER (type = 'created') AS created_at,
    min(happened) FILTER (type = 'out_for_delivery') AS ofd_at,
    min(happened) FILTER (type = 'attempted') AS attempted_at,
    min({row}) FILTER (type = 'delivered') AS d,
    max(happened) FILTER (type = 'delivered') AS last_delivered_at,
    bool_or(type IN ('delivered', 'returned', 'lost', 'cancelled', 'attempted', 'available_for_collection'))
      AS is_ended,
    min(carrier) AS event_carrier,
    min(integration) FILTER (type <> 'created') AS integration
  FROM event GROUP BY shipment_id),
copied AS (
  SELECT *, count(*) OVER same > 1
         AND date_diff('hour', min(received_at) OVER same, received_at) >= 20 AS again
  FROM told WINDOW same AS (PARTITION BY shipment_id, type, happened)),
all_told AS (
  SELECT shipment_id,
    min(happened) FILTER (type = 'delivered' AND source = 'live') AS live_at,
    min(happened) FILTER (type = 'delivered' AND source = 'backfill') AS backfill_at,
    count(*) FILTER (type = 'delivered') AS delivered_rows,
    -- The same thing told again, under another identifier too, about a day later.
    count(*) FILTER (type = 'delivered' AND again) AS repeated_rows,
    count(*) AS told_rows, min(received_at) AS first_received
  FROM copied GROUP BY shipment_id)
SELECT * FROM all_told LEFT JOIN counted USING (shipment_id)
"""
_ROW: Final = (
    "struct_pack(happened := happened, received := received_at, source := source, integration := integration,"
    " batch := batch, carrier := carrier)"
)
_PROMISED: Final = """
CREATE TABLE {name} AS
WITH {promises} SELECT shipment_id, ends_at, p.recorded AS recorded, p.kind AS kind, p.service AS service,
  p.order_id AS order_id FROM deadline
"""
_SHIPMENT: Final = f"""
CREATE TABLE shipment AS
SELECT f.shipment_id, f.day, f.ends_at, f.carrier, f.origin, f.destination,
  f.origin || ' > ' || f.destination AS lane, f.zone, f.promised_hours, f.promise_rows,
  p.recorded AS promised_at, p.kind AS promise_kind, p.service,
  p.ends_at AS first_end, l.ends_at AS last_end, l.recorded AS last_recorded,
  regexp_replace(f.shipment_id, '[0-9]+', '#', 'g') AS id_form, length(f.shipment_id) AS id_length,
  s.* EXCLUDE (shipment_id, d), s.d.happened AS delivered_at, s.d.received AS delivered_received,
  coalesce(s.d.source, '') AS delivered_source, coalesce(s.d.integration, '') AS delivered_integration,
  coalesce(s.d.batch, '') AS delivered_batch,
  s.d.happened + to_seconds(u.offset_seconds) AS delivered_local,
  s.ofd_at + to_seconds(u.offset_seconds) AS ofd_local,
  f.ends_at - INTERVAL '{{grace}} minutes' AS promise_end,
  f.ends_at - INTERVAL '{{grace}} minutes' + to_seconds(u.offset_seconds) AS end_local,
  s.created_at + to_seconds(u.offset_seconds) AS created_local,
  {STATUS} AS status,
  CASE WHEN f.day BETWEEN $base_from AND $base_until AND NOT list_contains($doubted, f.day) THEN 'base'
       WHEN f.day BETWEEN $from AND $until THEN 'suspect' END AS part
FROM folded f
LEFT JOIN seen s USING (shipment_id)
LEFT JOIN promised_first p USING (shipment_id)
LEFT JOIN promised_last l USING (shipment_id)
ASOF LEFT JOIN zones u ON u.zone = f.zone AND coalesce(s.d.happened, f.ends_at, s.created_at) >= u.utc_from
WHERE f.day BETWEEN $base_from AND $until
"""


@dataclass(frozen=True, slots=True)
class Span:
    """The suspect days and the base days (all inclusive), and the days among them that are doubted too."""

    first: dt.date
    last: dt.date
    base_first: dt.date
    base_last: dt.date
    doubted: Collection[dt.date] = ()


def make_tables(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    inputs: Inputs,
    batches: Mapping[Path, str],
    *,
    span: Span,
    as_of: dt.datetime,
) -> None:
    """Make `folded`, `told`, `event`, `seen` and `shipment` as known at `as_of` (aware), of each earlier week
    as known when it was as old as the suspect days are then."""
    bind(connection, inputs)
    names = [(str(path), name) for path, name in sorted(batches.items())]
    bind_rows(connection, "batches", "path VARCHAR, batch VARCHAR", names)
    has_clocks = bool(
        connection.execute("SELECT count(*) > 0 FROM events WHERE occurred_utc IS NULL").fetchall()[0][0]
    )
    moment: dict[str, object] = {"as_of": naive_utc(as_of)}
    zone: dict[str, object] = {"default_zone": inputs.default_zone}
    known = _KNOWN.format(promises=promises_sql(definition))
    connection.execute(known, moment | zone | {"from": span.first})
    _keep_known(connection, inputs)
    fold(connection, definition, inputs, as_of, "folded")
    _promised(connection, definition, moment | zone)
    told = _TOLD.format(
        type=_type(definition), files=_named(inputs.events),
        happened=_HAPPENED if has_clocks else "e.occurred_utc", clocks=_CLOCKS if has_clocks else "",
    )  # fmt: skip
    connection.execute(told, moment | (zone if has_clocks else {}))
    connection.execute(_EVENT)
    connection.execute(_SEEN.format(row=_ROW))
    days = {
        "from": span.first, "until": span.last,
        "base_from": span.base_first, "base_until": span.base_last,
        "doubted": sorted(span.doubted),
    }  # fmt: skip
    shipments = _SHIPMENT.format(horizon=definition.horizon_hours, grace=definition.grace_minutes)
    connection.execute(shipments, moment | days)


def _keep_known(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """Let the engine see of earlier weeks what was known then, and no more."""
    for name, files, at in (
        ("promises", inputs.promises, "recorded_at"), ("events", inputs.events, "received_at")
    ):  # fmt: skip
        if files:
            connection.execute(_AS_KNOWN.format(name=name, files=files_sql(files), at=at))


def _named(files: Sequence[Path]) -> str:
    """The files as a table whose rows say which one they came from."""
    if not files:
        return "(SELECT *, '' AS filename FROM events)"
    return files_sql(files).replace("union_by_name=true", "union_by_name=true, filename=true")


def _type(definition: Definition) -> str:
    """What an event is, as the fold reads it: the contract's type, or what the carrier's own code means."""
    cases = " ".join(
        f"WHEN e.carrier = {literal(carrier)} AND e.type = {literal(code)} THEN {literal(kind)}"
        for carrier, code, kind in definition.event_map
    )
    return f"CASE {cases} ELSE e.type END" if cases else "e.type"


def _promised(
    connection: duckdb.DuckDBPyConnection, definition: Definition, parameters: Mapping[str, object]
) -> None:
    for name, which in (("promised_first", "original"), ("promised_last", "latest")):
        plain = replace(definition, promise=which, customer_requests_count=False)
        connection.execute(_PROMISED.format(name=name, promises=promises_sql(plain)), parameters)
