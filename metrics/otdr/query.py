"""The one place where a definition becomes a query.

The text is DuckDB SQL over two sets of pinned Parquet files of one market. It reads from left to
right as the definition does: original promise, one event per id, facts per shipment, status, counts.
Every choice among rows is made by content (`min`/`max` over structs), never by the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from governance.definition import Definition

_PROMISES: Final = """
promise AS (
  SELECT shipment_id, {chosen} AS p
  FROM (SELECT shipment_id, reason, struct_pack(
           recorded := recorded_at, kind := promised_kind, utc := promised_utc, wall := promised_local,
           zone := {zone}, carrier := carrier, origin := origin, destination := destination,
           service := service, order_id := order_id) AS made
        FROM promises WHERE recorded_at <= $as_of)
  GROUP BY shipment_id
),
-- A day ends where the next one begins; windows end at their instant; wall-clock times are local.
ending AS (
  SELECT shipment_id, p, CASE p.kind WHEN 'date' THEN p.wall + INTERVAL 1 DAY ELSE p.wall END AS wall_end
  FROM promise
),
ended AS (
  SELECT e.shipment_id, e.p,
         CASE e.p.kind
           WHEN 'instant' THEN e.p.utc
           WHEN 'date' THEN e.wall_end - to_seconds(w.offset_seconds) - INTERVAL 1 MICROSECOND
           ELSE e.wall_end - to_seconds(w.offset_seconds) END AS ends_at
  FROM ending e
  ASOF LEFT JOIN zones w ON w.zone = e.p.zone AND coalesce(e.wall_end, e.p.utc) >= w.local_from
),
-- The day is the one the promise ends in; a wall-clock hour the clocks left out may end in the next.
deadline AS (
  SELECT e.*, CASE e.p.kind WHEN 'date' THEN CAST(e.p.wall AS DATE)
                ELSE CAST(e.ends_at + to_seconds(u.offset_seconds) AS DATE) END AS day
  FROM ended e ASOF LEFT JOIN zones u ON u.zone = e.p.zone AND e.ends_at >= u.utc_from
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
         list(happened) FILTER (type = 'delivered') AS deliveries,
         list(happened) FILTER (type = 'available_for_collection') AS collections,
         list(happened) FILTER (type = 'attempted' AND reason IN {attempt_reasons}) AS valid_attempts,
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
         h.* EXCLUDE (shipment_id, deliveries, collections, valid_attempts),
         -- A success before the shipment existed is impossible; the earliest valid one counts.
         list_min(list_filter({successes}, lambda t: h.created_at IS NULL OR t >= h.created_at))
           AS delivered_at
  FROM deadline d FULL JOIN history h USING (shipment_id)
),
judged AS (
  SELECT *, CASE
    WHEN ends_at IS NULL THEN 'no_promise'
    {left_out}
    WHEN delivered_at <= ends_at THEN 'on_time'
    WHEN delivered_at > ends_at THEN 'late'
    WHEN {cancelled_out} cancelled_at <= ends_at
         AND (dispatched_at IS NULL OR cancelled_at < dispatched_at) THEN 'cancelled_before_dispatch'
    WHEN refused AND attempted_at <= ends_at THEN 'on_time'
    WHEN coalesce(ended, false) OR cancelled_at IS NOT NULL OR attempted_last_at > ends_at THEN 'late'
    -- The feed said it had told all of that day: what is not delivered by then was not delivered then.
    WHEN $as_of >= ends_at AND EXISTS (
      SELECT 1 FROM closed c WHERE promised_day BETWEEN c.since AND c.until) THEN 'late'
    WHEN $as_of < ends_at + INTERVAL '{horizon} hours' THEN 'pending'
    ELSE 'unknown' END AS status
  FROM shipment
),
{unit},
{cohort}
SELECT day, status,
       coalesce(p.carrier, carrier, '') AS carrier,
       coalesce(p.origin, origin, '') || ' > ' || coalesce(p.destination, destination, '') AS lane,
       count(*) AS shipments,
       max(ends_at) + INTERVAL '{horizon} hours' AS matures_at,
       sum(CAST(md5_number_lower(concat_ws('|', shipment_id, ends_at, delivered_at, status)) AS HUGEINT))
         AS fingerprint
FROM placed_day GROUP BY ALL ORDER BY ALL
"""


_UNIT: Final = MappingProxyType(
    {
        "shipment": "counted AS (SELECT * FROM judged)",
        # An order is on time when every due parcel of it is; it is due when its last promise ends.
        "order": """
