"""From pinned files to one row per shipment: what a definition makes of everything known about it.

The SQL reads from left to right as the definition does: original promise, one event per id, facts per
shipment, outcome. Every choice among rows is made by content (`min`/`max` over structs), never by the
order of arrival. What the passing of time alone can still change (`settled` is NULL) is left open, so
that a folded row is good for every later moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from governance.definition import Definition

_PROMISES: Final = """
promise AS (
  SELECT shipment_id, {chosen} AS p, count(*) AS promise_rows
  FROM (SELECT shipment_id, reason, struct_pack(
           recorded := recorded_at, kind := promised_kind, utc := promised_utc, wall := promised_local,
           zone := {zone}, carrier := carrier, origin := origin, destination := destination,
           service := service, order_id := order_id) AS made
        FROM promises WHERE recorded_at <= $as_of)
  GROUP BY shipment_id
),
-- A day ends where the next one begins; windows end at their instant; wall-clock times are local.
ending AS (
  SELECT *, CASE p.kind WHEN 'date' THEN p.wall + INTERVAL 1 DAY ELSE p.wall END AS wall_end
  FROM promise
),
ended AS (
  SELECT e.shipment_id, e.p, e.promise_rows,
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
visible AS (
  SELECT event_id, received_at AS received, {type} AS type, shipment_id, occurred_utc AS utc,
         occurred_local AS wall, carrier, origin, destination, reason_code AS reason
  FROM events WHERE received_at <= $as_of
),
-- The same event id is one event; re-sent with other content, the latest received wins. Nearly all come
-- once, and need no choice.
repeated AS (SELECT event_id FROM visible GROUP BY event_id HAVING count(*) > 1),
event AS (
  SELECT * EXCLUDE (event_id) FROM visible ANTI JOIN repeated USING (event_id)
  UNION ALL
  SELECT unnest(e) FROM (
    SELECT max(struct_pack(
             received := received, type := type, shipment_id := shipment_id, utc := utc, wall := wall,
             carrier := carrier, origin := origin, destination := destination, reason := reason)) AS e
    FROM visible SEMI JOIN repeated USING (event_id) GROUP BY event_id)
),
timed AS ({timed}),
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

_OUTCOME: Final = """
shipment AS (
  SELECT shipment_id, d.day AS promised_day, d.ends_at + INTERVAL '{grace} minutes' AS ends_at, d.p AS p,
         d.ends_at AS promise_end, coalesce(d.promise_rows, 0) AS promise_rows,
         h.* EXCLUDE (shipment_id, deliveries, collections, valid_attempts),
         -- A success before the shipment existed is impossible; the earliest valid one counts.
         list_filter({successes}, lambda t: h.created_at IS NULL OR t >= h.created_at) AS successes
  FROM deadline d FULL JOIN history h USING (shipment_id)
),
first_success AS (
  SELECT *, list_min(successes) AS delivered_at, coalesce(len(successes) > 1
         AND list_max(successes) > list_min(successes), false) AS conflict
  FROM shipment
),
-- NULL: nothing that happened says it; only the clock, or a feed that declares its days complete, will.
settled AS (
  SELECT *, CASE
    WHEN ends_at IS NULL THEN 'no_promise'
    {left_out}
    WHEN delivered_at <= ends_at THEN 'on_time'
    WHEN delivered_at > ends_at THEN 'late'
    WHEN {cancelled_out} cancelled_at <= ends_at
         AND (dispatched_at IS NULL OR cancelled_at < dispatched_at) THEN 'cancelled_before_dispatch'
    WHEN refused AND attempted_at <= ends_at THEN 'on_time'
    WHEN coalesce(ended, false) OR cancelled_at IS NOT NULL OR attempted_last_at > ends_at THEN 'late'
    END AS settled
  FROM first_success
),
-- Without a promise there is no promise day: such a shipment stands on the day it was created.
placed AS (
  SELECT s.*, coalesce(s.promised_day,
           CAST(coalesce(s.created_at, s.first_at) + to_seconds(u.offset_seconds) AS DATE)) AS day
  FROM settled s ASOF LEFT JOIN zones u
    ON u.zone = $default_zone AND coalesce(s.created_at, s.first_at, s.ends_at) >= u.utc_from
)
SELECT f.shipment_id, coalesce(f.p.order_id, f.shipment_id) AS order_id, f.day, f.ends_at, f.delivered_at,
       f.settled, coalesce(f.p.zone, $default_zone) AS zone, {carrier} AS carrier,
       coalesce(f.p.origin, f.origin, '') AS origin,
       coalesce(f.p.destination, f.destination, '') AS destination,
       f.conflict, f.promise_rows, f.cancelled_at,
       CASE WHEN f.promise_end >= f.p.recorded THEN date_diff('hour', f.p.recorded, f.promise_end) END
         AS promised_hours
FROM placed f {renames}
"""

# Only a wall-clock time needs its shipment's zone; where all are instants, nothing has to be joined.
_INSTANTS: Final = "SELECT *, utc AS happened FROM event"
_WALL_CLOCKS: Final = """
  SELECT *, utc AS happened FROM event WHERE utc IS NOT NULL
  UNION ALL
  SELECT x.* EXCLUDE (zone), x.wall - to_seconds(w.offset_seconds) AS happened
  FROM (SELECT event.*, coalesce(d.p.zone, $default_zone) AS zone
        FROM event LEFT JOIN deadline d ON d.shipment_id = event.shipment_id
        WHERE event.utc IS NULL) x
  ASOF LEFT JOIN zones w ON w.zone = x.zone AND x.wall >= w.local_from
"""

# A carrier is called what it was called on the promise day.
_RENAMES: Final = (
    "ASOF LEFT JOIN renames r ON r.carrier = coalesce(f.p.carrier, f.carrier, '') AND f.day >= r.since"
)
_ZONE: Final = MappingProxyType({"destination": "coalesce(zone, $default_zone)", "utc": "'UTC'"})


def text(value: str) -> str:
    """The text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _listed(values: Iterable[str]) -> str:
    return "(" + ", ".join([text(value) for value in values] or ["NULL"]) + ")"


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
        f"WHEN p.service = {text(service)} THEN {text(reason)}"
        for service, reason in definition.excluded_services
    )


def _type(definition: Definition) -> str:
    """What an event is: the contract's type, or what the carrier's own code means in this version."""
    cases = " ".join(
        f"WHEN carrier = {text(carrier)} AND type = {text(code)} THEN {text(kind)}"
        for carrier, code, kind in definition.event_map
    )
    return f"CASE {cases} ELSE type END" if cases else "type"


def promises_sql(definition: Definition) -> str:
    """Common table expressions up to `deadline`: one row per promised shipment."""
    return _PROMISES.format(chosen=_chosen(definition), zone=_ZONE[definition.zone_rule])


def events_sql(definition: Definition, *, local: bool) -> str:
    """Common table expressions up to `history`: one row per shipment something happened to. `local` says
    that some event's time was read off a clock."""
    return _EVENTS.format(
        attempt_reasons=_listed(definition.attempt_reasons), type=_type(definition),
        timed=_WALL_CLOCKS if local else _INSTANTS,
    )  # fmt: skip


def outcome_sql(definition: Definition, *, renamed: bool) -> str:
    """The rest of the statement: the folded rows. `renamed` joins the table `renames`."""
    carrier = "coalesce(f.p.carrier, f.carrier, '')"
    return _OUTCOME.format(
        grace=definition.grace_minutes,
        cancelled_out="" if "cancelled_before_dispatch" in definition.exclusions else "false AND",
        successes=_successes(definition),
        left_out=_left_out(definition),
        carrier=f"coalesce(r.name, {carrier})" if renamed else carrier,
        renames=_RENAMES if renamed else "",
    )
