"""The files as deliveries: contract columns, order of receipt, delays, untidiness; and the parts below."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from metrics.simulate import CarrierSpec, LaneSpec, MarketSpec, Scenario, produce
from metrics.simulate.defects import BackfillDefaultedStamps, DeliveredEventsMissing
from metrics.simulate.draw import exactly, pick, stratified, systematic

PROMISES = {
    "shipment_id", "order_id", "market", "promised_by", "recorded_at", "zone", "reason", "service", "carrier",
    "origin", "destination",
}  # fmt: skip
EVENTS = {
    "event_id", "shipment_id", "market", "type", "occurred_at", "received_at", "carrier", "origin",
    "destination", "reason_code", "source", "integration",
}  # fmt: skip


def _first_rows(path, count=50):
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        return reader.fieldnames, [row for row, _ in zip(reader, range(count), strict=False)]


def test_columns_are_those_of_the_contract(story_files):
    columns = {"markets": {"code", "name", "zone", "priority"}, "promises": PROMISES, "events": EVENTS}
    for delivery in story_files:
        header, rows = _first_rows(delivery.path)
        assert set(header) == columns[delivery.kind]
        assert len(header) == len(set(header))
        assert rows, delivery.path.name


def test_values_are_those_of_the_contract(story_read):
    assert story_read.bad_rows() == []


def test_deliveries_come_in_order_and_never_from_the_future(story, story_files):
    received = [delivery.received_at for delivery in story_files]
    assert received == sorted(received)
    assert received[-1] == story.now
    assert story_files[0].kind == "markets"
    assert sum(1 for _ in story_files) == len({delivery.path for delivery in story_files})
    for delivery in story_files:
        with delivery.path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == delivery.rows
        column = {"events": "received_at", "promises": "recorded_at"}.get(delivery.kind)
        if column:
            moments = [row[column] for row in rows]
            assert moments == sorted(moments)
            assert moments[-1] <= delivery.received_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_backfill_every_monday_and_brazil_has_its_own(story_files):
    backfills = [delivery for delivery in story_files if delivery.source == "backfill"]
    for name in ("backfill-2026", "backfill-BR-2026"):
        mondays = [d.covers[0] for d in backfills if d.path.name.startswith(name)]
        assert all(monday.weekday() == 0 for monday in mondays)
        assert {dt.date(2026, 8, 31) + dt.timedelta(weeks=n) for n in range(11)} <= set(mondays)
    for delivery in backfills:
        _, rows = _first_rows(delivery.path)
        brazilian = delivery.path.name.startswith("backfill-BR")
        assert {row["market"] == "BR" for row in rows} == {brazilian}
        assert {row["source"] for row in rows} == {"backfill"}
        assert delivery.received_at.weekday() == 0


def test_live_events_arrive_within_three_days(story_read):
    longest, median = story_read.rows("""
        SELECT max(delay), median(delay) FROM (
            SELECT epoch(rtrim(received_at, 'Z')::TIMESTAMP - rtrim(occurred_at, 'Z')::TIMESTAMP) AS delay
            FROM events WHERE source = 'live')""")[0]
    assert longest <= 72 * 3600
    assert median < 15 * 60


def test_there_is_something_to_quarantine_and_to_deduplicate(story_read):
    total, impossible, identifiers, rows = story_read.rows("""
        SELECT count(*), count(*) FILTER (rtrim(occurred_at, 'Z')::TIMESTAMP
               > rtrim(received_at, 'Z')::TIMESTAMP + INTERVAL 1 DAY),
               count(DISTINCT event_id), count(DISTINCT (event_id, occurred_at)) FROM events""")[0]
    assert 0.0001 < impossible / total < 0.0004
    assert identifiers < rows < total
    orphans, shipments = story_read.rows("""
        SELECT count(DISTINCT shipment_id) FILTER (shipment_id NOT IN (SELECT shipment_id FROM promises)),
               count(DISTINCT shipment_id) FROM events""")[0]
    assert 0.0003 < orphans / shipments < 0.002
    revised, later = story_read.rows("""
        SELECT count(*), count(*) FILTER (left(p.promised_by, 10) > left(f.promised_by, 10)
                                          AND p.recorded_at > f.recorded_at)
        FROM promises p JOIN first_promise f USING (shipment_id) WHERE p.reason = 'revised'""")[0]
    assert revised == later > 0
    orders, parcels = story_read.rows("SELECT count(DISTINCT order_id), count(*) FROM first_promise")[0]
    assert parcels / orders == pytest.approx(1.04, abs=0.005)


def test_late_parcels_are_about_a_day_late(story_read):
    days = story_read.rows("""
        SELECT avg(date_diff('second', promise_end, delivered)) / 86400 FROM due
        WHERE outcome = 'late' AND delivered IS NOT NULL""")[0][0]
    assert days == pytest.approx(1.1, abs=0.15)


def _tiny(**changes) -> Scenario:
    since = dt.date(2026, 1, 1)
    carriers = tuple(
        CarrierSpec(code, code.title(), 1.0, ((since, "feed/1"),)) for code in ("alder", "birch")
    )
    lanes = (LaneSpec("hub", "north", "Europe/Berlin", 1.0),)
    market = MarketSpec("XA", "Examplia", "Europe/Berlin", 1.0, 0.9, carriers, lanes)
    now = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    base = Scenario((market,), dt.date(2026, 11, 2), dt.date(2026, 11, 15), now, orders_per_day=300)
    return replace(base, **changes)


def test_truth_is_written_only_when_asked(tmp_path):
    monday = dt.date(2026, 11, 9)
    defects = (DeliveredEventsMissing("XA", "birch", monday), BackfillDefaultedStamps("XA", monday, monday))
    produce(_tiny(defects=defects), tmp_path / "plain")
    assert not (tmp_path / "plain" / "truth.json").exists()
    produce(_tiny(defects=defects), tmp_path / "told", truth=True)
    truth = json.loads((tmp_path / "told" / "truth.json").read_text())
    assert [planted["kind"] for planted in truth["defects"]] == [
        "carrier_silence",
        "backfill_defaulted_stamps",
    ]


def test_silence_may_end(tmp_path, read_folder):
    window = (dt.date(2026, 11, 9), dt.date(2026, 11, 11))
    scenario = _tiny(defects=(DeliveredEventsMissing("XA", "birch", *window),))
    produce(scenario, tmp_path)
    read = read_folder(tmp_path, scenario.now)
    days = read.rows("""SELECT left(received_at, 10), count(*) FROM events
                        WHERE carrier = 'birch' AND type = 'delivered' GROUP BY 1""")
    seen = dict(days)
    assert "2026-11-09" not in seen
    assert "2026-11-10" not in seen
    assert seen["2026-11-08"] > 20
    assert seen["2026-11-11"] > 20


def test_an_unknown_carrier_is_named(tmp_path):
    scenario = _tiny(defects=(DeliveredEventsMissing("XA", "cedar", dt.date(2026, 11, 9)),))
    with pytest.raises(ValueError, match="no carrier 'cedar', only alder, birch"):
        produce(scenario, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"now": dt.datetime(2026, 11, 20, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))},
        {"end": dt.date(2026, 11, 1)},
        {"orders_per_day": 0},
        {"markets": ()},
    ],
)
def test_impossible_scenarios_are_refused(change):
    with pytest.raises(ValueError):  # noqa: PT011 (each has its own sentence)
        _tiny(**change)


def test_draws_keep_their_counts():
    rng = np.random.default_rng(5)
    uniform = stratified(rng, 1000)
    assert np.array_equal(np.sort((uniform * 1000).astype(int)), np.arange(1000))
    assert np.bincount(pick(uniform, np.array([1.0, 3.0, 6.0]))).tolist() == [100, 300, 600]
    chance = rng.random(5000) * 0.2
    assert abs(systematic(rng, chance).sum() - chance.sum()) <= 1
    assert exactly(rng, np.arange(10), 99).tolist() == list(range(10))
    assert len(exactly(rng, np.arange(10), -1)) == 0


@pytest.mark.parametrize("text", ["", "a,b", 'say "a"', "Un'yu", "two\nlines"])
def test_texts_that_would_need_quotes_are_refused(text):
    with pytest.raises(ValueError, match="without commas"):
        LaneSpec("hub", text, "Europe/Berlin", 1.0)
    with pytest.raises(ValueError, match="without commas"):
        CarrierSpec(text, "Any, name", 1.0, ((dt.date(2026, 1, 1), "feed/1"),))
