"""The one place where a definition becomes a query.

The text is DuckDB SQL over two sets of pinned Parquet files of one market. It reads from left to
right as the definition does: original promise, one event per id, facts per shipment, status, counts.
Every choice among rows is made by content (`min`/`max` over structs), never by the order of arrival.
"""

from __future__ import annotations

from typing import Final

from governance.definition import Definition

_PROMISES: Final = """
promise AS (
  SELECT shipment_id, {pick}(struct_pack(
           recorded := recorded_at, kind := promised_kind, utc := promised_utc, wall := promised_local,
           zone := coalesce(zone, $default_zone), carrier := carrier,
           origin := origin, destination := destination)) AS p
  FROM promises WHERE recorded_at <= $as_of GROUP BY shipment_id
),
-- A day ends where the next one begins; windows end at their instant; wall-clock times are local.
ending AS (
  SELECT shipment_id, p, CASE p.kind WHEN 'date' THEN p.wall + INTERVAL 1 DAY ELSE p.wall END AS wall_end
  FROM promise
),
deadline AS (
  SELECT e.shipment_id, e.p,
         CASE e.p.kind
           WHEN 'instant' THEN e.p.utc
           WHEN 'date' THEN e.wall_end - to_seconds(w.offset_seconds) - INTERVAL 1 MICROSECOND
           ELSE e.wall_end - to_seconds(w.offset_seconds) END AS ends_at,
         CASE e.p.kind
           WHEN 'instant' THEN CAST(e.p.utc + to_seconds(u.offset_seconds) AS DATE)
           ELSE CAST(e.p.wall AS DATE) END AS day
  FROM ending e
  ASOF LEFT JOIN zones w ON w.zone = e.p.zone AND coalesce(e.wall_end, e.p.utc) >= w.local_from
  ASOF LEFT JOIN zones u ON u.zone = e.p.zone AND coalesce(e.p.utc, e.wall_end) >= u.utc_from
)"""

_EVENTS: Final = """
-- The same event id is one event; re-sent with other content, the latest received wins.
event AS (
  SELECT event_id, max(struct_pack(
           received := received_at, type := type, shipment_id := shipment_id, utc := occurred_utc,
           wall := occurred_local, carrier := carrier, origin := origin, destination := destination,
           reason := reason_code)) AS e
  FROM events WHERE received_at <= $as_of GROUP BY event_id
),
-- Only a wall-clock time needs its shipment's zone; instants, nearly all, skip the join.
timed AS (
  SELECT unnest(event.e), event.e.utc AS happened FROM event WHERE event.e.utc IS NOT NULL
  UNION ALL
  SELECT unnest(x.e), x.e.wall - to_seconds(w.offset_seconds) AS happened
  FROM (SELECT event.e, coalesce(d.p.zone, $default_zone) AS zone
        FROM event LEFT JOIN deadline d ON d.shipment_id = event.e.shipment_id
        WHERE event.e.utc IS NULL) x
  ASOF LEFT JOIN zones w ON w.zone = x.zone AND x.e.wall >= w.local_from
),
history AS (
  SELECT shipment_id,
         min(happened) FILTER (type = 'created') AS created_at,
         list(happened) FILTER (type = '{success}') AS deliveries,
         min(happened) FILTER (type IN ('out_for_delivery', 'attempted')) AS dispatched_at,
         min(happened) FILTER (type = 'attempted') AS attempted_at,
         max(happened) FILTER (type = 'attempted') AS attempted_last_at,
         min(happened) FILTER (type = 'cancelled') AS cancelled_at,
         bool_or(type IN ('returned', 'lost')) AS ended,
         bool_or(type = 'returned' AND reason = 'refused') AS refused,
         arg_max(carrier, struct_pack(r := received, c := carrier)) FILTER (carrier IS NOT NULL) AS carrier,
         arg_max(origin, struct_pack(r := received, c := origin)) FILTER (origin IS NOT NULL) AS origin,
         arg_max(destination, struct_pack(r := received, c := destination))
           FILTER (destination IS NOT NULL) AS destination,
         min(happened) AS first_at
  FROM timed GROUP BY shipment_id
)"""

_STATUS: Final = """
shipment AS (
  SELECT shipment_id, d.day AS promised_day, d.ends_at + INTERVAL '{grace} minutes' AS ends_at, d.p AS p,
         h.* EXCLUDE (shipment_id, deliveries),
         -- A delivery before the shipment existed is impossible; the earliest valid one counts.
         list_min(list_filter(h.deliveries, lambda t: h.created_at IS NULL OR t >= h.created_at))
           AS delivered_at
  FROM deadline d FULL JOIN history h USING (shipment_id)
),
judged AS (
  SELECT *, CASE
    WHEN ends_at IS NULL THEN 'no_promise'
    WHEN delivered_at <= ends_at THEN 'on_time'
    WHEN delivered_at > ends_at THEN 'late'
    WHEN {cancelled_out} cancelled_at <= ends_at
         AND (dispatched_at IS NULL OR cancelled_at < dispatched_at) THEN 'cancelled_before_dispatch'
    WHEN refused AND attempted_at <= ends_at THEN 'on_time'
    WHEN coalesce(ended, false) OR cancelled_at IS NOT NULL OR attempted_last_at > ends_at THEN 'late'
    WHEN $as_of < ends_at + INTERVAL '{horizon} hours' THEN 'pending'
    ELSE 'unknown' END AS status
  FROM shipment
),
placed_day AS (
  SELECT j.*, coalesce(j.promised_day,
           CAST(coalesce(j.created_at, j.first_at) + to_seconds(u.offset_seconds) AS DATE)) AS day
  FROM judged j ASOF LEFT JOIN zones u
    ON u.zone = $default_zone AND coalesce(j.created_at, j.first_at, j.ends_at) >= u.utc_from
)
SELECT day, status,
       coalesce(p.carrier, carrier, '') AS carrier,
       coalesce(p.origin, origin, '') || ' > ' || coalesce(p.destination, destination, '') AS lane,
       count(*) AS shipments,
       max(ends_at) + INTERVAL '{horizon} hours' AS matures_at,
       sum(CAST(md5_number_lower(concat_ws('|', shipment_id, ends_at, delivered_at, status)) AS HUGEINT))
         AS fingerprint
FROM placed_day GROUP BY ALL ORDER BY ALL
"""


def compile_definition(definition: Definition) -> str:
    """The query of a definition over tables `promises`, `events`, `zones`; parameters are `as_of`
    (naive UTC) and `default_zone` (IANA).

    Rows: day, status, carrier, lane, shipments, matures_at (naive UTC), fingerprint (order-free sum).
    """
    promises = _PROMISES.format(pick="min" if definition.promise == "original" else "max")
    events = _EVENTS.format(success=definition.success_event)
    status = _STATUS.format(
        grace=definition.grace_minutes,
        horizon=definition.horizon_hours,
        cancelled_out="" if "cancelled_before_dispatch" in definition.exclusions else "false AND",
    )
    return f"WITH {promises},{events},{status}"
