"""Mappings: another layout becomes the contract's, and names of a file never become SQL."""

from __future__ import annotations

import pytest

from metrics.events.mapping import load, parse
from otdr_hub.lib.outcome import InvalidInputError
from tests.metrics.inputs import at, csv_text, jsonl, parquet, result

CARRIER = """
kind: events
columns:
  event_id: {concat: [Sendung, "-", "Status Nr"]}
  shipment_id: Sendung
  market: {value: DE}
  type: {from: Ereignis}
  occurred_at: {from: Zeit, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
  received_at: {from: Eingang, format: "%d.%m.%Y %H:%M %z"}
"""
MINIMAL = {
    "event_id": "a", "shipment_id": "a", "market": "{value: DE}", "type": "{value: delivered}",
    "occurred_at": "t", "received_at": "t",
}  # fmt: skip


def mapping(**columns):
    lines = "".join(f"  {column}: {value}\n" for column, value in (MINIMAL | columns).items())
    return parse(f"columns:\n{lines}", "events")


def test_another_layout_becomes_the_contracts(tmp_path):
    text = CARRIER.replace('"Status Nr"]', "{from: Status Nr}]")
    path = csv_text(
        tmp_path / "f.csv", "Sendung,Status Nr,Ereignis,Zeit,Eingang,Telefon",
        "s1,3,delivered,10.11.2026 13:05,10.11.2026 12:10 +0000,0171",
        "s2,1,delivered,2026-11-10,10.11.2026 12:10 +0000,0171",
    )  # fmt: skip
    _, quarantined, good = result(path, mapping=parse(text, "events"))
    assert quarantined == [(3, "bad_occurred_at")]
    assert good[0] | {"line": 0} == {
        "event_id": "s1-3", "shipment_id": "s1", "market": "DE", "type": "delivered", "carrier": None,
        "origin": None, "destination": None, "reason_code": None, "integration": None, "source": "live",
        "occurred_utc": at(2026, 11, 10, 12, 5), "occurred_local": None,
        "received_at": at(2026, 11, 10, 12, 10), "line": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-07-01T12:00", "2026-07-01 10:00:00"),
        ("2026-12-01 12:00:30.25", "2026-12-01 11:00:30.250000"),
        ("2026-10-25T02:30:00", "2026-10-25 00:30:00"),  # twice: the first is meant
        ("2026-10-25T03:00:00", "2026-10-25 02:00:00"),
        ("2026-03-29T02:30:00", "2026-03-29 01:30:00"),  # never: read with the offset before
        ("2026-03-29T03:00:00", "2026-03-29 01:00:00"),
        ("2026-11-10T12:00:00+05:00", "2026-11-10 07:00:00"),  # has its own
    ],
)
def test_a_zone_makes_a_naive_time_an_instant(tmp_path, wall, utc):
    path = csv_text(tmp_path / "f.csv", "a,t,r", f"1,{wall},2026-12-31T00:00:00Z")
    layout = mapping(occurred_at="{from: t, zone: Europe/Berlin}", received_at="r")
    (row,) = result(path, mapping=layout)[2]
    assert str(row["occurred_utc"]) == utc


def test_a_day_by_its_format_stays_a_day(tmp_path):
    path = csv_text(tmp_path / "f.csv", "id,due,t", "s1,10/11/2026,2026-11-01T00:00:00Z")
    text = (
        "columns: {shipment_id: id, order_id: id, market: {value: BR}, recorded_at: t,"
        ' promised_by: {from: due, format: "%d/%m/%Y"}}'
    )
    (row,) = result(path, "promises", mapping=parse(text, "promises"))[2]
    assert (row["promised_kind"], row["promised_local"]) == ("date", at(2026, 11, 10))


NASTY = ['a"b', "x'; DROP TABLE checked; --", "c0", "broken", "market", "ü $1 ?", "a''b", "\\"]


def _quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{from: "{escaped}"}}'


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_no_name_of_a_file_becomes_sql(tmp_path, name, form):
    row = ("e1", "2026-11-10T12:00:00Z")
    if form == "csv":
        doubled = name.replace('"', '""')
        path = csv_text(tmp_path / "f.csv", f'"{doubled}",t', ",".join(row))
    elif form == "jsonl":
        path = jsonl(tmp_path / "f.jsonl", (name, "t"), [row])
    else:
        doubled = name.replace('"', '""')
        path = parquet(tmp_path / "f.parquet", f"""SELECT '{row[0]}' AS "{doubled}", '{row[1]}' AS t""")
    layout = mapping(event_id=_quoted(name), shipment_id=_quoted(name))
    (found,) = result(path, mapping=layout)[2]
    assert found["event_id"] == "e1"


