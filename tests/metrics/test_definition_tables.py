"""What a definition holds as data: carriers' codes, horizons, holidays; carriers' names by date; and the
edge cases that are seen beside the rate. Each shipment was worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from governance.definition import Definition, DefinitionError, diff, dump, explain, parse
from metrics.otdr import engine
from metrics.otdr.carriers import renames
from metrics.otdr.compare import compare
from metrics.otdr.delays import HOURS, delay_curve
from metrics.otdr.ladder import WITHOUT_MAJEURE, ladder
from tests.metrics.shipments import Shipment, inputs_of, outcomes, stored, write_csv

HEADLINE = Definition(name="otdr-1")
AS_OF = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
TENTH = dt.date(2026, 11, 10)
IN_TIME = ("delivered", "2026-11-10T12:00:00Z")
LATE = ("delivered", "2026-11-12T12:00:00Z")


def tallied(folder, shipments, definition=HEADLINE, **more) -> engine.Tally:
    return engine.tally(definition, replace(inputs_of(shipments, folder), **more), as_of=AS_OF)


# 19. The map of a carrier's codes is part of the version.


EVENT_COLUMNS = ["event_id", "shipment_id", "market", "type", "occurred_at", "received_at", "carrier"]


def coded(folder, code, carrier="correio"):
    """A shipment whose delivery is told in a carrier's own code, as the lake holds it once it is mapped."""
    inputs = inputs_of([Shipment("2026-11-10", [])], folder)
    row = {"event_id": "e", "shipment_id": "s0", "market": "BR", "type": code, "carrier": carrier,
           "occurred_at": "2026-11-10T12:00:00Z", "received_at": "2026-11-10T13:00:00Z"}  # fmt: skip
    path = write_csv(folder / "coded.csv", [row], EVENT_COLUMNS)
    return replace(inputs, events=stored(path, "events", codes=[(carrier, code)]))


MAPPED = Definition(name="otdr-m", event_map=(("correio", "BDE-01", "delivered"),))


@pytest.mark.parametrize(
    ("definition", "status"), [(MAPPED, "on_time"), (HEADLINE, "unknown")], ids=["mapped", "not mapped"]
)
def test_a_carriers_own_code_means_what_the_version_says(tmp_path, definition, status):
    found = engine.count(definition, coded(tmp_path, "BDE-01"), as_of=AS_OF)
    assert [(row.day, row.status) for row in found] == [(TENTH, status)]


def test_another_carriers_code_of_the_same_name_means_nothing(tmp_path):
    found = engine.count(MAPPED, coded(tmp_path, "BDE-01", carrier="other"), as_of=AS_OF)
    assert [row.status for row in found] == ["unknown"]


YAML = """
name: otdr-9
horizons: {BR: 96}
event_map:
  correio: {BDE-01: delivered, BDE-02: attempted}
calendars:
  DE/BY: {2026-11-01: Allerheiligen}
"""


