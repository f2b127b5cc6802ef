"""The rungs beside a headline, on shipments whose outcome under each was worked out by hand."""

from __future__ import annotations

import datetime as dt

from governance.definition import Definition
from metrics.otdr.ladder import HEADLINE, ladder, neighbours
from tests.metrics.shipments import Shipment, inputs_of

SINCE, UNTIL = dt.date(2026, 11, 9), dt.date(2026, 11, 15)
AS_OF = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
ATTEMPTED = ("attempted", "2026-11-10T12:00:00Z", {"reason_code": "consignee"})
DEFINITION = Definition(name="otdr-1", excluded_services=(("letter", "untracked"),))
SHIPMENTS = [
    # On time on every rung.
    Shipment("2026-11-10", [("delivered", "2026-11-10T12:00:00Z")], order="A"),
    # Late; on time by the latest promise, which a revision moved by two days.
    Shipment("2026-11-10", [("delivered", "2026-11-12T12:00:00Z")], revisions=["2026-11-12"], order="A"),
    # Late; on time if the attempt counted.
    Shipment("2026-11-10", [ATTEMPTED, ("delivered", "2026-11-11T12:00:00Z")], order="B"),
    # Late by an hour in UTC (23:30 local on the 10th is 02:30Z on the 11th), on time at the destination.
    Shipment("2026-11-10", [("delivered", "2026-11-11T02:30:00Z")], order="C"),
    # On time because the customer asked for the 13th.
    Shipment(
        "2026-11-10", [("delivered", "2026-11-13T12:00:00Z")], revisions=[("2026-11-13", "customer_request")],
        order="D",
    ),
    # Lost: late, and in no cohort of deliveries.
    Shipment("2026-11-10", [("lost", "2026-11-11T12:00:00Z")], order="E"),
    # Untracked: left out.
    Shipment("2026-11-10", [("delivered", "2026-11-10T12:00:00Z")], service="letter", order="F"),
]  # fmt: skip
EXPECTED = {  # (due, on time)
    HEADLINE: (6, 3),
    "latest promise": (6, 4),
    "customer requests ignored": (6, 2),
    "first attempt counts": (6, 4),
    "orders, all parcels on time": (5, 2),
    "untracked services included": (7, 4),
    "cohort by day of delivery": (5, 3),
    "days read in UTC": (6, 2),
}


def test_each_rung_counts_as_worked_out(tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    inputs = inputs_of(SHIPMENTS, tmp_path)
    rungs = ladder(DEFINITION, inputs, as_of=AS_OF, since=SINCE, until=UNTIL)
    assert {rung.name: (rung.due, rung.on_time) for rung in rungs} == EXPECTED
    for rung in rungs:
        assert rung.due == rung.on_time + rung.late + rung.pending + rung.unknown


def test_a_step_that_changes_nothing_is_no_rung():
    assert "no grace" not in neighbours(Definition(name="otdr-1"))
    assert "no grace" in neighbours(Definition(name="otdr-1", grace_minutes=5))
    assert next(iter(neighbours(Definition(name="otdr-1")))) == HEADLINE
