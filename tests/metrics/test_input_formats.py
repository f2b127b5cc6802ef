"""CSV, JSONL and Parquet say the same: same rows, same reasons, same lines."""

from __future__ import annotations

import csv
import json

import pytest

from metrics.events.reader import check_columns
from otdr_hub.lib.outcome import InvalidInputError
from tests.metrics.inputs import EVENTS, GOOD, PROMISES, at, csv_text, jsonl, parquet, result

ROWS = (
    GOOD,
    ("e2", "s1", "ZZ", "delivered", "2026-11-10T12:00:00Z", "2026-11-10T12:05:00Z"),
    ("", "s1", "BR", "delivered", "2026-11-10T12:00:00Z", "2026-11-10T12:05:00Z"),
    ("e4", "s1", "BR", "delivered", "2026-11-10T12:00:00", "2026-11-10T12:05:00-03:00"),
    ("e5", "s1", "BR", "delivered", "10/11/2026", "2026-11-10T12:05:00Z"),
    ("e6", "s1", "", "delivered", "2026-11-10T12:00:00Z", "2026-11-10T12:05:00Z"),
    ("e7", 'São "Paulo", x', "BR", "delivered", "2026-11-10T12:00:00Z", "2026-11-10T12:05:00Z"),
)
REASONS = {"bad_event_id": 1, "bad_occurred_at": 1, "unknown_market": 2}


def _csv(folder):
    path = folder / "f.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([EVENTS, *ROWS])
    return path


def _parquet(folder):
    return parquet(folder / "f.parquet", f"SELECT * FROM read_csv('{_csv(folder)}', all_varchar=true)")


def _jsonl(folder):
    return jsonl(folder / "f.jsonl", EVENTS, ROWS)


@pytest.mark.parametrize(("write", "first"), [(_csv, 2), (_jsonl, 1), (_parquet, 1)])
def test_the_three_formats_mean_the_same(tmp_path, write, first):
    parsed, quarantined, good = result(write(tmp_path))
    assert (parsed.rows, parsed.accepted, parsed.reasons) == (7, 3, REASONS)
    assert [line - first for line, _ in quarantined] == [1, 2, 4, 5]
    assert [row["line"] - first for row in good] == [0, 3, 6]
    assert [row["event_id"] for row in good] == ["e1", "e4", "e7"]
    assert good[1]["occurred_local"] == at(2026, 11, 10, 12)
    assert good[1]["received_at"] == at(2026, 11, 10, 15, 5)
    assert good[2]["shipment_id"] == 'São "Paulo", x'


def test_lines_stay_right_after_rows_without_shape(tmp_path):
    path = csv_text(
        tmp_path / "f.csv", ",".join(EVENTS), "short", ",".join(GOOD), "short,er", "x,y",
        ",".join(GOOD), ",".join(GOOD).replace("BR", "ZZ"), "z", ",".join(GOOD),
    )  # fmt: skip
    _, quarantined, good = result(path)
    assert [line for line, _ in quarantined] == [2, 4, 5, 7, 8]
    assert quarantined[3] == (7, "unknown_market")
    assert [row["line"] for row in good] == [3, 6, 9]


def test_typed_parquet_times_mean_what_the_contract_says(tmp_path):
    columns = "'e' AS event_id, 7::BIGINT AS shipment_id, 'BR' AS market, 'delivered' AS type,"
    path = parquet(
        tmp_path / "f.parquet",
        f"SELECT {columns} TIMESTAMP '2026-11-10 12:00:00.5' AS occurred_at,"
        " TIMESTAMP '2026-11-10 15:30:00' AS received_at",
    )
    _, quarantined, (row) = result(path)
    assert quarantined == []
    assert row[0]["occurred_utc"] is None, "a time without a zone is local"
    assert row[0]["occurred_local"] == at(2026, 11, 10, 12, 0, 0, 500_000)
    assert row[0]["received_at"] == at(2026, 11, 10, 15, 30), "the contract wants an instant: UTC"
    assert row[0]["shipment_id"] == "7"


