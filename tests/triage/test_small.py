"""Small defects and shifts of the mix: a tenth or a quarter of a scope is seen where it leaves a trace at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.evidence import gather, values
from metrics.anomalies.world import Window, world_of
from metrics.rehearsal.plans import Plan, scenario_of
from metrics.rehearsal.worlds import DEFINITION, taken_in, world_at
from metrics.simulate.changes import CHANGES, slowing_lanes
from metrics.simulate.defects import KINDS
from metrics.simulate.presets import CODES, preset_markets
from metrics.simulate.scope import Scope
from metrics.simulate.write import produce

SMALL = [
    Plan("JP", defect="volume_not_conserved", severity=0.1, carrier="jp-alder", seed=41),
    Plan("IN", defect="volume_not_conserved", severity=0.1, carrier="in-birch", seed=42),
    Plan("BR", defect="survivor_denominator", severity=0.25, seed=43),
    Plan("IN", defect="working_day_calendar", severity=0.1, seed=44),
]
MIXED = [
    Plan("BR", change="mix_shift", lane="nordeste-hub/norte", severity=1.0, seed=45),
    Plan("UK", change="mix_shift", lane="midlands-hub/wales", severity=0.5, seed=46),
    Plan("DE", change="mix_shift", lane="sued-hub/berlin", severity=1.0, seed=47),
]


@pytest.mark.parametrize("plan", SMALL, ids=lambda plan: f"{plan.market}-{plan.label}")
def test_a_small_part_of_a_scope_is_seen(plan: Plan) -> None:
    with world_at(plan) as world:
        found = BY_KIND[str(plan.defect)].run(world)
    assert found.fires, found.sentence


@pytest.mark.parametrize("market", ["BR", "DE", "UK"])
def test_what_has_no_promise_is_not_a_defect_where_nothing_is_planted(market: str) -> None:
    with world_at(Plan(market, seed=48)) as world:
        for kind in ("volume_not_conserved", "survivor_denominator", "working_day_calendar"):
            found = BY_KIND[kind].run(world)
            assert not found.fires, found.sentence


@pytest.mark.parametrize("plan", MIXED, ids=lambda plan: f"{plan.market}-{plan.severity}")
def test_a_shift_of_the_mix_that_moves_the_rate_is_seen_as_weights(plan: Plan) -> None:
    with world_at(plan) as world:
        evidence = gather(world)
    assert evidence.is_moved
    assert evidence.step is not None
    assert evidence.step.size < 0
    assert values(evidence)["mix"] == "weights"


def test_a_part_that_is_new_is_no_shift_of_the_mix() -> None:
    with world_at(Plan("JP", defect="scope_change", severity=1.0, seed=49)) as world:
        evidence = gather(world)
    split = next(one for one in evidence.attribution.splits if one.dimension == "service")
    assert split.share_of_mix > 0.6, "the new service made the change, by its weight"
    assert abs(split.share_of_known) < 0.4
    assert values(evidence)["mix"] == "rates"


def test_the_lane_that_slows_a_market_most_comes_first() -> None:
    """Counted by hand: the mean log-odds of the market with each lane grown in turn."""
    grown = 1 + CHANGES["mix_shift"].lane_share
    for market in preset_markets(CODES):
        after = {}
        for one in market.lanes:
            shares = [lane.share * (grown if lane is one else 1) for lane in market.lanes]
            odds = [share * lane.otdr_delta for share, lane in zip(shares, market.lanes, strict=True)]
            after[one.name] = sum(odds) / sum(shares)
        assert slowing_lanes(market)[0] == min(after, key=lambda name: after[name])


def test_what_last_week_lost_and_this_one_did_not_is_not_this_week_s(tmp_path: Path) -> None:
    """Unpromised shipments stand up to a week before they would have been due."""
    plan = Plan("DE", seed=50)
    week, scenario = dt.timedelta(days=7), scenario_of(plan)
    for first, is_own in ((plan.monday, True), (plan.monday - week, False)):
        scope = Scope("DE", first_day=first, last_day=first + week - dt.timedelta(days=1))
        folder = tmp_path / str(first)
        planted = replace(scenario, defects=(KINDS["volume_not_conserved"](scope, 0.5),))
        produce(planted, folder / "files", beside=True, form="parquet")
        sources = taken_in(folder / "files", folder / "lake", "DE")
        with world_of(DEFINITION, sources, Window.of_week(plan.monday), as_of=scenario.now) as world:
            found = BY_KIND["volume_not_conserved"].run(world)
        assert found.fires is is_own, found.sentence
