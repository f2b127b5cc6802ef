"""Each of the 24 checks: fires on its own defect, stays clear where there is none, says why it cannot be run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metrics.anomalies.checks.base import Check, Level
from metrics.anomalies.checks.registry import BY_KIND, CHECKS
from metrics.anomalies.world import World
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at
from metrics.simulate.defects import KINDS

by_number = pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.number:02d}-{check.kind}")


def test_there_is_one_check_for_each_defect_of_the_catalogue() -> None:
    assert [check.number for check in CHECKS] == list(range(1, 25))
    assert {check.kind: check.number for check in CHECKS} == {kind: one.number for kind, one in KINDS.items()}


@by_number
def test_it_fires_on_its_defect(check: Check) -> None:
    with world_at(Plan("DE", defect=check.kind, severity=0.8, seed=12, orders=900)) as world:
        found = check.run(world)
    assert found.fires, found
    assert found.sentence.endswith(".")
    assert found.threshold
    assert found.bias > 0


@by_number
def test_it_stays_clear_where_nothing_is_planted(check: Check, quiet_world: World) -> None:
    found = check.run(quiet_world)
    assert found.level in (Level.CLEAR, Level.HINT), found


@by_number
def test_it_says_why_it_cannot_be_run(check: Check, starved_world: World) -> None:
    found = check.run(starved_world)
    assert found.level is Level.UNTESTABLE, found
    assert found.sentence.startswith("Not testable because ")
    assert found.sentence.endswith(".")


def test_what_an_older_batch_had_refused_says_nothing_of_these_days(quiet_world: World) -> None:
    named = [
        {str(batch) for (batch,) in quiet_world.rows(
            "SELECT DISTINCT batch FROM told SEMI JOIN (SELECT shipment_id FROM shipment WHERE part = $part)"
            " USING (shipment_id) WHERE source = 'live'", part=part)}
        for part in ("base", "suspect")
    ]  # fmt: skip
    (old, *_), (own, *_) = (sorted(one) for one in (named[0] - named[1], named[1]))
    check, levels = BY_KIND["sentinel_times"], []
    for batch in (old, own):
        refused = [(batch, "events", "outside_feed_life", 400)]
        said = check.run(replace(quiet_world, sources=replace(quiet_world.sources, quarantined=refused)))
        levels.append((said.level is Level.CLEAR, batch in said.sentence))
    assert levels == [(True, False), (False, True)]


def test_what_moves_the_world_is_no_defect_of_its_data() -> None:
    """A strike: late deliveries, told as they were."""
    with world_at(Plan("DE", change="strike", severity=1.0, seed=13, orders=900)) as world:
        found = {kind: check.run(world) for kind, check in BY_KIND.items()}
    assert [kind for kind, one in found.items() if one.fires] == []