counted AS (
  SELECT coalesce(p.order_id, shipment_id) AS shipment_id, max(promised_day) AS promised_day,
         max(ends_at) AS ends_at, max(delivered_at) AS delivered_at, max(p) AS p, min(carrier) AS carrier,
         min(origin) AS origin, min(destination) AS destination, min(created_at) AS created_at,
         min(first_at) AS first_at,
         CASE WHEN bool_or(status = 'late') THEN 'late' WHEN bool_or(status = 'unknown') THEN 'unknown'
              WHEN bool_or(status = 'pending') THEN 'pending' ELSE 'on_time' END AS status
  FROM judged WHERE status IN ('on_time', 'late', 'pending', 'unknown')
  GROUP BY coalesce(p.order_id, shipment_id)
)""",
    }
)

_COHORT: Final = MappingProxyType(
    {
        # Without a promise there is no promise day: such a shipment stands on the day it was created.
        "promise_end": """
placed_day AS (
  SELECT j.*, coalesce(j.promised_day,
           CAST(coalesce(j.created_at, j.first_at) + to_seconds(u.offset_seconds) AS DATE)) AS day
  FROM counted j ASOF LEFT JOIN zones u
    ON u.zone = $default_zone AND coalesce(j.created_at, j.first_at, j.ends_at) >= u.utc_from
)""",
        # What was never delivered is in no such cohort, which is why this one flatters.
        "delivered": """
placed_day AS (
  SELECT j.*, CAST(j.delivered_at + to_seconds(u.offset_seconds) AS DATE) AS day
  FROM counted j ASOF JOIN zones u ON u.zone = j.p.zone AND j.delivered_at >= u.utc_from
  WHERE j.status IN ('on_time', 'late')
)""",
    }
)
_ZONE: Final = MappingProxyType({"destination": "coalesce(zone, $default_zone)", "utc": "'UTC'"})


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _listed(values: Iterable[str]) -> str:
    return "(" + ", ".join([_text(value) for value in values] or ["NULL"]) + ")"


def _chosen(definition: Definition) -> str:
    """Which of a shipment's promises counts: by when it was recorded, then by content."""
    pick = "min(made)" if definition.promise == "original" else "max(made)"
    if not definition.customer_requests_count:
        return pick
    return f"coalesce(max(made) FILTER (reason = 'customer_request'), {pick})"


def _successes(definition: Definition) -> str:
    """The list of instants that count as success for a shipment."""
    parts = ["coalesce(h.deliveries, [])"]
    if definition.success_event == "first_attempt":
        parts.append("coalesce(h.valid_attempts, [])")
    if definition.pickup_services:
        at_pickup = f"d.p.service IN {_listed(definition.pickup_services)}"
        parts.append(f"CASE WHEN {at_pickup} THEN coalesce(h.collections, []) ELSE [] END")
    return " || ".join(parts)


def _left_out(definition: Definition) -> str:
    """Cases that take whole services out, with their reason as the status."""
    return " ".join(
        f"WHEN p.service = {_text(service)} THEN {_text(reason)}"
        for service, reason in definition.excluded_services
    )


def _promises(definition: Definition) -> str:
    return _PROMISES.format(chosen=_chosen(definition), zone=_ZONE[definition.zone_rule])


def _events(definition: Definition) -> str:
    return _EVENTS.format(attempt_reasons=_listed(definition.attempt_reasons))


def _status(definition: Definition) -> str:
    return _STATUS.format(
        grace=definition.grace_minutes,
        horizon=definition.horizon_hours,
        cancelled_out="" if "cancelled_before_dispatch" in definition.exclusions else "false AND",
        successes=_successes(definition),
        left_out=_left_out(definition),
        unit=_UNIT[definition.unit],
        cohort=_COHORT[definition.cohort],
    )


def compile_definition(definition: Definition) -> str:
    """The query of a definition over tables `promises`, `events`, `zones`, `closed`; parameters are `as_of`
    (naive UTC) and `default_zone` (IANA).

    Rows: day, status, carrier, lane, shipments, matures_at (naive UTC), fingerprint (order-free sum).
    """
    return f"WITH {_promises(definition)},{_events(definition)},{_status(definition)}"


def compile_history(definition: Definition) -> str:
    """The statement that makes table `history`, one row per shipment with what happened to it.

    It is the costly pass over the events; `compile_over_history` reads it for each neighbour.
    """
    return f"CREATE TABLE history AS WITH {_promises(definition)},{_events(definition)} SELECT * FROM history"


def compile_over_history(definition: Definition) -> str:
    """The query of a definition over `promises`, `zones`, `closed` and the table `history` made before."""
    return f"WITH {_promises(definition)},{_status(definition)}"
