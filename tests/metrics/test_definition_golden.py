"""Golden shipments: each worked out by hand from the definition, run from CSV through the engine.

Every case is one shipment of a market in America/Sao_Paulo (UTC-3) or a zone named in its promise,
and the outcome a person with the definition and a calendar arrives at.
"""

from __future__ import annotations

import datetime as dt

import pytest

from governance.definition import Definition
from tests.metrics.shipments import Shipment, outcomes

D = Definition(name="otdr-1")
LATER = "2026-11-30T00:00:00Z"


def ship(promised_by="2026-11-10", *events, zone="", promises=(), as_of=LATER):
    """One shipment: its first promise, then events as (type, occurred_at[, extra columns])."""
    return Shipment(promised_by, list(events), zone=zone, revisions=list(promises), as_of=as_of)


CASES = {
    # 4. A date ends at the end of that local day: 23:59:59.999999 in Sao Paulo is 02:59:59.999999Z.
    "delivered in the last second of the local day": (
        ship("2026-11-10", ("delivered", "2026-11-11T02:59:59Z")), ("2026-11-10", "on_time"),
    ),
    "delivered one second after the local day": (
        ship("2026-11-10", ("delivered", "2026-11-11T03:00:00Z")), ("2026-11-10", "late"),
    ),
    "early is on time": (ship("2026-11-10", ("delivered", "2026-11-01T12:00:00Z")), ("2026-11-10", "on_time")),
    "a window ends at its instant, to the second": (
        ship("2026-11-10T18:00:00-03:00", ("delivered", "2026-11-10T21:00:00Z")), ("2026-11-10", "on_time"),
    ),
    "one second after the window": (
        ship("2026-11-10T18:00:00-03:00", ("delivered", "2026-11-10T21:00:01Z")), ("2026-11-10", "late"),
    ),
    # The promise instant 01:30Z on the 11th is 22:30 on the 10th at the destination: cohort day 10.
    "an instant belongs to the destination's day": (
        ship("2026-11-11T01:30:00Z", ("delivered", "2026-11-11T01:00:00Z")), ("2026-11-10", "on_time"),
    ),
    # 5. The destination's zone, not the market's: Manaus is UTC-4, so its day ends at 03:59:59Z.
    "another zone of the same market": (
        ship("2026-11-10", ("delivered", "2026-11-11T03:30:00Z"), zone="America/Manaus"),
        ("2026-11-10", "on_time"),
    ),
    "a wall-clock promise is read at the destination": (
        ship("2026-11-10T20:00:00", ("delivered", "2026-11-11T00:00:00Z"), zone="America/Manaus"),
        ("2026-11-10", "on_time"),
    ),
    "a wall-clock delivery is read at the destination": (
        ship("2026-11-10", ("delivered", "2026-11-10T23:59:59")), ("2026-11-10", "on_time"),
    ),
    # DST: on 25 Oct 2026 Berlin goes back from UTC+2 to UTC+1, so that day ends at 22:59:59Z.
    "the day the clocks go back is 25 hours long": (
        ship("2026-10-25", ("delivered", "2026-10-25T22:59:00Z"), zone="Europe/Berlin"),
        ("2026-10-25", "on_time"),
    ),
    # On 29 Mar 2026 Berlin goes forward to UTC+2: the day ends at 21:59:59Z, an hour sooner.
    "the day the clocks go forward is 23 hours long": (
        ship("2026-03-29", ("delivered", "2026-03-29T22:00:00Z"), zone="Europe/Berlin"),
        ("2026-03-29", "late"),
    ),
    # 02:30 happens twice on 25 Oct in Berlin; the first (UTC+2, 00:30Z) is meant.
    "a wall-clock promise in the fold means the first": (
        ship("2026-10-25T02:30:00", ("delivered", "2026-10-25T00:31:00Z"), zone="Europe/Berlin"),
        ("2026-10-25", "late"),
    ),
    # 02:30 does not exist on 29 Mar in Berlin; read with the offset before the change it is 01:30Z.
    "a wall-clock promise in the gap is read with the offset before": (
        ship("2026-03-29T02:30:00", ("delivered", "2026-03-29T01:30:00Z"), zone="Europe/Berlin"),
        ("2026-03-29", "on_time"),
    ),
    # 1. The original promise counts, whatever is promised later.
    "a revised promise does not help": (
        ship("2026-11-10", ("delivered", "2026-11-12T12:00:00Z"), promises=["2026-11-12"]),
        ("2026-11-10", "late"),
    ),
    # 3. No promise: not due, counted on the local day it was created.
    "no promise": (ship(None, ("created", "2026-11-10T02:00:00Z")), ("2026-11-09", "no_promise")),
    # 9. Returned and lost are due and late; refused after a timely attempt is not the carrier's fault.
    "lost": (ship("2026-11-10", ("lost", "2026-11-09T12:00:00Z")), ("2026-11-10", "late")),
    "returned": (ship("2026-11-10", ("returned", "2026-11-14T12:00:00Z")), ("2026-11-10", "late")),
    "refused after a timely attempt": (
        ship("2026-11-10", ("attempted", "2026-11-10T12:00:00Z"),
             ("returned", "2026-11-13T12:00:00Z", {"reason_code": "refused"})),
        ("2026-11-10", "on_time"),
    ),
    "refused after a late attempt": (
        ship("2026-11-10", ("attempted", "2026-11-11T12:00:00Z"),
             ("returned", "2026-11-13T12:00:00Z", {"reason_code": "refused"})),
        ("2026-11-10", "late"),
    ),
    # 10. Cancelled before dispatch and before the promise ended: out. After dispatch: in.
    "cancelled before dispatch": (
        ship("2026-11-10", ("cancelled", "2026-11-09T12:00:00Z")),
        ("2026-11-10", "cancelled_before_dispatch"),
    ),
    "cancelled after dispatch": (
        ship("2026-11-10", ("out_for_delivery", "2026-11-09T08:00:00Z"), ("cancelled", "2026-11-09T12:00:00Z")),
        ("2026-11-10", "late"),
    ),
    "cancelled after the promise ended": (
        ship("2026-11-10", ("cancelled", "2026-11-12T12:00:00Z")), ("2026-11-10", "late"),
    ),
    # 13. Same event id, other content: the latest received wins. Several deliveries: the earliest valid.
    "re-sent with other content": (
        ship("2026-11-10",
             ("delivered", "2026-11-10T12:00:00Z", {"event_id": "e", "received_at": "2026-11-10T13:00:00Z"}),
             ("delivered", "2026-11-12T12:00:00Z", {"event_id": "e", "received_at": "2026-11-13T13:00:00Z"})),
        ("2026-11-10", "late"),
    ),
    "several deliveries": (
        ship("2026-11-10", ("delivered", "2026-11-12T12:00:00Z"), ("delivered", "2026-11-10T12:00:00Z")),
        ("2026-11-10", "on_time"),
    ),
    # 14. A delivery before the shipment existed is no delivery; the later, valid one counts.
    "delivered before created": (
        ship("2026-11-10", ("created", "2026-11-08T12:00:00Z"), ("delivered", "2026-11-07T12:00:00Z"),
             ("delivered", "2026-11-12T12:00:00Z")),
        ("2026-11-10", "late"),
    ),
    "only an impossible delivery": (
        ship("2026-11-10", ("created", "2026-11-08T12:00:00Z"), ("delivered", "2026-11-07T12:00:00Z")),
        ("2026-11-10", "unknown"),
    ),
    # Pending until the horizon (72 h after 02:59:59.999999Z on the 11th), then unknown.
    "pending one moment before the horizon": (
        ship("2026-11-10", ("created", "2026-11-08T12:00:00Z"), as_of="2026-11-14T02:59:59Z"),
        ("2026-11-10", "pending"),
    ),
    "unknown at the horizon": (
        ship("2026-11-10", ("created", "2026-11-08T12:00:00Z"), as_of="2026-11-14T03:00:00Z"),
        ("2026-11-10", "unknown"),
    ),
    "an attempt after the promise proves it late at once": (
        ship("2026-11-10", ("attempted", "2026-11-11T12:00:00Z"), as_of="2026-11-12T00:00:00Z"),
        ("2026-11-10", "late"),
    ),
    "what was received after the moment is not known yet": (
        ship("2026-11-10", ("delivered", "2026-11-10T12:00:00Z", {"received_at": "2026-11-13T12:00:00Z"}),
             as_of="2026-11-12T00:00:00Z"),
        ("2026-11-10", "pending"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_golden_shipment(name, tmp_path, settings):
    shipment, (day, status) = CASES[name]
    settings.LAKE_ROOT = tmp_path / "lake"
    assert outcomes(D, [shipment], tmp_path) == [(dt.date.fromisoformat(day), status, 1)]


def test_grace_is_added_to_the_end_of_the_promise(tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    shipment = ship("2026-11-10T18:00:00Z", ("delivered", "2026-11-10T18:14:00Z"))
    graced = Definition(name="otdr-g", grace_minutes=14)
    assert outcomes(graced, [shipment], tmp_path / "a")[0][1] == "on_time"
    assert outcomes(D, [shipment], tmp_path / "b")[0][1] == "late"


def test_the_latest_promise_is_another_definition(tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    shipment = ship("2026-11-10", ("delivered", "2026-11-12T12:00:00Z"), promises=["2026-11-12"])
    latest = Definition(name="otdr-l", promise="latest")
    assert outcomes(latest, [shipment], tmp_path) == [(dt.date(2026, 11, 12), "on_time", 1)]
