"""Every defect: contract kept, nothing outside its scope, as strong as asked, in the expected direction."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import duckdb
import pytest

from metrics.simulate import produce
from metrics.simulate.defects import KINDS
from metrics.simulate.plan import Wish, planned
from metrics.simulate.rows import EventRows, PromiseRows, event_rows, promise_rows
from metrics.simulate.tables import Tally
from metrics.simulate.world import blocks

START = dt.date(2026, 10, 12)
FIRST, LAST = dt.date(2026, 10, 12), dt.date(2026, 10, 18)
LANE = "sudeste-hub/sao-paulo"
SCOPES = {
    "days": {"first_day": FIRST, "last_day": LAST},
    "carrier": {"carrier": "br-alder"},
    "lane": {"lane": LANE},
}
# Nothing to see in a rate once everything arrived.
SEEN_ONLY_EARLY = {"late_feed"}


def _scenario(*wishes: Wish, **changes):
    asked = {"days": 14, "orders_per_day": 400, "seed": 7, "start": START, "markets": ("BR", "DE")}
    return planned(**(asked | changes), wishes=wishes)


@dataclass
class World:
    """The files of one scenario, read, and what was planted in it."""

    folder: Path
    truth: dict
    read: Any

    def rate(self) -> float:
        """On time per due, of the days of the scope."""
        on_time, due = self.read.rows(f"""
            SELECT count(*) FILTER (outcome = 'on_time'), count(*) FROM due
            WHERE market = 'BR' AND left(promised_by, 10) BETWEEN '{FIRST}' AND '{LAST}'""")[0]
        return on_time / max(due, 1)

    def against(self, clean: World) -> tuple[dict[str, int], set[str]]:
        """How many rows are only here or only in the clean world, and the shipments they are about."""
        rows, shipments = {"added": 0, "removed": 0}, set()
        self.read.connection.execute(f"ATTACH IF NOT EXISTS '{clean.folder}/clean.db' AS was (READ_ONLY)")
        for table in ("promises", "events"):
            here, there = f"(SELECT * EXCLUDE (filename) FROM {table})", f"(FROM was.{table})"
            for way, sql in (
                ("added", f"{here} EXCEPT ALL {there}"),
                ("removed", f"{there} EXCEPT ALL {here}"),
            ):
                found = [row[0] for row in self.read.rows(f"SELECT shipment_id FROM ({sql})")]
                rows[way] += len(found)
                shipments.update(found)
        return rows, shipments


@pytest.fixture
def world(tmp_path, read_folder) -> Iterator[Callable[..., World]]:
    """Makes the world of a scenario and reads it; closed afterwards."""
    made = []

    def make(scenario) -> World:
        produce(scenario, tmp_path, truth=True, beside=True)
        truth = json.loads((tmp_path / "truth.json").read_text())
        made.append(World(tmp_path, truth, read_folder(tmp_path, scenario.now)))
        return made[-1]

    yield make
    for one in made:
        one.read.connection.close()


@pytest.fixture(scope="module")
def clean(tmp_path_factory, read_folder) -> World:
    folder = tmp_path_factory.mktemp("clean")
    produce(_scenario(), folder, beside=True)
    made = World(folder, {}, read_folder(folder, _scenario().now))
    made.read.connection.execute(f"ATTACH '{folder}/clean.db' AS kept")
    for table in ("promises", "events"):
        made.read.connection.execute(f"CREATE TABLE kept.{table} AS SELECT * EXCLUDE (filename) FROM {table}")
    made.read.connection.execute("DETACH kept")
    return made


def _allowed(clean: World, kind: str) -> set[str]:
    """Shipments of those days by the clean files; those without any promise have no day and may be among them."""
    events, days = "SELECT shipment_id FROM events WHERE market = 'BR'", f"BETWEEN '{FIRST}' AND '{LAST}'"
    if KINDS[kind].clock == "receipt":
        return {row[0] for row in clean.read.rows(f"{events} AND left(received_at, 10) {days}")}
    return {
        row[0]
        for row in clean.read.rows(f"""
            SELECT shipment_id FROM first_promise WHERE market = 'BR' AND left(promised_by, 10) {days}
            UNION {events} AND shipment_id NOT IN (SELECT shipment_id FROM promises)""")
    }


def _check(planted: World, clean: World, kind: str, severity: float) -> None:
    """Strength, rows, and that nothing outside the days of the market differs."""
    told = planted.truth["defects"][0]
    rows, shipments = planted.against(clean)
    assert abs(told["touched"] - severity * told["units"]) <= max(0.02 * told["units"], 2)
    assert max(rows.values()) == pytest.approx(told["rows"], abs=max(2, 0.01 * told["rows"]))
    real = {one for one in shipments if one.startswith("BR-0")}
    assert real <= _allowed(clean, kind)
    assert all(one.startswith(("BR-", "br")) for one in shipments)
    if KINDS[kind].clock == "promise":
        touched = real or {one for one in shipments if one.startswith("BR-")}
        assert 0 < len(touched) == pytest.approx(told["touched"], abs=max(2, 0.01 * told["touched"]))
    for path in clean.folder.glob("contacts-*"):
        assert path.read_bytes() == (planted.folder / path.name).read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_on_some_days_in_the_contract_in_scope_as_strong_and_in_the_direction_asked(kind, clean, world):
    planted = world(_scenario(Wish("defect", kind, "BR", severity=0.5, **SCOPES["days"])))
    _check(planted, clean, kind, 0.5)
    assert planted.read.bad_rows() == []
    change, direction = planted.rate() - clean.rate(), KINDS[kind].direction
    if direction != "either" and kind not in SEEN_ONLY_EARLY:
        assert (change > 0, change < 0) == (direction == "up", direction == "down"), change
    for path in planted.folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert [slug for slug in KINDS if slug in text or slug in path.name] == []


def _coded(scenario) -> tuple[Counter, Counter, Tally]:
    """Rows that would be written, as codes, and what the first defect did."""
    events, promises, tally = Counter(), Counter(), Tally()
    for block in blocks(scenario):
        for counter, rows in (
            (events, event_rows(block, block.now)),
            (promises, promise_rows(block, block.now)),
        ):
            counter.update(zip(*(getattr(rows, f.name).tolist() for f in fields(rows)), strict=True))
        tally = sum(block.tallies[:1], tally)
    return events, promises, tally


@pytest.fixture(scope="module")
def clean_codes() -> tuple[Counter, Counter]:
    return _coded(_scenario())[:2]


@pytest.mark.parametrize(
    ("kind", "scope", "severity"),
    [(kind, ("carrier", "lane")[n % 2], (1.0, 0.25)[n // 2 % 2]) for n, kind in enumerate(KINDS)],
)
def test_in_one_carrier_or_lane_alone(kind, scope, severity, clean_codes):
    scenario = _scenario(Wish("defect", kind, "BR", severity=severity, **SCOPES[scope]))
    events, promises, tally = _coded(scenario)
    code = 0 if scope == "carrier" else [lane.name for lane in scenario.markets[0].lanes].index(LANE)
    changed = {"added": 0, "removed": 0}
    for kept, now, names in zip(clean_codes, (events, promises), (EventRows, PromiseRows), strict=True):
        column = [field.name for field in fields(names)].index(scope)
        for way, rows in (("added", now - kept), ("removed", kept - now)):
            changed[way] += rows.total()
            assert {(row[0], row[column]) for row in rows} <= {(0, code)}
    assert tally.units > 0
    assert abs(tally.touched - severity * tally.units) <= max(0.02 * tally.units, 2)
    assert max(changed.values()) == pytest.approx(tally.rows, abs=max(2, 0.01 * tally.rows))


@pytest.mark.parametrize("kind", ["delivered_at_defaulted", "backfill_overwrite", "partition_shrunk"])
def test_in_the_weekly_backfill_alone(kind, clean, world):
    planted = world(_scenario(Wish("defect", kind, "BR", batch="backfill")))
    rows, _ = planted.against(clean)
    assert planted.truth["defects"][0]["rows"] > 0
    assert max(rows.values()) == pytest.approx(planted.truth["defects"][0]["rows"], abs=4)
    for path in clean.folder.glob("[ep]*-*.csv"):
        assert path.read_bytes() == (planted.folder / path.name).read_bytes(), path.name


def test_one_file_alone_can_be_touched(clean, tmp_path):
    produce(_scenario(Wish("defect", "1", "BR", batch="events-2026-W42")), tmp_path, beside=True)
    for path in clean.folder.glob("*.csv"):
        same = path.read_bytes() == (tmp_path / path.name).read_bytes()
        assert same == (path.name != "events-2026-W42.csv"), path.name


def test_all_at_once_and_twice_the_same_bytes(tmp_path):
    wishes = tuple(
        Wish("defect", kind, "BR", severity=0.2) for kind in (*KINDS, "test_traffic", "scope_change")
    )
    for name in ("a", "b"):
        produce(_scenario(*wishes, days=7, orders_per_day=200), tmp_path / name, truth=True, beside=True)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    assert {d["number"] for d in json.loads((tmp_path / "a" / "truth.json").read_text())["defects"]} == set(
        range(1, 25)
    )


def test_parquet_says_the_same(tmp_path):
    wishes = (Wish("defect", kind, "BR", severity=0.5) for kind in ("join_loss", "carrier_mapping"))
    scenario = _scenario(*wishes, days=7, orders_per_day=200)
    produce(scenario, tmp_path / "csv")
    produce(scenario, tmp_path / "parquet", form="parquet")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for kind in ("promises-*", "[eb]*-*"):
            texts = f"SELECT COLUMNS(lambda c: c NOT LIKE '%_at') FROM read_csv('{tmp_path}/csv/{kind}.csv', all_varchar=true)"
            typed = f"SELECT COLUMNS(lambda c: c NOT LIKE '%_at') FROM '{tmp_path}/parquet/{kind}.parquet'"
            assert connection.execute(f"({texts}) EXCEPT ALL ({typed})").fetchall() == []
        column = "received_at"
        texts = f"SELECT event_id, {column}::TIMESTAMPTZ FROM read_csv('{tmp_path}/csv/[eb]*-*.csv', all_varchar=true)"
        typed = f"SELECT event_id, {column} FROM '{tmp_path}/parquet/[eb]*-*.parquet'"
        assert connection.execute(f"({texts}) EXCEPT ALL ({typed})").fetchall() == []


@pytest.mark.parametrize("severity", [0, 1.01])
def test_a_severity_is_a_share(severity):
    with pytest.raises(ValueError, match="severity"):
        _scenario(Wish("defect", "1", "BR", severity=severity))
