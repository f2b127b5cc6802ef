"""The ShopSwift story as its files tell it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from metrics.simulate import Scenario, produce
from otdr_hub.demo.story import (
    GATEWAY,
    NEW_CARRIER,
    SILENT_CARRIER,
    headline_monday,
    latest_friday,
    shopswift,
)

QUIET = ("US", "CA", "MX", "UK", "FR", "IT", "ES", "NL", "IN", "JP")
MONDAY = dt.date(2026, 11, 9)
RESENT = "backfill-BR-2026-W46.csv"


def test_the_days_of_the_story(story):
    assert latest_friday(dt.date(2026, 11, 26)) == dt.date(2026, 11, 20)
    assert latest_friday(dt.date(2026, 11, 20)) == dt.date(2026, 11, 20)
    assert headline_monday(dt.date(2026, 11, 20)) == MONDAY
    assert story.start == MONDAY - dt.timedelta(weeks=11)
    assert story.now == dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def test_brazil_jumps_and_germany_falls(story_read):
    brazil, germany = story_read.weekly("BR"), story_read.weekly("DE")
    assert len(brazil) == len(germany) == 12
    assert all(86 <= rate <= 88 for rate in brazil[:-1])
    assert 99.5 <= brazil[-1] <= 99.7
    assert 6.5 <= germany[-2] - germany[-1] <= 7.5
    assert max(germany[:-1]) - min(germany[:-1]) < 1.5


@pytest.mark.parametrize("market", QUIET)
def test_the_other_markets_stay_within_their_noise(story_read, story, market):
    weeks = story_read.weekly(market)
    base = 100 * next(m.otdr for m in story.markets if m.code == market)
    assert abs(weeks[-1] - weeks[-2]) < 1.5
    assert abs(sum(weeks) / len(weeks) - base) < 0.6


def test_without_the_one_batch_brazil_is_as_ever(story, story_files, read_folder):
    read = read_folder(story_files[0].path.parent, story.now, without=RESENT, market="BR")
    weeks = read.weekly("BR")
    read.connection.close()
    assert 86 <= weeks[-1] <= 88


def test_the_batch_carries_the_promise_as_delivery_time(story_read):
    same, total, carriers, others = story_read.rows(f"""
        SELECT count(*) FILTER (occurred_at = promise_end), count(*),
               count(DISTINCT v.carrier) FILTER (occurred_at = promise_end),
               count(*) FILTER (integration <> '{GATEWAY}')
        FROM valid v JOIN first_promise f USING (shipment_id)
        WHERE v.filename LIKE '%/{RESENT}' AND type = 'delivered' AND f.week = '{MONDAY}'""")[0]
    assert 0.40 <= same / total <= 0.42
    assert (carriers, others) == (5, 0)
    live, equal = story_read.rows(f"""
        SELECT count(*), count(*) FILTER (rtrim(occurred_at, 'Z')::TIMESTAMP = promise_end)
        FROM events e JOIN first_promise USING (shipment_id)
        WHERE type = 'delivered' AND e.filename NOT LIKE '%/{RESENT}'""")[0]
    assert equal / live < 0.0001


def test_the_batch_repeats_live_event_ids(story_read):
    resent, known = story_read.rows(f"""
        SELECT count(*), count(*) FILTER (event_id IN
               (SELECT event_id FROM events WHERE source = 'live' AND type = 'delivered'))
        FROM events WHERE filename LIKE '%/{RESENT}' AND type = 'delivered'""")[0]
    assert resent > 400
    assert known / resent > 0.9


def test_no_one_carrier_could_do_it(story_read):
    """The new carrier holds far less of the late parcels (as known live) than the jump needs."""
    truth = """
        SELECT e.carrier, count(*) FILTER (rtrim(occurred_at, 'Z')::TIMESTAMP > promise_end) AS late
        FROM events e JOIN first_promise f USING (shipment_id)
        WHERE e.market = 'BR' AND type = 'delivered' AND e.source = 'live' AND f.week {} GROUP BY 1"""
    before = dict(story_read.rows(truth.format(f"< '{MONDAY}'")))
    during = dict(story_read.rows(truth.format(f"= '{MONDAY}'")))
    assert NEW_CARRIER not in before
    assert 0.04 < during[NEW_CARRIER] / sum(during.values()) < 0.25
    share = story_read.rows(f"""SELECT avg((carrier = '{NEW_CARRIER}')::INT) FROM due
                                WHERE market = 'BR' AND week = '{MONDAY}'""")[0][0]
    assert share == pytest.approx(0.12, abs=0.01)


def test_brazil_reports_through_the_gateway_from_that_monday(story_read):
    found = story_read.rows("""
        SELECT integration, min(received_at), max(received_at) FROM events
        WHERE market = 'BR' AND carrier <> 'expresso-ipe' GROUP BY 1 ORDER BY 1""")
    assert [row[0] for row in found] == ["br-feed/1", GATEWAY]
    assert found[0][2] < "2026-11-09T00:00:00Z" <= found[1][1]


def test_the_silent_carrier_still_sends_everything_else(story_read):
    kinds = dict(
        story_read.rows(f"""
        SELECT type, count(*) FROM events
        WHERE carrier = '{SILENT_CARRIER}' AND received_at >= '2026-11-09' GROUP BY 1""")
    )
    assert "delivered" not in kinds
    assert kinds["created"] > 50
    assert kinds["out_for_delivery"] > 50
    assert kinds["attempted"] > 0
    unknown = story_read.rows(f"""
        SELECT count(*), count(*) FILTER (carrier = '{SILENT_CARRIER}') FROM due
        WHERE market = 'DE' AND week = '{MONDAY}' AND outcome = 'unknown'""")[0]
    assert unknown[1] >= 0.95 * unknown[0] > 0


def test_completeness_where_nothing_is_wrong(story_read):
    for market, unknown, due in story_read.rows(f"""
        SELECT market, count(*) FILTER (outcome = 'unknown'), count(*) FROM due
        WHERE outcome <> 'pending' AND NOT (market = 'DE' AND week >= '{MONDAY}') GROUP BY 1"""):
        assert unknown / due <= 0.007, market


@pytest.mark.parametrize("today", [dt.date(2026, 8, 7), dt.date(2027, 4, 2), dt.date(2028, 1, 7)])
def test_the_story_holds_whenever_it_is_told(today, tmp_path, read_folder):
    scenario = _brazil_and_germany(today, 0.2)
    produce(scenario, tmp_path)
    read = read_folder(tmp_path, scenario.now)
    brazil, germany = read.weekly("BR"), read.weekly("DE")
    read.connection.close()
    assert all(86 <= rate <= 88 for rate in brazil[:-1])
    assert 99.5 <= brazil[-1] <= 99.7
    assert 6.5 <= germany[-2] - germany[-1] <= 7.5


def test_same_seed_same_bytes(tmp_path):
    scenario = _brazil_and_germany(dt.date(2026, 11, 20), 0.2)
    first, second = _digests(scenario, tmp_path / "a"), _digests(scenario, tmp_path / "b")
    other = _digests(replace(scenario, seed=scenario.seed + 1), tmp_path / "c")
    assert first == second
    assert first["events-2026-W46.csv"] != other["events-2026-W46.csv"]


def _brazil_and_germany(today: dt.date, scale: float) -> Scenario:
    """The story of these two markets alone, each of the size it has in the whole one."""
    whole = shopswift(today, scale)
    two = tuple(market for market in whole.markets if market.code in ("BR", "DE"))
    share = sum(market.share for market in two) / sum(market.share for market in whole.markets)
    return replace(whole, markets=two, orders_per_day=whole.orders_per_day * share)


def _digests(scenario, folder: Path) -> dict[str, str]:
    produce(scenario, folder, truth=True)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
