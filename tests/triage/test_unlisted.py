"""What is on nobody's list: the engine holds the week, and does not give it a neighbour's name.

A kind is taken out of the list, so that no check looks for it, and planted all the same.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.anomalies.assess import Assessment, assess
from metrics.anomalies.checks.base import Finding, Level
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.checks.shares import Step
from metrics.anomalies.contacts import Corroboration
from metrics.anomalies.evidence import gather, values
from metrics.anomalies.hypotheses import DEFECTS, Hypothesis
from metrics.anomalies.learned import committed
from metrics.anomalies.traces import TRACES, refused_in, traces_of
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
    assert "does not speak, so it is not named" in told.sentence
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


def test_a_rate_that_contacts_refute_is_no_change_of_the_world(quiet_world: World) -> None:
    """However often a table says that contacts refute true changes: somebody has to look first."""
    evidence = gather(quiet_world)
    refuted = Corroboration(0.996, 0.87, 0.87, 0.85, 0.89, 2.0, True, 0.0, 0.05, 300, 80.0, 300.0)
    step = Step(0.87, 0.996, 20.0, 1800.0, 14000.0)
    loud = replace(evidence, step=step, contacts=refuted)
    agreed = replace(loud, contacts=replace(refuted, factor=-2.0))
    real = [Hypothesis("real_change", 0.97, 0.25, ()), Hypothesis("duplicates", 0.03, 0.02, ())]
    left = unexplained(committed().learned, loud, "real_change")
    assert left == ("contacts",)
    assert unexplained(committed().learned, loud, "mix_shift") == ("contacts",)
    assert unexplained(committed().learned, loud, "delivered_at_defaulted") == ()
    assert unexplained(committed().learned, agreed, "real_change") == ()
    held = verdict_of(loud, real, bias=0.12, left=left)
    assert (held.name, held.proposal) == ("", "hold")
    assert "customers' contacts do not follow the rate" in held.sentence
    assert verdict_of(agreed, real, bias=0.12).proposal == "certify"


def test_what_is_disclosed_is_said_whether_or_not_one_explanation_is_named(quiet_world: World) -> None:
    evidence = gather(quiet_world)
    fires = Finding(Level.STRONG, "It fires.", bias=0.02)
    loud = replace(evidence, findings={**evidence.findings, "working_day_calendar": fires})
    two = [Hypothesis("real_change", 0.6, 0.25, ()), Hypothesis("mix_shift", 0.38, 0.1, ())]
    told = verdict_of(loud, two, bias=0.02)
    assert (told.name, told.proposal) == ("", "certify_and_disclose")
    assert "To be told beside it: promises were made with another calendar." in told.sentence
    one = [Hypothesis("real_change", 0.85, 0.25, ()), Hypothesis("duplicates", 0.15, 0.02, ())]
    held = verdict_of(loud, one, bias=0.02)
    assert held.proposal == "hold"
    assert "To be told beside it" not in held.sentence


def test_the_batch_with_most_rows_refused_speaks_and_not_the_smallest(quiet_world: World) -> None:
    asked = (
        "SELECT batch, count(*) FROM told SEMI JOIN (SELECT shipment_id FROM shipment WHERE part = 'suspect')"
        " USING (shipment_id) GROUP BY batch ORDER BY 2"
    )
    sizes = [(str(batch), int(rows)) for batch, rows in quiet_world.rows(asked)]
    (small, few), (large, many) = next(one for one in sizes if one[1] > 500), sizes[-1]
    assert few < many / 2
    refused = [
        (small, "events", "outside_feed_life", few // 20),
        (large, "events", "outside_feed_life", few // 10),
    ]
    world = replace(quiet_world, sources=replace(quiet_world.sources, quarantined=refused))
    found = refused_in(world)
    assert found is not None
    assert (found.batch, found.rows) == (large, few // 10)
    assert BY_KIND["sentinel_times"].run(world).fires, "1970 is refused as older than any feed"


def test_too_few_deliveries_leave_no_word_of_a_trace(starved_world: World) -> None:
    evidence = gather(starved_world)
    assert evidence.traces["ahead"].is_seen is None
    assert "ahead" not in values(evidence)