def test_parquet_days_and_instants_as_promises(tmp_path):
    path = parquet(
        tmp_path / "f.parquet",
        "SELECT id AS shipment_id, 'o' AS order_id, 'BR' AS market, promised_by,"
        " TIMESTAMPTZ '2026-11-01 00:00:00+01' AS recorded_at"
        " FROM (VALUES ('s1', DATE '2026-11-10'), ('s2', NULL)) t(id, promised_by)",
    )
    _, quarantined, good = result(path, "promises")
    assert quarantined == [(2, "bad_promised_by")]
    assert (good[0]["promised_kind"], good[0]["recorded_at"]) == ("date", at(2026, 10, 31, 23))


def test_a_parquet_column_of_lists_is_refused(tmp_path):
    values = ", ".join(f"'{value}' AS {name}" for name, value in zip(EVENTS[1:], GOOD[1:], strict=True))
    path = parquet(tmp_path / "f.parquet", f"SELECT ['e'] AS event_id, {values}")
    with pytest.raises(InvalidInputError, match=r"the column 'event_id' holds VARCHAR\[\]"):
        result(path)


def test_lines_that_are_no_json_object_are_quarantined(tmp_path):
    good = json.dumps(dict(zip(EVENTS, GOOD, strict=True)))
    path = csv_text(
        tmp_path / "f.ndjson", good, "[1]", "{broken", '"text"', good + good, f"{good}\x01x", "", good
    )
    _, quarantined, rows = result(path)
    assert quarantined == [(line, "malformed_row") for line in (2, 3, 4, 5, 6)]
    assert [row["line"] for row in rows] == [1, 7], "an empty line is none"


def test_a_key_of_one_json_line_is_a_column(tmp_path):
    good = dict(zip(EVENTS, GOOD, strict=True))
    path = csv_text(tmp_path / "f.jsonl", json.dumps(good), json.dumps(good | {"phone": "1"}))
    with pytest.raises(InvalidInputError, match="the column 'phone' is not in the contract"):
        result(path)
    assert result(path, ignored=["phone"])[0].accepted == 2


@pytest.mark.parametrize("name", ["a*.csv", "a?[1].csv", 'it\'s "quoted".csv', "market=BR.csv"])
def test_a_file_name_is_never_a_pattern_or_a_statement(tmp_path, name):
    csv_text(tmp_path / "a1.csv", ",".join(EVENTS), ",".join(GOOD))
    path = csv_text(tmp_path / name, ",".join(EVENTS), ",".join(GOOD), ",".join(GOOD))
    assert result(path)[0].rows == 2


def test_a_folders_name_adds_no_column_to_parquet(tmp_path):
    folder = tmp_path / "market=DE"
    folder.mkdir()
    path = _parquet(tmp_path).rename(folder / "f.parquet")
    assert {row["market"] for row in result(path)[2]} == {"BR"}


def test_an_unknown_ending_and_a_false_parquet_are_said(tmp_path):
    with pytest.raises(InvalidInputError, match=r"send \.csv, \.jsonl, \.ndjson or \.parquet"):
        result(csv_text(tmp_path / "f.xlsx", "a,b"))
    with pytest.raises(InvalidInputError, match="this is not a Parquet file"):
        result(csv_text(tmp_path / "f.parquet", "a,b"))
    with pytest.raises(InvalidInputError, match="cannot be read as Parquet"):
        result(csv_text(tmp_path / "f.parquet", "PAR1 and nothing of it"))


def test_parquet_is_known_by_its_first_bytes(tmp_path):
    assert result(_parquet(tmp_path).rename(tmp_path / "f.data"))[0].rows == 7


def test_columns_to_ignore_are_dropped_unread_and_only_others(tmp_path):
    path = tmp_path / "f.csv"
    # Bytes that are no UTF-8 in the column nobody reads.
    path.write_bytes((",".join(EVENTS) + ",note\n" + ",".join(GOOD) + ",").encode() + b"\xff\xfe\n")
    with pytest.raises(InvalidInputError, match=r"--ignore-columns note$"):
        result(path)
    parsed, _, good = result(path, ignored=["note", "absent"])
    assert parsed.accepted == 1
    assert "note" not in good[0]
    with pytest.raises(InvalidInputError, match="'zone' is a column of the contract"):
        check_columns(path, "promises", PROMISES, ["zone"])