def test_no_text_of_a_mapping_becomes_sql(tmp_path):
    path = csv_text(tmp_path / "f.csv", "a,t", "1,2026-11-10T12:00:00Z")
    layout = mapping(carrier="""{value: "'||(SELECT 1)||'"}""", event_id="""{concat: [a, "'); --"]}""")
    (row,) = result(path, mapping=layout)[2]
    assert (row["carrier"], row["event_id"]) == ("'||(SELECT 1)||'", "1'); --")


def test_columns_outside_the_mapping_are_never_read(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(b"a,t,email\n1,2026-11-10T12:00:00Z,\xff\xfe\n")
    parsed, _, good = result(path, mapping=mapping())
    assert parsed.accepted == 1
    assert "email" not in str(good)


def test_a_column_the_file_has_not_is_said(tmp_path):
    path = csv_text(tmp_path / "f.csv", "b,t", "1,2026-11-10T12:00:00Z")
    with pytest.raises(
        InvalidInputError, match="the column 'a' is missing; the mapping reads event_id from it"
    ):
        result(path, mapping=mapping())


def test_a_parquet_time_without_a_zone_takes_the_mappings(tmp_path):
    path = parquet(tmp_path / "f.parquet", "SELECT 'a' AS a, TIMESTAMP '2026-07-01 12:00:00' AS t")
    layout = mapping(
        occurred_at="{from: t, zone: America/Sao_Paulo}", received_at="{from: t, zone: America/Sao_Paulo}"
    )
    (row,) = result(path, mapping=layout)[2]
    assert row["occurred_utc"] == row["received_at"] == at(2026, 7, 1, 15)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"phone": "p"}, "columns.phone: no such column"),
        ({"event_id": "[a]"}, "columns.event_id: write a column's name, or one of from, value, concat"),
        ({"event_id": "{from: a, value: b}"}, "columns.event_id: write exactly one of from, value, concat"),
        ({"event_id": "{join: a}"}, "columns.event_id.join: no such entry"),
        ({"event_id": '{concat: ["a", "b"]}'}, "columns.event_id.concat: names no column"),
        ({"event_id": "{concat: [a, {x: 1}]}"}, r"columns.event_id.concat\[1\]: write a column's name"),
        (
            {"event_id": "{from: a, zone: UTC}"},
            "columns.event_id.zone: only occurred_at, received_at are times",
        ),
        ({"occurred_at": '{from: t, format: "%Q"}'}, "columns.occurred_at.format: '%Q' is no time format"),
        ({"occurred_at": "{from: t, zone: Mars/Olympus}"}, "columns.occurred_at.zone: 'Mars/Olympus' is not"),
        (
            {"occurred_at": '{from: t, format: "%d/%m/%Y", zone: UTC}'},
            "columns.occurred_at.zone: a day needs no",
        ),
        ({"received_at": '{from: t, format: "%Y %H"}'}, "columns.received_at.zone: missing"),
        ({"market": '{value: ""}'}, "columns.market.value: write a text"),
        ({"market": '{value: "a\\0b"}'}, "columns.market.value: holds a control character"),
    ],
)
def test_a_mistake_is_said_with_its_path(columns, said):
    with pytest.raises(InvalidInputError, match=said):
        mapping(**columns)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: {event_id: a", "the mapping is not YAML"),
        ("- a", "columns: missing"),
        ("columns: {event_id: a}\nother: 1", "other: no such entry"),
        ("kind: promises\ncolumns: {}", "kind: this mapping is for promises, and the files are events"),
        ("columns: {event_id: a}", "columns.shipment_id: missing; events need"),
        ("columns: {event_id: a, event_id: b}", "'event_id' stands twice"),
    ],
)
def test_a_wrong_document_is_said(text, said):
    with pytest.raises(InvalidInputError, match=said):
        parse(text, "events")


def test_a_mapping_file_is_named_in_its_errors(tmp_path):
    with pytest.raises(InvalidInputError, match=r"m.yaml: columns: missing"):
        load(csv_text(tmp_path / "m.yaml", "x: 1"), "events")
    with pytest.raises(InvalidInputError, match=r"none.yaml: the mapping cannot be read"):
        load(tmp_path / "none.yaml", "events")


def test_the_digest_is_of_what_is_meant():
    assert (
        parse(CARRIER, "events").digest
        == parse(CARRIER.replace("Sendung\n", "{from: Sendung}\n"), "events").digest
    )
    assert parse(CARRIER, "events").digest != parse(CARRIER.replace("DE", "BR"), "events").digest


def test_yaml_words_that_look_like_values_stay_texts():
    layout = mapping(market="{value: NO}", event_id="2026-01-01")
    assert layout.origins["market"].parts[0].text == "NO"
    assert layout.origins["event_id"].parts[0].text == "2026-01-01"
