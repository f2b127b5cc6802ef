"""What the product is held against, over the same files of the lake: a floor, and a query by hand.

    python -m tests.bench.rivals LAKE AS_OF {floor,by_hand}

The floor only decodes the columns the query needs. The query by hand is one hash aggregate over promises and
events together, without a join of the two, market by market; it knows nothing of definitions and only what
the headline one needs in a simulated world. Both answer with one JSON object.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

PROMISES = (
    "shipment_id", "promised_utc", "promised_local", "promised_kind", "zone", "recorded_at", "carrier", "origin",
    "destination",
)  # fmt: skip
EVENTS = ("shipment_id", "event_id", "type", "occurred_utc", "received_at")
TIMES = frozenset({"promised_utc", "promised_local", "recorded_at", "occurred_utc", "received_at"})
HOUR = dt.timedelta(hours=1)

BY_HAND = """
WITH told AS (
  SELECT shipment_id, NULL AS type, NULL AS id, NULL AS happened, recorded_at AS received,
         struct_pack(utc := promised_utc, wall := promised_local, kind := promised_kind, zone := zone,
                     carrier := carrier, lane := origin || ' > ' || destination) AS promise
  FROM {promises} WHERE recorded_at <= $as_of
  UNION ALL
  SELECT shipment_id, type, hash(event_id), occurred_utc, received_at, NULL
  FROM {events} WHERE received_at <= $as_of
),
-- Of an event that was sent again the latest counts. Only deliveries may have several ids.
shipment AS (
  SELECT shipment_id, arg_min(promise, received) FILTER (type IS NULL) AS p,
         arg_max(happened, received) FILTER (type = 'created') AS created,
         arg_max(happened, received) FILTER (type = 'cancelled') AS cancelled,
         arg_max(happened, received) FILTER (type = 'out_for_delivery') AS dispatched,
         arg_max(happened, received) FILTER (type = 'attempted') AS attempted,
         list(struct_pack(id := id, received := received, happened := happened)) FILTER (type = 'delivered') AS told
  FROM told GROUP BY shipment_id
),
placed AS (
  SELECT p.carrier AS carrier, p.lane AS lane, created, cancelled, least(dispatched, attempted) AS dispatched,
         CASE WHEN len(told) > 1 THEN list_reverse_sort(told) ELSE told END AS told,
         CASE p.kind WHEN 'date' THEN e.ends ELSE p.utc END AS ends,
         CASE p.kind WHEN 'date' THEN e.day ELSE CAST(p.utc + to_seconds(h.seconds) AS DATE) END AS day
  FROM shipment
  LEFT JOIN day_ends e ON p.kind = 'date' AND e.zone = p.zone AND e.day = CAST(p.wall AS DATE)
  LEFT JOIN hours h ON p.kind = 'instant' AND h.zone = p.zone AND h.hour = date_trunc('hour', p.utc)
  WHERE p IS NOT NULL
),
judged AS (
  SELECT day, carrier, lane, ends, cancelled, dispatched,
         CASE WHEN len(told) = 1 THEN CASE WHEN created IS NULL OR told[1].happened >= created THEN told[1].happened END
              ELSE list_min(list_transform(
                list_filter(told, lambda x, n: (n = 1 OR told[n - 1].id <> x.id)
                                               AND (created IS NULL OR x.happened >= created)),
                lambda x: x.happened)) END AS delivered
  FROM placed
)
SELECT day, carrier, lane, count(*) AS due, count(*) FILTER (delivered <= ends) AS on_time
FROM judged
WHERE NOT coalesce(delivered IS NULL AND cancelled <= ends AND (dispatched IS NULL OR cancelled < dispatched),
                   false)
GROUP BY ALL
"""


def markets(lake: Path) -> list[str]:
    """The markets that have promises."""
    return sorted(path.name.removeprefix("market=") for path in (lake / "promises").glob("market=*"))


def read(lake: Path, kind: str, market: str) -> str:
    """The table function over one market's files."""
    return f"read_parquet('{lake}/{kind}/market={market}/*.parquet', hive_partitioning=false)"


def floor(lake: Path) -> int:
    """Decode every value of the columns; how many rows there were."""
    rows = 0
    with duckdb.connect() as connection:
        for market in markets(lake):
            for kind, columns in (("promises", PROMISES), ("events", EVENTS)):
                sums = ", ".join(
                    f"bit_xor(epoch_us({name}))" if name in TIMES else f"sum(strlen({name}))"
                    for name in columns
                )
                found = connection.execute(f"SELECT count(*), {sums} FROM {read(lake, kind, market)}")
                rows += found.fetchall()[0][0]
    return rows


def _zones(connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Lookup tables: the last microsecond of each local day, and the offset in each hour."""
    files = f"read_parquet('{lake}/promises/*/*.parquet', hive_partitioning=false)"
    moment = "coalesce(promised_utc, promised_local)"
    low, high = connection.execute(f"SELECT min({moment}), max({moment}) FROM {files}").fetchall()[0]
    zones = [ZoneInfo(row[0]) for row in connection.execute(f"SELECT DISTINCT zone FROM {files}").fetchall()]
    connection.execute("CREATE TABLE day_ends (zone VARCHAR, day DATE, ends TIMESTAMP)")
    connection.execute("CREATE TABLE hours (zone VARCHAR, hour TIMESTAMP, seconds INTEGER)")
    first, days = low.date() - dt.timedelta(days=2), (high - low).days + 5
    begin = dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC)
    for zone in zones:
        ends = [
            (zone.key, day, _end(day, zone)) for day in (first + dt.timedelta(days=n) for n in range(days))
        ]
        hours = [(zone.key, *_offset(begin + n * HOUR, zone)) for n in range(24 * days)]
        for table, rows in (("day_ends", ends), ("hours", hours)):
            listed = ", ".join(f"('{key}', '{one}', '{other}')" for key, one, other in rows)
            connection.execute(f"INSERT INTO {table} VALUES {listed}")


def _end(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    following = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    return following.astimezone(dt.UTC).replace(tzinfo=None) - dt.timedelta(microseconds=1)


def _offset(hour: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, int]:
    offset = hour.astimezone(zone).utcoffset() or dt.timedelta()
    return hour.replace(tzinfo=None), int(offset.total_seconds())


def by_hand(lake: Path, as_of: dt.datetime) -> list[list[Any]]:
    """(market, day, due, on time) of every market and promise day; counted by carrier and lane, too."""
    moment = as_of.astimezone(dt.UTC).replace(tzinfo=None)
    sums: dict[tuple[str, str], list[int]] = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _zones(connection, lake)
        for market in markets(lake):
            query = BY_HAND.format(
                promises=read(lake, "promises", market), events=read(lake, "events", market)
            )
            for day, _, _, due, on_time in connection.execute(query, {"as_of": moment}).fetchall():
                found = sums.setdefault((market, day.isoformat()), [0, 0])
                found[0] += due
                found[1] += on_time
    return [[*key, *counts] for key, counts in sorted(sums.items())]


def main() -> None:
    """One of the two, timed from the inside."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lake", type=Path)
    parser.add_argument("as_of", type=dt.datetime.fromisoformat)
    parser.add_argument("which", choices=["floor", "by_hand"])
    asked = parser.parse_args()
    begun = time.monotonic()
    found = floor(asked.lake) if asked.which == "floor" else by_hand(asked.lake, asked.as_of)
    print(json.dumps({"seconds": time.monotonic() - begun, "found": found}))


if __name__ == "__main__":
    main()
