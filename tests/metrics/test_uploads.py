"""A file sent over HTTP: received, read, refused; too large, or by the wrong person."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import zipfile

import pytest
from django.test import Client

from governance.models import Entry
from metrics.models import Batch, Upload
from metrics.uploads import services
from otdr_hub.lib.outcome import NotAllowedError
from tests.builders import person
from tests.metrics.inputs import EVENTS
from tests.metrics.sending import PROBLEM, ROW, client_of, events, post, read_all, spooled


def test_a_file_is_received_read_and_becomes_a_batch(sender, sent, settings):
    bad = ROW.replace("e1", "e2").replace("BR", "ZZ")
    content = events(ROW, bad)
    answer = post(sender, content, source="backfill", closes="2025-11-03..2025-11-09")
    assert answer.status_code == 202
    body = answer.json()
    assert answer["Location"] == f"/api/v1/batches/uploads/{body['id']}"
    assert sent == [body["id"]]
    assert (body["state"], body["size"], body["bytes_read"], body["batch"]) == (
        "waiting",
        len(content),
        0,
        None,
    )
    assert spooled() == [body["id"]]
    read_all()
    ended = sender.get(answer["Location"]).json()
    assert (ended["state"], ended["share"], ended["repeat"], ended["problem"]) == (
        "done",
        "1.00",
        False,
        None,
    )
    batch = sender.get(f"/api/v1/batches/{ended['batch']}").json()
    assert (batch["accepted"], batch["reasons"], batch["by"]) == (1, {"unknown_market": 1}, "data_engineer")
    assert (batch["source"], batch["closes"]) == ("backfill", "2025-11-03..2025-11-09")
    assert batch["digest"] == hashlib.sha256(content).hexdigest()
    assert spooled() == []
    assert Entry.objects.filter(action="batch.accepted", actor="data_engineer").count() == 1


def test_bare_bytes_with_a_name_are_a_file_too(sender):
    answer = sender.post(
        "/api/v1/batches/events?source=backfill", events(), content_type="text/csv",
        headers={"Content-Disposition": "attachment; filename*=UTF-8''../../caf%C3%A9.csv"},
    )  # fmt: skip
    assert answer.status_code == 202
    read_all()
    batch = Batch.objects.get()
    assert (batch.filename, batch.source, batch.state) == ("café.csv", "backfill", "accepted")


def test_a_mapping_a_manifest_and_ignored_columns_come_along(sender):
    layout = "columns: {" + ", ".join(f"{name}: {name}" for name in EVENTS) + "}"
    content = events()
    digest = hashlib.sha256(content).hexdigest()
    manifest = json.dumps({"rows": 1, "sha256": digest, "closes": "2025-11-03..2025-11-09"}).encode()
    post(sender, content, mapping=layout.encode(), manifest=manifest)
    post(sender, events().replace(b"received_at", b"received_at,who").replace(b"05:00Z", b"05:00Z,Ana"),
         name="f.csv", ignore_columns="who")  # fmt: skip
    read_all()
    first, second = Batch.objects.order_by("pk")
    assert first.mapping
    assert first.closes_from == dt.date(2025, 11, 3)
    assert Upload.objects.get(batch=first).manifest == hashlib.sha256(manifest).hexdigest()
    assert (second.state, second.accepted) == ("accepted", 1)


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ({"content": None}, 422, "file: missing"),
        ({"kind": "parcels"}, 422, "'parcels' is no kind of input; use one of promises, events"),
        ({"source": "rumour"}, 422, "source: 'rumour' is none; write live or backfill."),
        ({"closes": "last week"}, 422, "closes: 'last week' are no days; write them like 2026-11-09"),
        ({"kind": "promises", "closes": "2025-11-03..2025-11-09"}, 422, "only events complete days"),
        ({"closed": "2025-11-03..2025-11-09"}, 422, "'closed' is no field of an upload; it has source"),
        ({"mapping": b"columns: [1]"}, 422, "mapping: columns: missing"),
        ({"mapping": b"\xff\xfe"}, 422, "mapping: cannot be read as UTF-8"),
        ({"mapping": b" " * 70_000}, 422, "mapping: has more than 65,536 bytes"),
        ({"name": "x" * 201 + ".csv"}, 422, "The file name is longer than 200 bytes"),
        ({"key": "k" * 256}, 422, "Idempotency-Key: write at most 255"),
    ],
)
def test_what_cannot_be_is_refused_at_once(sender, settings, given, status, says):
    answer = post(sender, **{"content": events(), **given})
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert says in answer.json()["detail"]
    assert Upload.objects.count() == 0
    assert not settings.UPLOAD_SPOOL.is_dir() or spooled() == []


@pytest.mark.parametrize(
    ("content_type", "headers", "status", "says"),
    [
        ("text/csv", {}, 422, "Say the name of the file: Content-Disposition"),
        (
            "text/csv",
            {"Content-Disposition": 'attachment; filename=".."'},
            422,
            "needs a name without folders",
        ),
        ("application/x-www-form-urlencoded", {}, 422, "Send multipart/form-data with the field 'file'"),
        ("multipart/form-data", {}, 400, "Invalid boundary"),
        ("multipart/form-data; boundary=x", {}, 422, "file: missing"),
    ],
)
def test_a_body_that_is_no_file_is_a_problem(sender, content_type, headers, status, says):
    answer = sender.post("/api/v1/batches/events", b"a=b", content_type=content_type, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert says in answer.json()["detail"]


def test_a_malformed_form_of_a_session_is_a_problem_too(sender):
    """With a session the form is read first of all, to look for its token."""
    strict = client_of(person("data_engineer"), enforce_csrf_checks=True)
    strict.cookies["csrftoken"] = "a" * 32
    answer = strict.post("/api/v1/batches/events", b"a=b", content_type="multipart/form-data")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert post(strict, events()).status_code == 403
    assert "CSRF" in post(strict, events()).json()["detail"]


def _zip_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("e.csv", b"0" * 20_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("e.csv", _zip_bomb(), "e.csv: this is a zip file. Compressed files are not taken"),
        ("e.csv", gzip.compress(b"0" * 10_000_000), "e.csv: this is a gzip file."),
        ("e.csv", bytes(range(256)) * 300, "e.csv"),
        ("e.parquet", b"PAR1" + b"\x00\xff" * 500, "e.parquet"),
        ("e.parquet", events(), "this is not a Parquet file"),
        ("e.jsonl", b"[[[[" * 1000, "e.jsonl"),
        ("e.exe", events(), "its ending says no known format"),
        ("e.csv", b"", "the file is empty"),
        ("e.csv", events().replace(b"type", b"recipient"), "the column 'type' is missing"),
    ],
)
def test_garbage_is_refused_with_one_sentence(sender, settings, name, content, says):
    address = post(sender, content, name=name)["Location"]
    read_all()
    ended = sender.get(address).json()
    assert ended["state"] == "refused"
    assert says in ended["problem"]
    assert str(settings.UPLOAD_SPOOL) not in ended["problem"]
    assert (Batch.objects.get().state, ended["batch"]) == ("refused", Batch.objects.get().pk)
    assert spooled() == []
    page = sender.get(f"/batches/uploads/{ended['id']}/")
    assert "was refused" in page.content.decode()
    assert "Refresh" not in page


def test_a_file_over_the_limit_is_refused_while_it_comes(sender, settings):
    settings.UPLOAD_LIMIT = 10_000
    answer = post(sender, b"x" * 10_001)
    assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)
    assert answer.json()["detail"] == (
        "e.csv: larger than 10,000 bytes, the most that is taken here; nothing was stored."
        " Split the file and send its parts."
    )
    assert spooled() == []
    assert post(sender, b"x" * 10_000).status_code == 202


def test_a_full_disk_is_said(sender, settings, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("metrics.uploads.spool.os.fsync", full)
    answer = post(sender, events())
    assert (answer.status_code, answer["Content-Type"]) == (507, PROBLEM)
    assert answer.json()["detail"].startswith("The disk takes no more (No space left on device)")
    assert spooled() == []


@pytest.mark.parametrize("role", ["dpm", "auditor", "executive", "admin"])
def test_only_who_feeds_data_may_send(sender, settings, role):
    answer = post(client_of(person(role)), events())
    assert (answer.status_code, answer["Content-Type"]) == (403, PROBLEM)
    assert "takes the role data_engineer" in answer.json()["detail"]
    page = client_of(person(role)).post("/batches/", {"kind": "events"})
    assert page.status_code == 403
    assert "takes the role data_engineer" in page.content.decode()
    assert Upload.objects.count() == 0


def test_nobody_sends_without_an_account(sender):
    assert post(Client(), events()).status_code in (401, 403)


def test_who_lost_the_role_before_it_was_read_is_refused(sender):
    address = post(sender, events())["Location"]
    person("data_engineer").groups.clear()
    read_all()
    upload = Upload.objects.get()
    assert (upload.state, upload.batch) == ("refused", None)
    assert "takes the role data_engineer" in upload.problem
    assert sender.get(address).status_code == 403
    assert client_of(person("auditor")).get(address).json()["state"] == "refused"


def test_the_service_refuses_strangers(sender):
    sending = services.Sending("events", "e.csv")
    with pytest.raises(NotAllowedError):
        services.upload_receive(pieces=[events()], sending=sending, actor=person("auditor"))
