"""A market's world from the product's own lake: the same shipments as its run counts, and its own pins."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from governance.access.services import system
from governance.definition import Definition
from governance.markets.services import MarketRow, markets_load
from metrics.anomalies.assess import assess
from metrics.anomalies.history import history_of
from metrics.anomalies.market import KINDS, world_of_market
from metrics.events.services import batch_ingest
from metrics.lake import pins
from metrics.lake.models import LakeFile
from metrics.lake.schema import NO_MARKET
from metrics.otdr import engine
from metrics.rehearsal.plans import MONDAY, Plan, scenario_of
from metrics.simulate.write import produce
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError
from tests.builders import person

PLAN = Plan("DE", defect="delivered_at_defaulted", severity=0.5, seed=31, orders=250)
HOLIDAY = dt.date(2026, 10, 2)
CALENDARS = (
    ("DE", "2026-09-30", "a day off"), ("DE/OST", "2026-10-02", "a day off there"),
    ("DE/BY", "2026-10-01", "a day off of a region under another name"), ("FR", "2026-10-03", "elsewhere"),
)  # fmt: skip
DEFINITION = Definition(name="otdr-1", calendars=CALENDARS)


@pytest.fixture
def moment(db: None, settings: Any, tmp_path: Path) -> dt.datetime:
    """Germany's files taken in, all of them, as they came."""
    settings.LAKE_ROOT = tmp_path / "lake"
    markets_load(rows=[MarketRow("DE", "Germany", "Europe/Berlin", 1)], actor=system())
    scenario, sender = scenario_of(PLAN), person("data_engineer")
    for delivery in produce(scenario, tmp_path / "files", beside=True):
        if delivery.kind != "markets":
            with clock.at(delivery.received_at):
                batch_ingest(
                    path=delivery.path, kind=delivery.kind, source=delivery.source or "live", actor=sender
                )
    return scenario.now


def _judged(moment: dt.datetime, **more: Any) -> Any:
    with world_of_market(market="DE", monday=MONDAY, definition=DEFINITION, as_of=moment, **more) as world:
        return assess(world), world


def test_it_tells_what_the_engine_counts_and_names_its_files(moment: dt.datetime) -> None:
    found, _ = _judged(moment)
    files = pins.current(["DE", NO_MARKET], KINDS)
    inputs = engine.Inputs(
        pins.open_files(files, "promises", "DE"), pins.open_files(files, "events", "DE"), "Europe/Berlin"
    )
    sunday = MONDAY + dt.timedelta(days=6)
    counted = [row for row in engine.count(DEFINITION, inputs, as_of=moment) if MONDAY <= row.day <= sunday]
    due = sum(row.shipments for row in counted if row.status in ("on_time", "late", "pending", "unknown"))
    on_time = sum(row.shipments for row in counted if row.status == "on_time")
    assert (found.due, found.on_time) == (due, on_time)
    told = found.as_document()["input"]
    assert {one["sha256"] for one in told["files"]} == {file.sha256 for file in files}
    assert {one["batch"] for one in told["files"] if one["kind"] == "contacts"} >= {"contacts-2026-W40"}
    assert all(one["batch"] for one in told["files"])
    assert told["market"] == "DE"
    assert found.as_document()["contacts"]["seen"] > 0
    assert next(one for one in found.as_document()["checks"] if one["number"] == 1)["state"] in (
        "fire",
        "strong",
    )


def test_an_old_assessment_is_made_again_from_its_pin(moment: dt.datetime, tmp_path: Path) -> None:
    first, _ = _judged(moment)
    pinned = pins.current(["DE", NO_MARKET], KINDS)
    later = scenario_of(replace(PLAN, seed=32))
    extra = next(one for one in produce(later, tmp_path / "more") if one.kind == "events")
    batch_ingest(path=extra.path, kind="events", actor=person("data_engineer"))
    assert _judged(moment)[0].digest != first.digest
    assert _judged(moment, pinned=pinned)[0].as_text() == first.as_text()


def test_holidays_of_the_market_and_its_regions_are_told_apart(moment: dt.datetime) -> None:
    _, world = _judged(moment)
    assert world.sources.holidays == {dt.date(2026, 9, 30)}
    assert world.sources.regional == (("BY", dt.date(2026, 10, 1)), ("OST", HOLIDAY))


def test_a_holiday_of_a_region_takes_its_shipments_out_of_the_clocks_and_no_others(
    moment: dt.datetime,
) -> None:
    with world_of_market(market="DE", monday=MONDAY, definition=DEFINITION, as_of=moment) as world:
        history = history_of(world)
        told = dict(world.rows(
            "SELECT day, count(*) FILTER (destination <> 'ost') FROM shipment"
            " WHERE status IN ('on_time', 'late', 'pending', 'unknown') GROUP BY day"
        ))  # fmt: skip
        whole = dict(world.rows(
            "SELECT day, count(*) FROM shipment"
            " WHERE status IN ('on_time', 'late', 'pending', 'unknown') GROUP BY day"
        ))  # fmt: skip
    near = {HOLIDAY + dt.timedelta(days=n) for n in (-1, 0, 1)}
    assert {one.day: one.due for one in history.days if one.due} == {
        day: number
        for day, number in ((day, (told if day in near else whole)[day]) for day in whole)
        if number
    }
    # No shipment goes to a region of that name, so nothing can be taken out and the day is silent.
    assert history.holidays == {dt.date(2026, 9, 30), dt.date(2026, 10, 1)}


def test_a_doubted_week_is_no_base_and_one_more_before_it_is(moment: dt.datetime) -> None:
    doubted = MONDAY - dt.timedelta(weeks=2)
    found, world = _judged(moment, doubted=[doubted])
    base = {row.day for row in found.evidence.days if row.part == "base"}
    assert base.isdisjoint({doubted + dt.timedelta(days=n) for n in range(7)})
    assert world.window.base_first == MONDAY - dt.timedelta(weeks=5)
    assert found.as_document()["input"]["doubted"] == [doubted.isoformat()]


def test_what_is_not_there_is_said(moment: dt.datetime) -> None:
    with (
        pytest.raises(InvalidInputError, match="Not a registered market: FR"),
        world_of_market(market="FR", monday=MONDAY, definition=DEFINITION, as_of=moment),
    ):
        pass
    markets_load(rows=[MarketRow("FR", "France", "Europe/Paris", 2)], actor=system())
    with (
        pytest.raises(InvalidInputError, match="no promises or no events yet"),
        world_of_market(market="FR", monday=MONDAY, definition=DEFINITION, as_of=moment),
    ):
        pass
    gone = LakeFile.objects.filter(kind="events").first()
    assert gone is not None
    (Path(pins.root()) / gone.path).unlink()
    with pytest.raises(ConflictError, match="is not the one pinned"):
        _judged(moment)
