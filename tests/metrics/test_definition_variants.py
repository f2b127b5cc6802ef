"""Definitions beside the headline, each by one shipment worked out by hand; and what they say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from governance.definition import Definition, diff, dump, explain, parse
from metrics.otdr.engine import count
from tests.metrics.shipments import Shipment, inputs_of, outcomes

HEADLINE = Definition(name="otdr-1")
ATTEMPT = Definition(name="otdr-a", success_event="first_attempt")
SERVICES = Definition(
    name="otdr-s",
    pickup_services=("locker",),
    excluded_services=(("letter", "untracked"), ("qa", "test")),
)
STRICT = Definition(name="otdr-c", customer_requests_count=False)
LATE = ("delivered", "2026-11-12T12:00:00Z")

CASES = [
    # 2. A date the customer asked for replaces the promise, and its cohort day with it.
    (HEADLINE, Shipment("2026-11-10", [LATE], revisions=[("2026-11-12", "customer_request")]), 12, "on_time"),
    (HEADLINE, Shipment("2026-11-10", [LATE], revisions=[("2026-11-12", "revised")]), 10, "late"),
    (STRICT, Shipment("2026-11-10", [LATE], revisions=[("2026-11-12", "customer_request")]), 10, "late"),
    # The last of several requests is the one agreed; a later revision by the seller is not a request.
    (
        HEADLINE,
        Shipment(
            "2026-11-10",
            [("delivered", "2026-11-14T12:00:00Z")],
            revisions=[
                ("2026-11-12", "customer_request"), ("2026-11-13", "customer_request"), ("2026-11-20", "revised"),
            ],
        ),
        13,
        "late",
    ),
    # 7. An attempt is a success only where the version says so, and only for a consignee's reason.
    (
        ATTEMPT,
        Shipment("2026-11-10", [("attempted", "2026-11-10T12:00:00Z", {"reason_code": "consignee"}), LATE]),
        10,
        "on_time",
    ),
    (
        ATTEMPT,
        Shipment("2026-11-10", [("attempted", "2026-11-10T12:00:00Z", {"reason_code": "carrier"}), LATE]),
        10,
        "late",
    ),
    (
        HEADLINE,
        Shipment("2026-11-10", [("attempted", "2026-11-10T12:00:00Z", {"reason_code": "consignee"}), LATE]),
        10,
        "late",
    ),
    # 8. Ready for collection is a delivery where the service promised collection.
    (
        SERVICES,
        Shipment("2026-11-10", [("available_for_collection", "2026-11-10T12:00:00Z"), LATE], service="locker"),
        10,
        "on_time",
    ),
    (
        SERVICES,
        Shipment("2026-11-10", [("available_for_collection", "2026-11-10T12:00:00Z"), LATE], service="home"),
        10,
        "late",
    ),
    # 20, 21. Untracked and test services are out, each counted under its reason.
    (SERVICES, Shipment("2026-11-10", [LATE], service="letter"), 10, "untracked"),
    (SERVICES, Shipment("2026-11-10", [LATE], service="qa"), 10, "test"),
    (HEADLINE, Shipment("2026-11-10", [LATE], service="qa"), 10, "late"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_variant(case, tmp_path, settings):
    definition, shipment, day, status = case
    settings.LAKE_ROOT = tmp_path / "lake"
    assert outcomes(definition, [shipment], tmp_path) == [(dt.date(2026, 11, day), status, 1)]


@pytest.mark.parametrize("definition", [HEADLINE, ATTEMPT, SERVICES, STRICT])
def test_yaml_says_everything(definition):
    assert parse(dump(definition)) == definition
    assert parse(dump(definition)).digest("e") == definition.digest("e")


def test_the_order_of_a_list_or_mapping_says_nothing():
    one = parse("name: otdr-1\npickup_services: [b, a]\nexcluded_services: {x: test, w: gift}")
    two = parse("name: otdr-1\npickup_services: [a, b]\nexcluded_services: {w: gift, x: test}")
    assert one.digest("e") == two.digest("e")


def test_any_node_and_the_engine_move_the_digest():
    digests = {
        definition.digest(engine)
        for definition in (HEADLINE, ATTEMPT, SERVICES, STRICT, Definition(name="otdr-1", grace_minutes=1))
        for engine in ("engine-1", "engine-2")
    }
    assert len(digests) == 10


def test_a_change_is_said_in_words():
    new = Definition(
        name="otdr-2",
        grace_minutes=30,
        completeness_floor=Decimal("0.975"),
        excluded_services=(("qa", "test"),),
    )
    assert diff(HEADLINE, new) == [
        "The name was otdr-1 and becomes otdr-2.",
        "The grace after the promise, in minutes, was 0 and becomes 30.",
        "The share with news needed to certify was 95% and becomes 97.5%.",
        "The services left out was none and becomes qa (test).",
    ]
    assert diff(new, new) == []


def test_the_explanation_names_what_is_special():
    assert "service letter (the service is not tracked)" in explain(SERVICES)
    assert "Ready for collection is a delivery for: locker." in explain(SERVICES)
    assert "first validly delivered or attempted" in explain(ATTEMPT)
    assert "An attempt counts" not in explain(HEADLINE)


@pytest.mark.parametrize(
    ("closed", "as_of", "status"),
    [
        # 17. No news: unknown. The feed declared that day complete: late, and at once, not after 72 h.
        ((), "2026-11-30T00:00:00Z", "unknown"),
        ((), "2026-11-12T00:00:00Z", "pending"),
        (((9, 15),), "2026-11-30T00:00:00Z", "late"),
        (((10, 10),), "2026-11-12T00:00:00Z", "late"),
        # Another day's completeness says nothing, and no day is complete before its promise has ended.
        (((9, 9), (11, 15)), "2026-11-30T00:00:00Z", "unknown"),
        (((10, 10),), "2026-11-11T02:00:00Z", "pending"),
    ],
)
def test_a_closed_day_turns_no_news_into_late(closed, as_of, status, tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    days = [(dt.date(2026, 11, first), dt.date(2026, 11, last)) for first, last in closed]
    shipment = Shipment("2026-11-10", [("created", "2026-11-08T12:00:00Z")])
    rows = count(HEADLINE, inputs_of([shipment], tmp_path, days), as_of=dt.datetime.fromisoformat(as_of))
    assert [row.status for row in rows] == [status]
