"""A late event touches what it can change and nothing else; what comes out is what a full fold gives.

`OTDR_EXAMPLES=full` tries many more worlds. The generator is the oracle's own.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import tempfile
from pathlib import Path
from random import Random

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.definition import Definition
from metrics.otdr import engine, state
from metrics.recompute.slices import slices_of
from tests.metrics import shipments
from tests.oracle.generate import EVENT_COLUMNS, PROMISE_COLUMNS, World, worlds

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


def dealt(random: Random, rows: list[dict], into: int) -> list[list[dict]]:
    """The rows, some twice, in any order, in so many deliveries."""
    rows = rows + random.sample(rows, random.randint(0, len(rows)))
    random.shuffle(rows)
    piles: list[list[dict]] = [[] for _ in range(into)]
    for row in rows:
        random.choice(piles).append(row)
    return piles


def file_of(folder: Path, kind: str, columns, rows) -> list[Path]:
    path = shipments.write_csv(folder / f"{kind}.csv", rows, list(columns))
    with override_settings(LAKE_ROOT=folder / "lake"):
        return shipments.stored(path, kind)


def digests(definition: Definition, tally: engine.Tally) -> dict[dt.date, str]:
    return {item.day: item.digest for item in slices_of("v", "BR", tally)}


class Market:
    """A market that hears of its shipments delivery by delivery, as the service keeps it."""

    def __init__(self, definition: Definition, zone: str, folder: Path) -> None:
        self.definition, self.zone, self.folder = definition, zone, folder
        self.promises: list[Path] = []
        self.events: list[Path] = []
        self.closed: list = []
        self.before: state.Before | None = None
        self.leaves: dict[dt.date, str] = {}
        self.turn = 0

    def takes(self, promises, events, closes=None) -> None:
        self.turn += 1
        here = self.folder / f"delivery-{self.turn}"
        self.promises += file_of(here, "promises", PROMISE_COLUMNS, promises)
        self.events += file_of(here, "events", EVENT_COLUMNS, events)
        self.closed += [closes] if closes else []

    def inputs(self) -> engine.Inputs:
        return engine.Inputs(self.promises, self.events, self.zone, closed=list(self.closed))

    def recompute(self, as_of: dt.datetime) -> set[dt.date]:
        """The days counted."""
        folder = self.folder / f"state-{self.turn}-{as_of.timestamp()}"
        inputs = self.inputs()
        if self.before is None or not self.before.days:
            found = state.fold_all(self.definition, inputs, as_of=as_of, folder=folder)
            self.leaves = {}
        else:
            found = state.fold_again(self.definition, inputs, as_of=as_of, folder=folder, before=self.before)
        fresh = digests(self.definition, found.tally)
        counted = set(fresh) | set(self.leaves) if found.counted is None else set(found.counted)
        self.leaves = {day: leaf for day, leaf in self.leaves.items() if day not in counted} | fresh
        self.before = state.Before(
            found.days, as_of, frozenset(self.promises), frozenset(self.events), list(self.closed)
        )
        return counted

    def from_nothing(self, as_of: dt.datetime) -> dict[dt.date, str]:
        return digests(self.definition, engine.tally(self.definition, self.inputs(), as_of=as_of))


@given(
    world=worlds(),
    random=st.randoms(use_true_random=True),
    shape=st.sampled_from(
        [("shipment", "promise_end")] * 4 + [("order", "promise_end"), ("shipment", "delivered")]
    ),
)
@settings(
    max_examples=200 if FULL else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_any_order_of_arrival_gives_the_digests_of_a_full_recompute(world: World, random, shape):
    definition = Definition(name="otdr-1", unit=shape[0], cohort=shape[1], **world.definition)
    turns = random.randint(2, 5)
    piles = zip(dealt(random, world.promises, turns), dealt(random, world.events, turns), strict=True)
    moments = sorted(world.as_of - dt.timedelta(hours=random.randint(0, 24 * 60)) for _ in range(turns))
    with tempfile.TemporaryDirectory() as folder:
        market = Market(definition, world.default_zone, Path(folder))
        for (promises, events), moment in zip(piles, moments, strict=True):
            closes = None
            if random.random() < 0.3:
                first = (moment - dt.timedelta(days=random.randint(0, 40))).date()
                closes = (first, first + dt.timedelta(days=random.randint(0, 9)))
            market.takes(promises, events, closes)
            market.recompute(moment)
            assert market.leaves == market.from_nothing(moment)


def told(number: int, kind: str, occurred: str, received: str, **more: str) -> dict[str, str]:
    """An event of shipment `s<number>`."""
    blank = dict.fromkeys(EVENT_COLUMNS, "")
    return blank | {
        "event_id": f"e{number}-{kind}", "shipment_id": f"s{number}", "market": "BR", "type": kind,
        "occurred_at": occurred, "received_at": received, **more,
    }  # fmt: skip


def promised(number: int, day: str) -> dict[str, str]:
    blank = dict.fromkeys(PROMISE_COLUMNS, "")
    return blank | {
        "shipment_id": f"s{number}", "order_id": f"o{number}", "market": "BR", "promised_by": day,
        "recorded_at": "2026-03-01T00:00:00Z",
    }  # fmt: skip


DAYS = [f"2026-03-{day:02d}" for day in range(2, 9)]
LATER = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@pytest.fixture
def week(tmp_path):
    """Seven days of four shipments each, all delivered in time."""
    market = Market(Definition(name="otdr-1"), "America/Sao_Paulo", tmp_path)
    places = list(enumerate(itertools.chain.from_iterable([day] * 4 for day in DAYS)))
    market.takes(
        [promised(number, day) for number, day in places],
        [told(n, "delivered", f"{day}T15:00:00Z", f"{day}T16:00:00Z") for n, day in places],
    )
    market.recompute(LATER)
    return market


def test_a_late_event_counts_and_writes_one_day(week):
    before = dict(week.before.days)
    week.takes([], [told(9, "returned", "2026-03-12T00:00:00Z", "2026-04-01T06:00:00Z")])
    counted = week.recompute(LATER + dt.timedelta(days=1))
    assert counted == {dt.date(2026, 3, 4)}
    assert {day for day, files in week.before.days.items() if files != before[day]} == counted
    assert week.leaves == week.from_nothing(LATER + dt.timedelta(days=1))


def test_an_event_told_again_of_another_shipment_moves_both(week):
    """The carrier scanned the wrong parcel: the same event id now tells of another shipment."""
    day = LATER + dt.timedelta(days=1)
    again = told(0, "delivered", "2026-03-02T15:00:00Z", "2026-04-01T06:00:00Z") | {"shipment_id": "s27"}
    week.takes([], [again])
    assert week.recompute(day) == {dt.date(2026, 3, 2), dt.date(2026, 3, 8)}
    assert week.leaves == week.from_nothing(day)
    # And a third shipment, told of by news about the second only, keeps what the event now says.
    week.takes([], [told(0, "attempted", "2026-03-09T15:00:00Z", "2026-04-01T07:00:00Z")])
    assert week.recompute(day + dt.timedelta(days=1)) == {dt.date(2026, 3, 2), dt.date(2026, 3, 8)}
    assert week.leaves == week.from_nothing(day + dt.timedelta(days=1))


def test_nothing_new_counts_nothing(week):
    assert week.recompute(LATER + dt.timedelta(days=30)) == set()
    assert week.leaves == week.from_nothing(LATER + dt.timedelta(days=30))


def test_time_alone_turns_pending_into_unknown_on_its_day(week):
    week.takes([promised(99, "2026-04-01")], [])
    soon, after = LATER + dt.timedelta(days=2), LATER + dt.timedelta(days=9)
    assert week.recompute(soon) == {dt.date(2026, 4, 1)}
    assert week.recompute(after) == {dt.date(2026, 4, 1)}
    assert week.leaves == week.from_nothing(after)


def test_a_promise_that_moves_the_shipment_moves_both_days(week):
    earlier = promised(0, "2026-03-07") | {"recorded_at": "2026-02-20T00:00:00Z"}
    week.takes([earlier], [])
    day = LATER + dt.timedelta(days=1)
    assert week.recompute(day) == {dt.date(2026, 3, 2), dt.date(2026, 3, 7)}
    assert week.leaves == week.from_nothing(day)
