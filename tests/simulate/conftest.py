"""An independent reading of the generated files: the headline definition in SQL, no code of the generator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from metrics.simulate import Delivery, Scenario, produce
from otdr_hub.demo.story import shopswift

TODAY = dt.date(2026, 11, 20)
SMALL = 0.2
PROMISED = r"\d{4}-\d{2}-\d{2}(T\d{2}:00:00[+-]\d{2}:\d{2})?"
INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"


class Read:
    """The files of one folder as DuckDB tables: promises, events, due (one row per due shipment)."""

    def __init__(self, folder: Path, now: dt.datetime, without: str = "", market: str = "") -> None:
        """Leave out the events of the file named `without`, and all markets but `market` if one is given."""
        self.connection = duckdb.connect(config={"threads": 1})  # small files: threads only cost
        self.folder = folder
        for name, pattern in (("promises", "promises-*"), ("events", "[eb]*-*")):
            headers = {path.open(encoding="utf-8").readline() for path in folder.glob(f"{pattern}.csv")}
            assert len(headers) == 1
            columns = dict.fromkeys(headers.pop().strip().split(","), "VARCHAR")
            self.connection.execute(
                f"CREATE TABLE {name} AS SELECT * FROM read_csv('{folder}/{pattern}.csv', header=true, "
                f"columns={columns}, auto_detect=false, delim=',', quote='\"', filename=true)"
            )
        if without:
            self.connection.execute(f"DELETE FROM events WHERE filename LIKE '%/{without}'")
        if market:
            for name in ("promises", "events"):
                self.connection.execute(f"DELETE FROM {name} WHERE market <> '{market}'")
        self._day_ends()
        self._due(now)

    def bad_rows(self) -> list[tuple]:
        """Rows with a value that the contract does not know."""
        return self.rows(f"""
            SELECT 'event', event_id FROM events
            WHERE NOT regexp_full_match(occurred_at, '{INSTANT}')
               OR NOT regexp_full_match(received_at, '{INSTANT}')
               OR type NOT IN ('created', 'out_for_delivery', 'attempted', 'delivered',
                               'available_for_collection', 'cancelled', 'returned', 'lost')
               OR source NOT IN ('live', 'backfill') OR length(shipment_id) > 64
               OR (type = 'attempted') <> (reason_code IS NOT NULL)
            UNION ALL
            SELECT 'promise', shipment_id FROM promises
            WHERE NOT regexp_full_match(promised_by, '{PROMISED}')
               OR NOT regexp_full_match(recorded_at, '{INSTANT}') OR reason NOT IN ('initial', 'revised')
               OR zone IS NULL""")

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def _day_ends(self) -> None:
        dates = self.rows("SELECT DISTINCT promised_by, zone FROM promises WHERE length(promised_by) = 10")
        ends = []
        for day, zone in dates:
            last = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(23, 59, 59), tzinfo=ZoneInfo(zone))
            ends.append((day, zone, last.astimezone(dt.UTC).replace(tzinfo=None)))
        self.connection.execute("CREATE TABLE day_end (promised_by VARCHAR, zone VARCHAR, ends TIMESTAMP)")
        listed = ", ".join(f"('{d}', '{z}', TIMESTAMP '{e}')" for d, z, e in ends)
        self.connection.execute(f"INSERT INTO day_end VALUES {listed}")

    def _due(self, now: dt.datetime) -> None:
        moment = now.strftime("%Y-%m-%d %H:%M:%S")
        self.connection.execute(f"""
            CREATE TABLE first_promise AS
            SELECT p.*, date_trunc('week', left(promised_by, 10)::DATE)::DATE AS week,
                   CASE WHEN length(promised_by) = 10 THEN ends
                        ELSE promised_by[:19]::TIMESTAMP
                             - to_minutes((promised_by[20] || '1')::INT * (60 * promised_by[21:22]::INT
                                          + promised_by[24:25]::INT)) END AS promise_end
            FROM (SELECT * FROM promises
                  QUALIFY row_number() OVER (PARTITION BY shipment_id ORDER BY recorded_at) = 1) p
            LEFT JOIN day_end USING (promised_by, zone);
            CREATE TABLE valid AS
            SELECT * REPLACE (rtrim(occurred_at, 'Z')::TIMESTAMP AS occurred_at,
                              rtrim(received_at, 'Z')::TIMESTAMP AS received_at)
            FROM (SELECT * FROM events
                  QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at DESC) = 1)
            WHERE rtrim(occurred_at, 'Z')::TIMESTAMP <= rtrim(received_at, 'Z')::TIMESTAMP + INTERVAL 1 DAY;
            CREATE TABLE seen AS
            SELECT shipment_id, min(occurred_at) FILTER (type = 'delivered') AS delivered,
                   min(occurred_at) FILTER (type = 'out_for_delivery') AS dispatched,
                   min(occurred_at) FILTER (type = 'cancelled') AS cancelled,
                   bool_or(type IN ('attempted', 'returned', 'lost', 'cancelled')) AS evidence
            FROM valid GROUP BY 1;
            CREATE TABLE due AS
            SELECT f.*, delivered,
                   CASE WHEN delivered <= promise_end THEN 'on_time'
                        WHEN delivered IS NOT NULL OR coalesce(evidence, false) THEN 'late'
                        WHEN promise_end + INTERVAL 72 HOUR > TIMESTAMP '{moment}' THEN 'pending'
                        ELSE 'unknown' END AS outcome
            FROM first_promise f LEFT JOIN seen USING (shipment_id)
            WHERE NOT (cancelled IS NOT NULL AND cancelled < promise_end
                       AND (dispatched IS NULL OR cancelled < dispatched));
        """)

    def weekly(self, market: str) -> list[float]:
        """OTDR in percent of each promise week, in order; only weeks with every shipment past its horizon."""
        found = self.rows(f"""
            SELECT 100.0 * count(*) FILTER (outcome = 'on_time') / count(*) FROM due WHERE market = '{market}'
            GROUP BY week HAVING count(*) FILTER (outcome = 'pending') = 0 ORDER BY week""")
        return [row[0] for row in found]


@pytest.fixture(scope="session")
def story() -> Scenario:
    return shopswift(TODAY, SMALL)


@pytest.fixture(scope="session")
def story_files(story: Scenario, tmp_path_factory: pytest.TempPathFactory) -> list[Delivery]:
    return produce(story, tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def story_read(story: Scenario, story_files: list[Delivery]) -> Iterator[Read]:
    read = Read(story_files[0].path.parent, story.now)
    yield read
    read.connection.close()


@pytest.fixture(scope="session")
def read_folder():
    """The reader itself, for tests that generate a world of their own."""
    return Read
