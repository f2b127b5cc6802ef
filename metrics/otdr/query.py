"""The one place where a definition becomes a query, in two steps.

*Fold* turns pinned files into one row per shipment (`fold.py`). *Count* lets time pass over the folded
rows and counts them by day, status, carrier and lane. Both are DuckDB SQL over one market.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from governance.definition import Definition
from metrics.otdr.fold import events_sql, outcome_sql, promises_sql

# The feed said it had told all of that day: what is not delivered by then was not delivered then.
_STATUS: Final = """
CASE
  WHEN settled IS NOT NULL THEN settled
  WHEN $as_of >= ends_at AND EXISTS (
    SELECT 1 FROM {closed} c WHERE day BETWEEN c.since AND c.until) THEN 'late'
  WHEN $as_of < ends_at + INTERVAL '{horizon} hours' THEN 'pending'
  ELSE 'unknown' END"""

_JUDGED: Final = """
judged AS (
  SELECT f.*, f.origin || ' > ' || f.destination AS lane, {status} AS status FROM folded f {where}
)"""

# Force majeure never leaves the headline; this reading of it stands beside, as an overlay.
_WITHOUT_MAJEURE: Final = """
WHERE NOT EXISTS (
  SELECT 1 FROM majeure m
  WHERE f.day BETWEEN m.since AND m.until AND f.settled IS DISTINCT FROM 'no_promise'
    AND (m.carrier = '' OR m.carrier = f.carrier)
    AND (m.destination = '' OR m.destination = f.destination))"""

_UNIT: Final = MappingProxyType(
    {
        "shipment": "counted AS (SELECT * FROM judged)",
        # An order is on time when every due parcel of it is; it is due when its last promise ends.
        "order": """
counted AS (
  SELECT order_id AS shipment_id, max(day) AS day, max(ends_at) AS ends_at, max(delivered_at) AS delivered_at,
         max(zone) AS zone, max(carrier) AS carrier, max(lane) AS lane, bool_or(conflict) AS conflict,
         max(cancelled_at) AS cancelled_at,
         CASE WHEN bool_or(status = 'late') THEN 'late' WHEN bool_or(status = 'unknown') THEN 'unknown'
              WHEN bool_or(status = 'pending') THEN 'pending' ELSE 'on_time' END AS status
  FROM judged WHERE status IN ('on_time', 'late', 'pending', 'unknown')
  GROUP BY order_id
)""",
    }
)

_COHORT: Final = MappingProxyType(
    {
        "promise_end": "placed AS (SELECT * FROM counted)",
        # What was never delivered is in no such cohort, which is why this one flatters.
        "delivered": """
placed AS (
  SELECT c.* REPLACE (CAST(c.delivered_at + to_seconds(u.offset_seconds) AS DATE) AS day)
  FROM counted c ASOF JOIN zones u ON u.zone = c.zone AND c.delivered_at >= u.utc_from
  WHERE c.status IN ('on_time', 'late')
)""",
    }
)

# The fingerprint says which shipments, in any order: sums of it can be added, as counts can.
_COUNTS: Final = """
SELECT day, status, carrier, lane, count(*) AS shipments,
       max(ends_at) + INTERVAL '{horizon} hours' AS matures_at,
       sum(CAST(md5_number_lower(concat_ws('|', shipment_id, ends_at, delivered_at, status)) AS HUGEINT))
         AS fingerprint,
       count(*) FILTER (status = 'on_time' AND delivered_at <= ends_at - INTERVAL 1 DAY) AS early,
       count(*) FILTER (conflict) AS conflicts,
       count(*) FILTER (cancelled_at BETWEEN ends_at - INTERVAL 1 DAY AND ends_at) AS cancelled_last_day
FROM placed GROUP BY ALL ORDER BY ALL
"""

# Median promise length shows when a rate rises because promises got longer.
_LENGTHS: Final = """
SELECT day, promised_hours, count(*) FROM folded WHERE promised_hours IS NOT NULL GROUP BY ALL ORDER BY ALL
"""

_RECEIVED: Final = """
SELECT day, CAST(sum(promise_rows) AS BIGINT), count(*) FROM folded WHERE promise_rows > 0
GROUP BY day ORDER BY day
"""

# Days on which the clock or a newly declared day alone changes some shipment's status.
_MOVED_BY_TIME: Final = """
SELECT DISTINCT day FROM folded WHERE settled IS NULL AND {now} <> {before} ORDER BY day
"""


def compile_history(definition: Definition, *, local: bool) -> str:
    """The query of what happened to each shipment: the costly pass over the events, over tables `promises`,
    `events` and `zones`; parameters are `as_of` (naive UTC) and `default_zone` (IANA). `local` says that
    some event's time was read off a clock."""
    return f"WITH {promises_sql(definition)},{events_sql(definition, local=local)} SELECT * FROM history"


def compile_fold(definition: Definition, *, renamed: bool) -> str:
    """The query of the folded rows, one per shipment, over `promises`, `zones`, the table `history` made
    before and, when `renamed`, `renames`; parameters as for the history."""
    return f"WITH {promises_sql(definition)},{outcome_sql(definition, renamed=renamed)}"


def compile_count(definition: Definition, *, without_majeure: bool = False) -> str:
    """The query of counts over `folded`, `closed`, `zones` and `majeure`; its parameter is `as_of`.

    Rows: day, status, carrier, lane, shipments, matures_at (naive UTC), fingerprint (order-free sum),
    early, conflicts, cancelled_last_day.
    """
    status = _STATUS.format(horizon=definition.horizon_hours, closed="closed")
    judged = _JUDGED.format(status=status, where=_WITHOUT_MAJEURE if without_majeure else "")
    steps = judged, _UNIT[definition.unit], _COHORT[definition.cohort]
    return f"WITH {','.join(steps)} {_COUNTS.format(horizon=definition.horizon_hours)}"


def compile_lengths() -> str:
    """The query of (promise day, promise length in whole hours, shipments) over `folded`."""
    return _LENGTHS


def compile_received() -> str:
    """The query of (promise day, promise rows received, shipments they are about) over `folded`."""
    return _RECEIVED


def compile_moved_by_time(definition: Definition) -> str:
    """The query of days whose counts differ between `before` with `closed_before` and `as_of` with
    `closed`, though no row changed; over `folded`."""
    now = _STATUS.format(horizon=definition.horizon_hours, closed="closed")
    before = _STATUS.format(horizon=definition.horizon_hours, closed="closed_before")
    return _MOVED_BY_TIME.format(now=now, before=before.replace("$as_of", "$before"))


def counts_by_day(definition: Definition) -> bool:
    """Whether a day's counts need that day's shipments only: not so for orders, whose parcels may be
    promised on several days, nor for the cohort by day of delivery."""
    return definition.unit == "shipment" and definition.cohort == "promise_end"