def test_tables_are_read_written_and_explained():
    definition = parse(YAML)
    assert parse(dump(definition)) == definition
    assert definition.at("BR").horizon_hours == 96
    assert definition.at("US").horizon_hours == 72
    assert definition.calendars == (("DE/BY", "2026-11-01", "Allerheiligen"),)
    said = explain(definition)
    assert "96 hours in BR" in said
    assert "correio" in said
    assert "they never move a promise" in said
    changed = diff(Definition(name="otdr-9"), definition)
    assert any("correio (BDE-01 (delivered), BDE-02 (attempted))" in sentence for sentence in changed)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("horizons: {brazil: 96}", "horizons.brazil: this is no market code"),
        ("horizons: {BR: soon}", "horizons.BR: 'soon' is not a whole number"),
        ("horizons: 96", "horizons: write a mapping"),
        ("event_map: {correio: {BDE: done}}", "event_map.correio.BDE: 'done' is not known"),
        ("event_map: {correio: {lost: delivered}}", "'lost' is an event type of the contract"),
        ("calendars: {DE: {Christmas: 2026-12-25}}", "calendars.DE.Christmas: this is no day"),
        ("calendars: {germany: {2026-12-25: X}}", "calendars.germany: write a market"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_path(text, path):
    with pytest.raises(DefinitionError, match=path.replace("(", r"\(")):
        parse(f"name: otdr-9\n{text}")


def test_the_horizon_of_a_market_decides_how_long_it_waits(tmp_path):
    soon = Shipment("2026-11-10", [], as_of="2026-11-14T12:00:00Z")  # 81 hours after the promise's end
    assert outcomes(HEADLINE, [soon], tmp_path / "72") == [(TENTH, "unknown", 1)]
    assert outcomes(parse(YAML).at("BR"), [soon], tmp_path / "96") == [(TENTH, "pending", 1)]


# 6. A holiday between promise and delivery changes nothing: the promise was made knowing it.
def test_a_holiday_never_moves_a_promise(tmp_path):
    holiday = replace(HEADLINE, name="otdr-h", calendars=(("BR", "2026-11-10", "Feriado"),))
    shipments = [Shipment("2026-11-10", [("delivered", "2026-11-11T12:00:00Z")])]
    assert outcomes(holiday, shipments, tmp_path) == [(TENTH, "late", 1)]


# 12. A replacement sent after the promise is not a success: the first promise stays.
def test_a_replacement_is_not_a_new_success(tmp_path):
    lost = Shipment("2026-11-10", [("lost", "2026-11-11T12:00:00Z")], order="o")
    replacement = Shipment("2026-11-14", [("delivered", "2026-11-13T12:00:00Z")], order="o")
    found = outcomes(HEADLINE, [lost, replacement], tmp_path)
    assert found == [(TENTH, "late", 1), (dt.date(2026, 11, 14), "on_time", 1)]
    by_order = outcomes(replace(HEADLINE, unit="order"), [lost, replacement], tmp_path / "order")
    assert by_order == [(dt.date(2026, 11, 14), "late", 1)]


# 4, 10, 13: counted apart.
def test_early_conflicting_and_last_day_cancellations_are_counted(tmp_path):
    cancelled = ("cancelled", "2026-11-10T12:00:00Z")
    shipments = [
        Shipment("2026-11-10", [("delivered", "2026-11-08T12:00:00Z")]),  # early
        Shipment("2026-11-10", [IN_TIME]),
        Shipment("2026-11-10", [IN_TIME, LATE]),  # told twice: the first counts
        Shipment("2026-11-10", [IN_TIME, ("delivered", "2026-11-10T12:00:00Z")]),  # the same moment: no conflict
        Shipment("2026-11-10", [cancelled]),  # cancelled when it would be late
        Shipment("2026-11-10", [("cancelled", "2026-11-05T12:00:00Z")]),
    ]  # fmt: skip
    rows = tallied(tmp_path, shipments).rows
    assert {row.status: row.shipments for row in rows} == {"on_time": 4, "cancelled_before_dispatch": 2}
    assert [sum(getattr(row, name) for row in rows) for name in ("early", "conflicts", "cancelled_last_day")] == [
        1, 1, 1,
    ]  # fmt: skip


# 23. Promises are recorded on 1 January at midnight UTC; a day in Sao Paulo ends at 03:00 UTC.
def test_the_length_of_promises_is_kept(tmp_path):
    shipments = [Shipment("2026-01-02", []), Shipment("2026-01-02", []), Shipment("2026-01-02T12:00:00Z", [])]
    tally = tallied(tmp_path, shipments)
    assert tally.lengths == {dt.date(2026, 1, 2): {50: 2, 36: 1}}
    assert tally.received == {dt.date(2026, 1, 2): (3, 3)}


# 24. A carrier that was renamed keeps its old name for promises before.
def test_a_carrier_is_called_what_it_was_called_on_the_promise_day(tmp_path):
    told = {"carrier": "alpha"}
    shipments = [
        Shipment(day, [("delivered", f"{day}T12:00:00Z", told)]) for day in ("2026-11-09", "2026-11-10")
    ]
    inputs = inputs_of(shipments, tmp_path, event_columns=["carrier"])
    names = renames([("alpha", dt.date(2020, 1, 1), None), ("alpha", TENTH, "beta")])
    rows = engine.count(HEADLINE, replace(inputs, renames=names), as_of=AS_OF)
    assert [(row.day, row.carrier) for row in rows] == [(dt.date(2026, 11, 9), "alpha"), (TENTH, "beta")]


def test_mergers_follow_each_other_by_date():
    first, second = dt.date(2026, 3, 1), dt.date(2026, 6, 1)
    rows = [("a", first, "b"), ("b", second, "c"), ("c", first, None), ("x", first, "y"), ("y", first, "x")]
    expected = [
        ("a", first, "b"), ("a", second, "c"), ("b", first, "b"), ("b", second, "c"),
        ("x", first, "y"), ("x", second, "y"), ("y", first, "x"), ("y", second, "x"),
    ]  # fmt: skip
    assert renames(rows) == expected
    assert renames(reversed(rows + rows)) == expected
    assert renames([("a", first, None)]) == []


# 18. Force majeure is an overlay on the ladder; the headline does not move.
def test_force_majeure_stands_beside_the_headline(tmp_path):
    shipments = [
        Shipment("2026-11-10", [IN_TIME]), Shipment("2026-11-10", [LATE]), Shipment("2026-11-12", [LATE]),
    ]  # fmt: skip
    inputs = replace(inputs_of(shipments, tmp_path), majeure=[(TENTH, TENTH, "", "")])
    rungs = {
        rung.name: (rung.on_time, rung.due)
        for rung in ladder(HEADLINE, inputs, as_of=AS_OF, since=TENTH, until=dt.date(2026, 11, 15))
    }
    assert rungs["as defined"] == (2, 3)
    assert rungs[WITHOUT_MAJEURE] == (1, 1)
    # Another carrier's storm covers none of them.
    elsewhere = replace(inputs, majeure=[(TENTH, TENTH, "other", "")])
    found = ladder(HEADLINE, elsewhere, as_of=AS_OF, since=TENTH, until=dt.date(2026, 11, 15))
    assert (found[-1].name, found[-1].due) == (WITHOUT_MAJEURE, 3)


def test_two_versions_side_by_side_add_up_by_rule(tmp_path):
    an_hour_late = ("delivered", "2026-11-11T03:30:00Z")
    attempt = ("attempted", "2026-11-10T12:00:00Z", {"reason_code": "consignee"})
    shipments = [
        Shipment("2026-11-10", [IN_TIME]),
        Shipment("2026-11-10", [an_hour_late]),  # by grace
        Shipment("2026-11-10", [attempt, LATE]),  # by attempt
        Shipment("2026-11-10", [attempt, an_hour_late]),  # by either: once, not twice
        Shipment("2026-11-10", [LATE]),
    ]  # fmt: skip
    new = replace(HEADLINE, name="otdr-2", grace_minutes=60, success_event="first_attempt")
    found = compare(HEADLINE, new, inputs_of(shipments, tmp_path), as_of=AS_OF, since=TENTH, until=TENTH)
    assert (found.before.on_time, found.before.due) == (1, 5)
    assert (found.after.on_time, found.after.due) == (4, 5)
    assert {effect.rule: (effect.due, effect.on_time) for effect in found.effects} == {
        "grace_minutes": (0, 2), "success_event": (0, 2), "together": (0, -1),
    }  # fmt: skip


def test_rules_that_read_the_events_differently_are_compared_too(tmp_path):
    attempt = ("attempted", "2026-11-10T12:00:00Z", {"reason_code": "weather"})
    old = replace(HEADLINE, success_event="first_attempt")
    new = replace(old, name="otdr-2", attempt_reasons=("consignee", "weather"))
    inputs = inputs_of([Shipment("2026-11-10", [attempt, LATE])], tmp_path)
    found = compare(old, new, inputs, as_of=AS_OF, since=TENTH, until=TENTH)
    assert [(effect.rule, effect.on_time) for effect in found.effects] == [("attempt_reasons", 1)]


def test_the_delay_curve_is_measured_on_settled_deliveries(tmp_path):
    def delivery(number, day, hours):
        happened = dt.datetime.fromisoformat(f"{day}T00:00:00Z")
        return {
            "event_id": f"e{number}", "shipment_id": f"s{number}", "market": "BR", "type": "delivered",
            "occurred_at": happened.isoformat(), "carrier": "",
            "received_at": (happened + dt.timedelta(hours=hours)).isoformat(),
        }  # fmt: skip

    rows = [delivery(n, "2026-11-01", hours) for n, hours in enumerate((1, 5, 30, 80))]
    rows.append(delivery(0, "2026-11-01", 200))  # told again: it was known before
    rows.append(delivery(9, "2026-11-29", 1))  # too young to say
    path = write_csv(tmp_path / "events.csv", rows, EVENT_COLUMNS)
    curve = delay_curve(stored(path, "events"), as_of=AS_OF)
    known = dict(curve.known)
    assert curve.deliveries == 4
    assert [known[hours] for hours in HOURS] == [1, 2, 2, 2, 3, 3, 4, 4, 4, 4]
    assert delay_curve([], as_of=AS_OF).deliveries == 0
