"""What is on nobody's list: the engine holds the week, and does not give it a neighbour's name.

A kind is taken out of the list, so that no check looks for it, and planted all the same.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.anomalies.assess import Assessment, assess
from metrics.anomalies.checks.base import Finding, Level
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.evidence import gather
from metrics.anomalies.hypotheses import DEFECTS, Hypothesis
from metrics.anomalies.learned import committed
from metrics.anomalies.traces import TRACES, traces_of
from metrics.anomalies.verdict import named, unexplained, verdict_of
from metrics.anomalies.world import World
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at

UNLISTED = [
    Plan("IN", defect="sentinel_times", severity=0.25, seed=31),
    Plan("BR", defect="delivered_at_defaulted", severity=1.0, seed=32),
    Plan("IN", defect="cut_off_rule", severity=1.0, seed=33),
    Plan("US", defect="delivered_events_missing", severity=1.0, carrier="us-birch", seed=34),
]


def _without_its_check(plan: Plan) -> Assessment:
    with world_at(plan) as world:
        return assess(world, known=[kind for kind in DEFECTS if kind != plan.defect])


@pytest.mark.parametrize("plan", UNLISTED, ids=lambda plan: plan.label)
def test_a_defect_out_of_the_list_that_moves_the_rate_is_held(plan: Plan) -> None:
    found = _without_its_check(plan)
    assert found.evidence.is_moved, "else there is nothing to be held"
    assert plan.defect not in found.evidence.findings
    assert (found.verdict.name, found.verdict.proposal) == ("", "hold"), found.verdict.sentence


def test_rows_refused_for_their_times_leave_a_trace_that_missing_deliveries_do_not_explain() -> None:
    found = _without_its_check(UNLISTED[0])
    assert found.evidence.traces["refused"].is_seen
    assert "rows of events were refused" in found.evidence.traces["refused"].sentence
    left = unexplained(committed().learned, found.evidence, "delivered_events_missing")
    assert "refused" in left
    assert "refused" not in unexplained(committed().learned, found.evidence, "sentinel_times")


def test_a_time_filled_in_before_it_comes_leaves_a_trace(quiet_world: World) -> None:
    assert [one.is_seen for one in traces_of(quiet_world).values()] == [False] * len(TRACES)
    with world_at(replace(UNLISTED[1], orders=900)) as world:
        assert traces_of(world)["ahead"].is_seen


def test_a_trace_seen_is_among_what_is_told() -> None:
    found = _without_its_check(UNLISTED[0])
    told = found.as_document()["traces"]
    assert [(one["name"], one["is_seen"]) for one in told] == [("refused", True), ("ahead", False)]
    assert all(one["sentence"].endswith(".") for one in told)


def test_a_defect_is_not_named_where_its_own_check_is_silent(quiet_world: World) -> None:
    evidence = gather(quiet_world)
    fires = Finding(Level.STRONG, "It fires.", bias=0.02)
    loud = replace(evidence, findings={**evidence.findings, "duplicates": fires})
    sure = [Hypothesis("duplicates", 0.97, 0.02, ()), Hypothesis("quiet", 0.03, 0.05, ())]
    assert named(loud, sure, ()) == "duplicates"
    assert named(evidence, sure, ()) == ""
    told = verdict_of(evidence, sure, bias=0.02)
    assert (told.name, told.proposal) == ("", "hold")
    assert "does not fire, so it is not named" in told.sentence
    real = [Hypothesis("real_change", 0.97, 0.25, ()), Hypothesis("duplicates", 0.03, 0.02, ())]
    assert named(evidence, real, ()) == "real_change", "a change of the world has no check of its own"


def test_times_copied_from_the_promise_are_not_called_rounded() -> None:
    with world_at(Plan("UK", defect="delivered_at_defaulted", severity=1.0, seed=35, orders=900)) as world:
        assert BY_KIND["delivered_at_defaulted"].run(world).fires
        assert not BY_KIND["heaped_times"].run(world).fires


def test_midnight_is_what_rounding_makes_and_no_fixed_stamp() -> None:
    with world_at(Plan("DE", defect="heaped_times", severity=0.5, seed=36, orders=900)) as world:
        assert BY_KIND["heaped_times"].run(world).fires
        assert "are 00:00:00" not in BY_KIND["delivered_at_defaulted"].run(world).sentence


def test_one_hour_since_the_night_clocks_changed_is_one_check_s() -> None:
    with world_at(Plan("DE", defect="daylight_saving", severity=1.0, seed=37)) as world:
        assert BY_KIND["daylight_saving"].run(world).fires
        assert not BY_KIND["timezone_offset"].run(world).fires
    with world_at(Plan("DE", defect="timezone_offset", severity=1.0, hours=5, seed=37, clocks=True)) as world:
        assert BY_KIND["timezone_offset"].run(world).fires, "five hours are nobody's daylight saving"
