"""Late events: deliveries of the last three promise days that are told, or told again, days later."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

LAST_DAYS = 3
SHARE = 0.01  # of all events
COLUMNS = (
    "event_id, shipment_id, market, type, occurred_at, received_at, carrier, origin, destination, source"
)


def write(lake: Path, path: Path, received: dt.datetime) -> int:
    """A file of events received in the hour before `received`; how many they are.

    Half of them are known deliveries under their own id with a time up to a day later, half are deliveries
    under an id not seen before. Which shipments is by hash, so that the same lake has the same late events.
    """
    promises = f"read_parquet('{lake}/promises/*/*.parquet', hive_partitioning=false)"
    events = f"read_parquet('{lake}/events/*/*.parquet', hive_partitioning=false)"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        count, last = connection.execute(
            f"SELECT (SELECT count(*) FROM {events}), max(coalesce(promised_utc, promised_local)) FROM {promises}"
            " WHERE reason = 'initial'"
        ).fetchall()[0]
        wanted, since = int(count * SHARE), last.date() - dt.timedelta(days=LAST_DAYS - 1)
        again = "hash(shipment_id, 'again') % 2 = 0"
        hour = f"TIMESTAMPTZ '{received.isoformat()}' - to_seconds(CAST(hash(shipment_id, 's') % 3600 AS INTEGER))"
        later = "to_seconds(CAST(hash(shipment_id, 'late') % 86400 AS INTEGER))"
        connection.execute(f"""
            CREATE TABLE late AS
            SELECT CASE WHEN {again} THEN min(e.event_id) ELSE shipment_id || '-DL' END AS event_id, shipment_id,
                   any_value(e.market) AS market, 'delivered' AS type,
                   strftime(min(e.occurred_utc) + {later}, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at,
                   strftime({hour}, '%Y-%m-%dT%H:%M:%SZ') AS received_at,
                   any_value(e.carrier) AS carrier, any_value(e.origin) AS origin,
                   any_value(e.destination) AS destination, 'backfill' AS source
            FROM {events} e SEMI JOIN (
              SELECT DISTINCT shipment_id FROM {promises}
              WHERE reason = 'initial' AND coalesce(promised_utc, promised_local) >= DATE '{since}') p
              USING (shipment_id)
            WHERE e.type = 'delivered' GROUP BY shipment_id ORDER BY hash(shipment_id, 'which') LIMIT {wanted}""")
        connection.execute(
            f"COPY (SELECT {COLUMNS} FROM late ORDER BY received_at, event_id) TO '{path}' (HEADER)"
        )
        return int(connection.execute("SELECT count(*) FROM late").fetchall()[0][0])
