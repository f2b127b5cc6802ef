"""The engine against a second, naive reading of the definition, over small hostile worlds.

`OTDR_EXAMPLES=full` tries 2000 worlds for each property instead of 10 to 20. A failure prints the world, as
small as it could be made, and a blob that repeats it.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import duckdb
import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.definition import Definition
from metrics.otdr import engine, zones
from tests.metrics import shipments
from tests.oracle import naive
from tests.oracle.generate import EVENT_COLUMNS, PROMISE_COLUMNS, World, worlds

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
LATER = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)
MARKET_ZONES = (
    "America/New_York", "America/Toronto", "America/Mexico_City", "America/Sao_Paulo",
    "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Madrid", "Europe/Amsterdam",
    "Asia/Kolkata", "Asia/Tokyo",
)  # fmt: skip

pytestmark = pytest.mark.timeout(3600 if FULL else 300)


def hostile(examples: int) -> settings:
    """So many worlds, other ones each time."""
    return settings(
        max_examples=2000 if FULL else examples,
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )


randoms = st.randoms(use_true_random=True)

Rows = list[dict[str, str]]


LEFT_BEHIND = """
SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal AND NOT temporary
UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary
"""


@pytest.fixture(scope="module", autouse=True)
def one_database() -> Iterator[None]:
    """One DuckDB, swept after each connection: starting a new one takes most of the time."""
    with duckdb.connect() as database, pytest.MonkeyPatch.context() as patch:

        @contextmanager
        def connect() -> Iterator[duckdb.DuckDBPyConnection]:
            with database.cursor() as connection:
                connection.execute("SET TimeZone = 'UTC'")
                try:
                    yield connection
                finally:
                    for what, name in connection.execute(LEFT_BEHIND).fetchall():
                        connection.execute(f'DROP {what} "{name}"')

        patch.setattr(engine, "connect", connect)
        patch.setattr(shipments, "connect", connect)
        yield


def counted(
    world: World, *deliveries: tuple[Rows, Rows], as_of: dt.datetime | None = None
) -> list[engine.Counted]:
    """What the engine counts when each delivery (promises, events) came as a pair of files."""
    with tempfile.TemporaryDirectory() as name, override_settings(LAKE_ROOT=Path(name) / "lake"):
        files: dict[str, list[Path]] = {"promises": [], "events": []}
        for turn, rows_by_kind in enumerate(deliveries):
            for kind, columns, rows in zip(
                files, (PROMISE_COLUMNS, EVENT_COLUMNS), rows_by_kind, strict=True
            ):
                path = shipments.write_csv(Path(name) / f"{kind}-{turn}.csv", rows, list(columns))
                files[kind] += shipments.stored(path, kind)
        inputs = engine.Inputs(**files, default_zone=world.default_zone)
        definition = Definition(name="otdr-1", **world.definition)
        return engine.count(definition, inputs, as_of=as_of or world.as_of)


def totals(counts: list[engine.Counted]) -> Counter[tuple[dt.date, str, str, str]]:
    """Shipments by day, status, carrier and lane."""
    cells = [(row.day, row.status, row.carrier, row.lane) for row in counts]
    assert len(set(cells)) == len(cells), "a cell was counted in two rows"
    return Counter(dict(zip(cells, (row.shipments for row in counts), strict=True)))


def scattered(random: Random, rows: Rows, into: int) -> list[Rows]:
    """The rows with some twice, in any order, dealt into so many piles."""
    rows = rows + random.sample(rows, random.randint(0, len(rows)))
    random.shuffle(rows)
    piles: list[Rows] = [[] for _ in range(into)]
    for row in rows:
        random.choice(piles).append(row)
    return piles


@hostile(20)
@given(worlds())
def test_the_engine_counts_what_the_definition_says(world: World) -> None:
    judged = naive.judge(
        world.promises,
        world.events,
        default_zone=world.default_zone,
        as_of=world.as_of,
        definition=world.definition,
    )
    expected = Counter((one.day, one.status, one.carrier, one.lane) for one in judged)
    assert totals(counted(world, (world.promises, world.events))) == expected


@hostile(10)
@given(worlds(), randoms, st.integers(1, 3))
def test_order_repetition_and_files_never_matter(world: World, random: Random, files: int) -> None:
    deliveries = zip(
        scattered(random, world.promises, files), scattered(random, world.events, files), strict=True
    )
    plain = counted(world, (world.promises, world.events))
    assert set(counted(world, *deliveries)) == set(plain)


@hostile(10)
@given(worlds(), randoms)
def test_a_backfill_makes_up_for_what_the_feed_left_out(world: World, random: Random) -> None:
    """The backfill sends everything once more, half a year later and in the same order."""
    backfill = [
        event | {"received_at": (dt.datetime.fromisoformat(event["received_at"]) + dt.timedelta(days=183)).isoformat(), "source": "backfill"}
        for event in world.events
    ]  # fmt: skip
    came = [[row for row in rows if random.random() < 0.5] for rows in (world.promises, world.events)]
    pieces = counted(world, (came[0], came[1]), (world.promises, backfill), as_of=LATER)
    assert totals(pieces) == totals(counted(world, (world.promises, world.events), as_of=LATER))


@hostile(12)
@given(worlds())
def test_every_promised_shipment_is_counted_once(world: World) -> None:
    statuses: Counter[str] = Counter()
    for row in counted(world, (world.promises, world.events)):
        assert row.shipments > 0
        statuses[row.status] += row.shipments
    promised = {
        row["shipment_id"]
        for row in world.promises
        if dt.datetime.fromisoformat(row["recorded_at"]) <= world.as_of
    }
    unpromised = statuses.pop("no_promise", 0)
    due = sum(statuses[status] for status in ("on_time", "late", "pending", "unknown"))
    assert due + statuses["cancelled_before_dispatch"] == statuses.total() == len(promised)
    assert unpromised <= len({row["shipment_id"] for row in world.events} - promised)


@hostile(10)
@given(worlds())
def test_what_came_later_never_changes_an_earlier_moment(world: World) -> None:
    known = tuple(
        [row for row in rows if dt.datetime.fromisoformat(row[column]) <= world.as_of]
        for rows, column in ((world.promises, "recorded_at"), (world.events, "received_at"))
    )
    assert set(counted(world, known)) == set(counted(world, (world.promises, world.events)))


def only_promise(shipment: str, promised_by: str) -> dict[str, str]:
    return dict.fromkeys(PROMISE_COLUMNS, "") | {
        "shipment_id": shipment,
        "order_id": shipment,
        "market": "BR",
        "promised_by": promised_by,
        "recorded_at": "2026-03-20T00:00:00Z",
    }


def one_world(default_zone: str, *promises: dict[str, str]) -> World:
    nodes = {"promise": "original", "grace_minutes": 0, "horizon_hours": 72, "success_event": "delivered"}
    exclusions = {"exclusions": ("no_promise", "cancelled_before_dispatch")}
    return World(list(promises), [], default_zone, LATER, nodes | exclusions)


def test_a_promise_in_an_hour_left_out_up_to_midnight_is_due_on_the_day_it_ends_in() -> None:
    """Nuuk goes from 23:00 to 24:00 on 28 March 2026: its 23:00 is 01:00Z, which is 0:00 of the 29th."""
    promises = only_promise("instant", "2026-03-29T01:00:00Z"), only_promise("wall", "2026-03-28T23:00:00")
    world = one_world("America/Nuuk", *promises)
    assert [(row.day, row.shipments) for row in counted(world, (world.promises, []))] == [
        (dt.date(2026, 3, 29), 2)
    ]


@pytest.mark.parametrize("name", MARKET_ZONES)
def test_every_local_day_of_two_years_ends_when_zoneinfo_says(name: str) -> None:
    table = sorted((local_from, offset) for _, _, local_from, offset in zones.lookup_rows([name], 2025, 2026))
    day = dt.date(2025, 1, 1)
    while day.year < 2027:
        last = dt.datetime.combine(day, dt.time.max)
        offset = [offset for local_from, offset in table if local_from <= last][-1]
        ours = (last - dt.timedelta(seconds=offset)).replace(tzinfo=dt.UTC)
        midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), ZoneInfo(name))
        assert ours == midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1), day
        day += dt.timedelta(days=1)
