"""Real deliveries of other people, where they are at hand: counted exactly as an independent script did.

The data is no part of the product. OTDR_SHARED_DATA names its folder; without it `../shared/data` is
tried, and the test says why it was skipped when there is neither.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from governance.definition import Definition
from metrics.events.reader import read
from metrics.lake import store
from metrics.lake.columnar import connect
from metrics.otdr import engine
from tests.conftest import PROJECT

DATA = Path(os.environ.get("OTDR_SHARED_DATA", PROJECT.parent / "shared" / "data"))
AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DUE = ("on_time", "late", "pending", "unknown")
FLIGHTS = {"EWR": "America/New_York", "JFK": "America/New_York", "LGA": "America/New_York"}


def _expected(name: str) -> dict[str, dict[str, int]]:
    path = DATA / name / "expected.json"
    if not path.is_file():
        pytest.skip(f"the real data is not at hand: {path} does not exist (set OTDR_SHARED_DATA)")
    return json.loads(path.read_text("utf-8"))["by_market"]


def _stored(path: Path, kind: str, markets: list[str]) -> dict[str, list[Path]]:
    """The file's rows in the lake, by market; not one may be refused."""
    with connect() as connection:
        parsed = read(connection, path, kind, source="live", markets=markets)
        assert parsed.reasons == {}
        files = store.write(connection, "good", kind, path.stem)
    return {written.market: [store.root() / written.path] for written in files}


def _counted(
    definition: Definition, folder: Path, ending: str, zones: dict[str, str]
) -> dict[str, dict[str, int]]:
    markets = sorted(zones)
    promises = _stored(folder / f"promises{ending}", "promises", markets)
    events = _stored(folder / f"events{ending}", "events", markets)
    found = {}
    for market, zone in zones.items():
        inputs = engine.Inputs(promises.get(market, []), events.get(market, []), zone)
        totals: Counter[str] = Counter()
        for row in engine.count(definition, inputs, as_of=AS_OF):
            totals[row.status] += row.shipments
        found[market] = {"due": sum(totals[status] for status in DUE), "on_time": totals["on_time"]}
    return found


@pytest.fixture(autouse=True)
def _lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"


def test_flights_as_typed_parquet():
    expected = _expected("flights")
    # The rule behind the figures (14 CFR 234) keeps cancelled flights due, which the default does not.
    definition = Definition(name="otdr-f", grace_minutes=14, exclusions=("no_promise",))
    assert _counted(definition, DATA / "flights", ".parquet", FLIGHTS) == expected


def test_supplies_as_csv_with_days_in_utc():
    expected = _expected("scms")
    found = _counted(Definition(name="otdr-s"), DATA / "scms", ".csv", dict.fromkeys(expected, "UTC"))
    assert found == expected
