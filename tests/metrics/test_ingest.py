"""Files of contract v1: taken whole or not at all, once, with every unusable row accounted for."""

from __future__ import annotations

import pytest

from governance.access.services import account_create, system
from governance.markets.services import MarketRow, markets_load
from governance.models import Entry
from metrics.events.services import batch_ingest
from metrics.models import Batch, LakeFile, QuarantinedRow
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError

PROMISES = "shipment_id,order_id,market,promised_by,recorded_at"
EVENTS = "event_id,shipment_id,market,type,occurred_at,received_at"
GOOD = "e1,s1,BR,delivered,2026-11-10T12:00:00Z,2026-11-10T12:05:00Z"


@pytest.fixture
def engineer(db, settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    rows = [MarketRow("BR", "Brazil", "America/Sao_Paulo", 1), MarketRow("DE", "Germany", "Europe/Berlin", 2)]
    markets_load(rows=rows, actor=system())
    return account_create(username="engineer", password="x", roles=["data_engineer"], actor=system())


def write(tmp_path, *lines, name="file.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def taken(path, engineer, kind="events"):
    return batch_ingest(path=path, kind=kind, actor=engineer).batch


def quarantine(batch):
    return list(QuarantinedRow.objects.filter(batch=batch).order_by("line").values_list("line", "reason"))


def test_each_bad_row_has_its_line_and_reason(engineer, tmp_path):
    path = write(
        tmp_path,
        EVENTS,
        GOOD,
        ",s1,BR,delivered,2026-11-10T12:00:00Z,2026-11-10T12:05:00Z",
        f"e3,{'x' * 65},BR,delivered,2026-11-10T12:00:00Z,2026-11-10T12:05:00Z",
        "e4,s1,ZZ,delivered,2026-11-10T12:00:00Z,2026-11-10T12:05:00Z",
        "e5,s1,BR,teleported,2026-11-10T12:00:00Z,2026-11-10T12:05:00Z",
        "e6,s1,BR,delivered,10/11/2026,2026-11-10T12:05:00Z",
        "e7,s1,BR,delivered,2026-11-10T12:00:00Z,2026-11-10T12:05:00",
        "e8,s1,BR,delivered,2026-11-12T12:00:00Z,2026-11-10T12:05:00Z",
        "e9,s1,BR,delivered,1970-01-01T00:00:00Z,2026-11-10T12:05:00Z",
        "e10,s1,BR,delivered,2026-11-10T12:00:00",
        "e11,s2,BR,delivered,2026-13-10T12:00:00Z,2026-11-10T12:05:00Z",
    )
    batch = taken(path, engineer)
    assert quarantine(batch) == [
        (3, "bad_event_id"),
        (4, "bad_shipment_id"),
        (5, "unknown_market"),
        (6, "unknown_type"),
        (7, "bad_occurred_at"),
        (8, "bad_received_at"),
        (9, "occurred_after_received"),
        (10, "outside_feed_life"),
        (11, "malformed_row"),
        (12, "bad_occurred_at"),
    ]
    assert (batch.rows, batch.accepted, batch.quarantined) == (11, 1, 10)


def test_bad_promises_are_quarantined(engineer, tmp_path):
    path = write(
        tmp_path,
        PROMISES + ",zone,reason",
        "s1,o1,BR,2026-11-10,2026-11-01T00:00:00Z,,initial",
        "s2,o2,BR,,2026-11-01T00:00:00Z,,",
        "s3,o3,BR,2026-11-10,yesterday,,",
        "s4,o4,BR,2026-11-10,2026-11-01T00:00:00Z,Mars/Olympus,",
        "s5,o5,BR,2026-11-10,2026-11-01T00:00:00Z,,because",
        "s6,,BR,2026-11-10,2026-11-01T00:00:00Z,,",
        "s7,o7,BR,9999-12-31,2026-11-01T00:00:00Z,,",
        "s8,o8,BR,0001-01-01T12:00:00Z,2026-11-01T00:00:00Z,,",
    )
    batch = taken(path, engineer, kind="promises")
    assert batch.reasons == {
        "bad_order_id": 1, "bad_promised_by": 1, "bad_recorded_at": 1, "outside_feed_life": 2,
        "unknown_reason": 1, "unknown_zone": 1,
    }  # fmt: skip
    assert batch.accepted == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [EVENTS.replace(",occurred_at", ""), "e1,s1,BR,delivered,2026"],
            "the column 'occurred_at' is missing",
        ),
        (
            [EVENTS + ",customer_email", GOOD + ",a@b.example"],
            "the column 'customer_email' is not in the contract",
        ),
        ([""], "the file is empty"),
        ([EVENTS + ",type", GOOD + ",delivered"], "a column is named twice"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(engineer, tmp_path, lines, said):
    with pytest.raises(InvalidInputError, match=said):
        taken(write(tmp_path, *lines), engineer)
    assert LakeFile.objects.count() == 0
    refused = Batch.objects.get()
    assert refused.state == "refused"
    assert said in refused.problem
    assert Entry.objects.last().action == "batch.refused"


def test_the_wrong_encoding_is_said(engineer, tmp_path):
    path = write(tmp_path, EVENTS + ",origin", GOOD + ",São Paulo", encoding="latin-1")
    with pytest.raises(InvalidInputError, match="cannot be read as UTF-8 CSV"):
        taken(path, engineer)
    assert LakeFile.objects.count() == 0


def test_the_same_file_again_changes_nothing(engineer, tmp_path):
    path = write(tmp_path, EVENTS, GOOD)
    first = batch_ingest(path=path, kind="events", actor=engineer)
    entries = Entry.objects.count()
    renamed = path.rename(tmp_path / "other-name.csv")
    second = batch_ingest(path=renamed, kind="events", actor=engineer)
    assert (first.is_new, second.is_new) == (True, False)
    assert second.batch == first.batch
    assert Entry.objects.count() == entries
    assert LakeFile.objects.count() == 1


def test_column_order_and_byte_order_mark_do_not_matter(engineer, tmp_path):
    path = write(tmp_path, "﻿market,event_id,type,received_at,occurred_at,shipment_id",
                 "BR,e1,delivered,2026-11-10T12:05:00Z,2026-11-10T12:00:00Z,s1")  # fmt: skip
    assert taken(path, engineer).accepted == 1


def test_markets_are_kept_apart_in_the_lake(engineer, tmp_path):
    taken(write(tmp_path, EVENTS, GOOD, GOOD.replace("BR", "DE").replace("e1", "e2")), engineer)
    assert set(LakeFile.objects.values_list("market", "rows")) == {("BR", 1), ("DE", 1)}


def test_a_file_of_bad_rows_only_is_a_batch_without_files(engineer, tmp_path):
    batch = taken(write(tmp_path, EVENTS, GOOD.replace("BR", "ZZ")), engineer)
    assert (batch.accepted, batch.quarantined, batch.files.count()) == (0, 1, 0)


def test_who_does_not_feed_data_may_not(engineer, tmp_path):
    reader = account_create(username="reader", password="x", roles=["executive"], actor=system())
    with pytest.raises(NotAllowedError, match="takes the role data_engineer"):
        batch_ingest(path=write(tmp_path, EVENTS, GOOD), kind="events", actor=reader)
