"""What truly changes moves the rate as it should, and the customers' contacts follow it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from metrics.simulate.changes import CHANGES, course_of
from metrics.simulate.contacts import LATE, ContactBook, ContactRow
from metrics.simulate.plan import Wish, planned
from metrics.simulate.world import blocks, generator

START = dt.date(2026, 10, 5)
DAYS = {"first_day": dt.date(2026, 10, 19), "last_day": dt.date(2026, 10, 25)}
WEEK = 2  # of the change


def _scenario(*wishes: Wish):
    return planned(days=28, orders_per_day=1500, seed=11, start=START, markets=("DE", "BR"), wishes=wishes)


def _told(scenario) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[ContactRow]]:
    """Shipments and late ones by market and week, and all contacts."""
    shipments, late, contacts, book = {}, {}, [], ContactBook()
    for block in blocks(scenario):
        code = block.market.code
        shipments[code] = np.append(shipments.get(code, []), block.truth.shipments.sum())
        late[code] = np.append(late.get(code, []), block.truth.late.sum())
        rng = generator(scenario.seed, code, block.monday.toordinal())
        contacts += book.week(block, course_of(scenario, code), rng)
    return shipments, late, contacts


def _weekly(contacts: list[ContactRow], market: str, topic: str) -> np.ndarray:
    weeks = np.zeros(4)
    for row in contacts:
        if (row.market, row.topic) == (market, topic):
            weeks[(row.date - START).days // 7] += row.count
    return weeks


@pytest.fixture(scope="module")
def quiet():
    return _told(_scenario())


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_moves_the_truth_of_its_week_and_market_alone(kind, quiet):
    shipments, late, _ = _told(_scenario(Wish("change", kind, "BR", **DAYS)))
    before, rate = quiet[1]["BR"] / quiet[0]["BR"], late["BR"] / shipments["BR"]
    change = (before - rate)[WEEK]
    expected = {"up": change > 0.01, "down": change < -0.007, "none": abs(change) < 0.015}
    assert expected[CHANGES[kind].direction], change
    assert np.array_equal(late["DE"], quiet[1]["DE"])
    if kind != "new_carrier":  # one more carrier draws anew for the whole market
        assert np.array_equal(late["BR"][:WEEK], quiet[1]["BR"][:WEEK])


def test_the_volume_doubles_and_a_half_severity_is_half_of_it(quiet):
    for severity in (1.0, 0.5):
        shipments, _, _ = _told(_scenario(Wish("change", "volume", "BR", severity=severity, **DAYS)))
        assert shipments["BR"][WEEK] / quiet[0]["BR"][WEEK] == pytest.approx(1 + severity, abs=0.02)


def test_contacts_about_lateness_follow_the_late_parcels_and_controls_do_not(quiet):
    _, late, contacts = _told(_scenario(Wish("change", "strike", "BR", **DAYS)))
    more = late["BR"][WEEK] / quiet[1]["BR"][WEEK]
    was, now = _weekly(quiet[2], "BR", LATE), _weekly(contacts, "BR", LATE)
    assert more > 1.5
    assert 1 + 0.5 * (more - 1) < now[WEEK] / was[WEEK] < more * 1.1
    assert now[WEEK - 1] / was[WEEK - 1] == pytest.approx(1, abs=0.02)
    for topic in ("payment", "returns"):
        was, now = _weekly(quiet[2], "BR", topic), _weekly(contacts, "BR", topic)
        assert now.sum() / was.sum() == pytest.approx(1, abs=0.15)


def test_contacts_tell_the_lateness_back(quiet):
    """(contacts / shipments - a) / b is the share that was late, within the noise of a month."""
    shipments, late, contacts = quiet
    for market in ("DE", "BR"):
        seen = _weekly(contacts, market, LATE).sum() / shipments[market].sum()
        assert (seen - 0.004) / 0.20 == pytest.approx(late[market].sum() / shipments[market].sum(), abs=0.02)


def test_deflection_halves_the_contacts_and_leaves_the_parcels(quiet):
    _, late, contacts = _told(_scenario(Wish("change", "deflection", "BR", **DAYS)))
    assert np.array_equal(late["BR"], quiet[1]["BR"])
    assert _weekly(contacts, "BR", LATE)[WEEK] / _weekly(quiet[2], "BR", LATE)[WEEK] == pytest.approx(
        0.5, abs=0.15
    )


def test_an_outage_delays_the_feed_and_loses_nothing():
    rows = {}
    for name, wishes in (("quiet", ()), ("out", (Wish("change", "recovered_feed", "BR", **DAYS),))):
        week = [b for b in blocks(_scenario(*wishes)) if b.market.code == "BR"][WEEK]
        live = week.events.take(week.events.source == 0)
        rows[name] = live.shipment, live.occurred, (live.received - live.occurred).max() / 3600
    assert np.array_equal(np.sort(rows["quiet"][0]), np.sort(rows["out"][0]))
    assert rows["out"][2] > 100 > rows["quiet"][2]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish("change", "padding", "BR", carrier="br-alder"), "whole market"),
        (Wish("change", "recovered_feed", "BR"), "first and last day"),
        (Wish("change", "sunshine", "BR"), "no change 'sunshine'"),
        (Wish("change", "volume", "BR", batch="live"), "batch"),
        (Wish("defect", "25", "BR"), "no defect '25'"),
        (Wish("defect", "1", "US"), "not among DE, BR"),
        (Wish("defect", "1", "BR", carrier="de-alder"), "no carrier 'de-alder'"),
        (Wish("defect", "1", "BR", lane="a/b"), "no lane 'a/b'"),
        (Wish("defect", "1", "BR", batch="events"), "batch 'events'"),
    ],
)
def test_what_cannot_be_is_named(wish, said):
    with pytest.raises(ValueError, match=said):
        _scenario(wish)
