"""What real feeds do and the simulator does not: told weeks later, read off a clock, without a carrier, in codes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from metrics.anomalies import document
from metrics.anomalies.assess import assess
from metrics.anomalies.attribution import Found
from metrics.anomalies.batches import overruled
from metrics.anomalies.bounds import Feasible
from metrics.anomalies.checks.base import Finding, Level
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.evidence import gather
from metrics.anomalies.hypotheses import MIX, QUIET, REAL, Hypothesis, priors
from metrics.anomalies.learned import committed
from metrics.anomalies.scan import Shift
from metrics.anomalies.verdict import unexplained, verdict_of
from tests.triage.hand import (
    AS_OF,
    DAY,
    DEFINITION,
    HOUR,
    MONDAY,
    OFFSET,
    Parcel,
    graced,
    parcels,
    suspect,
    world,
)


def _fires(found: Finding) -> bool:
    return found.fires


def test_a_week_is_compared_with_weeks_of_its_own_age() -> None:
    """Every week one delivery in twenty is told a fortnight late: nothing changed, and nothing moved."""
    some = parcels(60)
    for n, one in enumerate(some):
        one.told = 14 * DAY if n % 20 == 0 else HOUR
    with world(some) as made:
        found = assess(made)
        checks = {kind: BY_KIND[kind].run(made) for kind in ("delivered_events_missing", "late_feed")}
        then = made.one("SELECT count(*) FROM shipment WHERE part = 'base' AND status = 'unknown'")
    rate = found.as_document()["rate"]
    assert not rate["is_moved"]
    assert abs(float(rate["step"])) < 0.005
    assert found.alarms == ()
    assert [kind for kind, one in checks.items() if _fires(one)] == []
    assert then[0] > 0, "of the weeks before, what came later is not known yet either"


def test_what_was_told_late_of_earlier_weeks_is_known_when_asked_long_after() -> None:
    some = parcels(60)
    for n, one in enumerate(some):
        one.told = 14 * DAY if n % 20 == 0 else HOUR
    with world(some, as_of=AS_OF + 30 * DAY) as made:
        assert made.one("SELECT count(*) FROM shipment WHERE status = 'unknown'") == (0,)


def test_a_feed_that_fell_silent_is_found_at_equal_age_too() -> None:
    some = parcels(60)
    for n, one in enumerate(suspect(some)):
        one.told = 14 * DAY if n % 5 == 0 else HOUR
    with world(some) as made:
        assert gather(made).is_moved
        assert _fires(BY_KIND["delivered_events_missing"].run(made))


def test_the_same_instant_read_off_a_clock_is_the_same_instant() -> None:
    some = parcels(40)
    for one in some:
        assert one.at is not None
        told = one.at - OFFSET + 2 * DAY
        one.more = [
            {"type": "delivered", "occurred_local": one.at, "received_at": told, "source": "backfill"}
        ]
    with world(some) as made:
        twice = made.one("SELECT count(*) FROM shipment WHERE live_at = backfill_at")
        found = BY_KIND["backfill_overwrite"].run(made)
        batches = overruled(made)
    assert twice[0] == len(some)
    assert found.level is Level.CLEAR, found
    assert {one.effect for one in batches} == {0.0}


def test_shipments_without_a_carrier_are_counted_once() -> None:
    some = parcels(60)
    for n, one in enumerate(suspect(some)):
        one.at = one.at if n % 5 else None
    with world(some, without_carrier=True) as made:
        evidence = gather(made)
        due = sum(row.due for row in evidence.days if row.part == "suspect")
        on_time = sum(row.on_time for row in evidence.days if row.part == "suspect")
    assert evidence.step is not None
    assert evidence.step.trials == due == len(suspect(some))
    assert evidence.step.now == pytest.approx(on_time / due, abs=0.001)


def test_a_carriers_own_code_is_what_the_definition_says_it_is() -> None:
    definition = replace(DEFINITION, event_map=(("north", "BDE-01", "delivered"),))
    some = parcels(40)
    for one in suspect(some):
        one.kind = "BDE-01"
    with world(some, definition=definition) as made:
        evidence = gather(made)
    assert not evidence.is_moved
    assert evidence.findings["delivered_events_missing"].level is Level.CLEAR


@pytest.mark.parametrize("minutes", [0, 30])
def test_a_time_equal_to_the_promise_is_seen_whatever_the_grace(minutes: int) -> None:
    some = parcels(60)
    for n, one in enumerate(suspect(some)):
        if n % 3 == 0:
            one.at = one.promised + DAY - dt.timedelta(seconds=1)
    with world(some, definition=graced(minutes)) as made:
        found = BY_KIND["delivered_at_defaulted"].run(made)
        days = made.one("SELECT count(*) FROM shipment WHERE CAST(end_local AS DATE) <> day")
    assert found.level is Level.STRONG, found
    assert "the promised time" in found.sentence or "23:59:59" in found.sentence
    assert days == (0,)


def test_one_fixed_time_of_another_day_is_not_said_to_be_the_promise() -> None:
    some = parcels(60)
    for n, one in enumerate(suspect(some)):
        if n % 3 == 0:
            one.at = one.promised - 12 * HOUR
    with world(some) as made:
        found = BY_KIND["delivered_at_defaulted"].run(made)
    assert _fires(found)
    assert "12:00:00" in found.sentence
    assert "promised" not in found.sentence


def test_a_day_that_is_not_there_at_all_holds_less_than_it_should() -> None:
    wednesday = MONDAY + 2 * DAY
    some = [one for one in parcels(60) if one.day != wednesday]
    with world(some) as made:
        found = BY_KIND["partition_shrunk"].run(made)
    assert _fires(found), found
    assert "30 Sep holds 0 " in found.sentence


def test_a_holiday_may_hold_less() -> None:
    wednesday = MONDAY + 2 * DAY
    some = [one for n, one in enumerate(parcels(60)) if one.day != wednesday or n % 10 == 0]
    for holidays, fires in (((), True), ((wednesday,), False)):
        with world(some, holidays=holidays) as made:
            assert _fires(BY_KIND["partition_shrunk"].run(made)) is fires


def test_a_small_delay_that_doubled_does_not_hide_a_long_one() -> None:
    some = parcels(80, carriers=("small", "big"))
    for one in some:
        now = one.day >= MONDAY
        hours = (0.7 if now else 0.2) if one.carrier == "small" else (10.0 if now else 4.0)
        one.told = hours * HOUR
    with world(some) as made:
        found = BY_KIND["late_feed"].run(made)
    assert _fires(found), found
    assert "big" in found.sentence


def _turned(hours: int, told: dt.timedelta) -> list[Parcel]:
    some = parcels(60)
    for one in suspect(some):
        assert one.at is not None
        one.at += hours * HOUR
        one.told = told
    return some


@pytest.mark.parametrize("hours", [8, -3])
def test_a_clock_is_off_where_the_receipt_did_not_move_with_the_deliveries(hours: int) -> None:
    with world(_turned(hours, (1 - hours) * HOUR)) as made:
        found = BY_KIND["timezone_offset"].run(made)
    assert _fires(found), found
    assert f"turned by {hours:+d} h" in found.sentence


def test_deliveries_that_come_eight_hours_later_are_no_clock() -> None:
    with world(_turned(8, HOUR)) as made:
        found = BY_KIND["timezone_offset"].run(made)
    assert found.level is Level.CLEAR, found
    assert "receipt moved with them" in found.sentence


def test_what_moved_is_what_moved_the_way_the_whole_did() -> None:
    """A rise in which the part that stands out most fell: the rise is not its doing."""
    some = parcels(200, late=0.12)
    for n, one in enumerate(suspect(some)):
        one.at = one.promised + 10 * HOUR + (n % 25 == 0) * DAY
    with world(some) as made:
        evidence = gather(made)
    fell, rose = (
        Found(Shift((("carrier", name),), way, 1.0, 0.9, 9.0, 160, 180), 150.0, 0.02, Feasible(0.5, 0.1))
        for name, way in (("small", -1.0), ("large", 1.0))
    )
    told = document._where(evidence, replace(evidence.attribution, shifts=(fell, rose), explained=0.9))
    alone = document._where(evidence, replace(evidence.attribution, shifts=(fell,), explained=0.9))
    assert evidence.is_moved
    assert told.startswith("What moved is carrier large")
    assert alone == "What moved is not explained by any recorded dimension."
    assert document._feasible(evidence, fell) == "carrier small moved the other way."
    assert "carrier large holds" in document._feasible(evidence, rose)


def test_a_calm_week_in_which_nothing_fires_may_be_certified() -> None:
    with world(parcels(150)) as made:
        found = assess(made)
    assert not found.evidence.is_moved
    assert found.verdict.proposal == "certify", found.verdict
    assert found.verdict.name == QUIET


def test_that_no_row_is_doubted_bounds_nothing_where_the_data_is() -> None:
    with world(parcels(60)) as made:
        found = assess(made)
    doubted = replace(found, verdict=replace(found.verdict, outcome="undetermined"))
    assert found.suspect == doubted.suspect == 0
    assert found.verdict.outcome == "real_change"
    assert document.of(found)["range"]["sentence"] == "No shipment is doubted by itself."
    assert "not known" in document.of(doubted)["range"]["sentence"]


def test_a_moment_keeps_what_is_below_the_second() -> None:
    moment = AS_OF.replace(microsecond=250_000)
    assert document._plain({"as_of": moment}) == {"as_of": "2026-10-09T12:00:00.250000Z"}


def test_a_cause_that_leaves_a_firing_check_unexplained_is_not_named() -> None:
    with world(parcels(60)) as made:
        calm = gather(made)
    learned, fires = committed().learned, Finding(Level.STRONG, "It fires.", bias=0.02)
    alone = replace(calm, findings={**calm.findings, "duplicates": fires})
    both = replace(alone, findings={**alone.findings, "carrier_mapping": fires})
    sure = [Hypothesis("duplicates", 0.97, 0.02, ()), Hypothesis("quiet", 0.03, 0.05, ())]
    assert unexplained(learned, alone, "duplicates") == ()
    assert unexplained(learned, both, "duplicates") == ("carrier_mapping",)
    assert unexplained(learned, both, "real_change") == ("duplicates", "carrier_mapping")
    assert unexplained(learned, both, "unknown") == (), "what is not listed explains anything"
    told, held = (verdict_of(both, sure, bias=0.02, left=left) for left in ((), ("carrier_mapping",)))
    assert (told.name, told.proposal) == ("duplicates", "exclude")
    assert (held.name, held.proposal) == ("", "hold")
    assert "does not explain what else is there" in held.sentence
    real = [Hypothesis("real_change", 0.97, 0.25, ()), Hypothesis("duplicates", 0.03, 0.02, ())]
    beside = verdict_of(both, real, bias=0.02)
    assert beside.proposal == "certify_and_disclose", "what a change explains is told all the same"
    assert "To be told beside it: rows are told more than once" in beside.sentence
    assert verdict_of(calm, real, bias=0.02).proposal == "certify"
    assert verdict_of(both, real, bias=0.02, left=("duplicates",)).proposal == "hold"


def test_where_the_rate_did_not_move_there_is_no_change_to_believe_in() -> None:
    moved, still = priors(), priors(is_moved=False)
    assert sum(moved.values()) == pytest.approx(1) == sum(still.values())
    good = (QUIET, REAL, MIX)
    assert sum(moved[name] for name in good) == pytest.approx(sum(still[name] for name in good))
    assert still[QUIET] > 5 * (still[REAL] + still[MIX])
    assert {name: still[name] for name in still if name not in good} == {
        name: moved[name] for name in moved if name not in good
    }
