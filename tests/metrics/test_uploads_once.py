"""An upload becomes one batch: the same key, the same file, whatever is cut off or down in between."""

from __future__ import annotations

import os
import threading

import pytest

from governance.models import Entry
from metrics.lake.watch import watched
from metrics.models import Batch, Upload
from metrics.tasks import reconcile
from metrics.uploads import queue, services, spool
from metrics.uploads.services import upload_read
from tests.metrics.sending import ROW, events, post, read_all, spooled


def test_the_same_key_is_the_same_upload(sender, sent, settings):
    first, again = post(sender, events(), key="k-1"), post(sender, events(), key="k-1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Location"] == first["Location"]
    assert len(sent) == 1
    other = post(sender, events(ROW, ROW), key="k-1")
    assert (other.status_code, other.json()["type"]) == (422, "/api/problems/key-reused")
    assert post(sender, events(), key="k-1", source="backfill").status_code == 422
    assert len(spooled()) == 1
    read_all()
    assert post(sender, events(), key="k-1").json()["state"] == "done"
    assert post(sender, events(), key="k-2").json()["state"] == "waiting"


def test_two_requests_with_one_key_at_once_are_one_upload(sender, monkeypatch):
    """The other one arrives after this one has looked."""
    looked, same_key = [], services._same_key

    def late(*given):
        looked.append(1)
        return None if len(looked) == 1 else same_key(*given)

    first = post(sender, events(), key="k")
    monkeypatch.setattr(services, "_same_key", late)
    assert post(sender, events(), key="k")["Location"] == first["Location"]
    assert len(looked) == 2
    assert Upload.objects.count() == 1


def test_the_same_file_again_says_so_and_changes_nothing(sender):
    post(sender, events())
    read_all()
    address = post(sender, events())["Location"]
    read_all()
    ended = sender.get(address).json()
    assert (ended["state"], ended["repeat"], ended["batch"]) == ("done", True, Batch.objects.get().pk)
    assert "Taken before as batch" in sender.get(address.replace("/api/v1", "") + "/").content.decode()


def test_a_broker_that_is_down_loses_nothing(sender, monkeypatch):
    def down(*given, **named):
        raise queue.OperationalError("no connection")

    monkeypatch.setattr("metrics.uploads.queue.current_app.send_task", down)
    assert post(sender, events()).status_code == 202
    told = []
    monkeypatch.setattr(queue, "send", told.append)
    reconcile()
    assert told == [Upload.objects.get()]


def test_an_upload_cut_off_after_the_file_was_taken_is_not_a_repeat(sender, monkeypatch):
    def killed(*given, **named):
        raise KeyboardInterrupt

    post(sender, events())
    with monkeypatch.context() as broken:
        broken.setattr(services, "_end", killed)
        with pytest.raises(KeyboardInterrupt):
            read_all()
    assert (Upload.objects.get().state, Batch.objects.count()) == ("reading", 1)
    read_all()
    upload = Upload.objects.get()
    assert (upload.state, upload.attempts, upload.is_repeat) == ("done", 2, False)
    assert Entry.objects.filter(action__startswith="batch.").count() == 1


def test_an_upload_cut_off_after_it_was_refused_is_refused_once(sender, monkeypatch):
    def killed(*given, **named):
        raise KeyboardInterrupt

    post(sender, b"nothing of use")
    with monkeypatch.context() as broken:
        broken.setattr(services, "_end", killed)
        with pytest.raises(KeyboardInterrupt):
            read_all()
    read_all()
    assert Upload.objects.get().state == "refused"
    assert Batch.objects.count() == 1


def test_an_upload_that_ends_its_reader_each_time_is_given_up(sender, monkeypatch):
    def broken(**given):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(services, "batch_ingest", broken)
    post(sender, events())
    for _ in range(services.MAX_ATTEMPTS):
        with pytest.raises(RuntimeError):
            read_all()
    read_all()
    upload = Upload.objects.get()
    assert (upload.state, upload.problem) == (
        "refused", "Given up after 5 attempts. It was cut off (RuntimeError).",
    )  # fmt: skip


def test_bytes_that_are_gone_are_said(sender):
    post(sender, events())
    upload = Upload.objects.get()
    spool.discard(upload.pk)
    assert upload_read(upload=upload).problem == "e.csv: its bytes are gone from the spool. Send it again."


def test_what_a_dead_process_left_is_swept_after_a_day(sender, settings):
    root = spool.root()
    for name in ("old", "young", "wanted"):
        (root / name).mkdir()
    (root / "old.upload.csv").write_text("half")
    for name in ("old", "wanted", "old.upload.csv"):
        os.utime(root / name, (0, 0))
    spool.sweep({"wanted"})
    assert spooled() == ["wanted", "young"]


def test_how_far_it_is_is_told_while_it_is_read(monkeypatch):
    class Engine:
        shares = iter([-1.0, 25.0, 20.0, 75.0])
        asked_in_vain = threading.Event()

        def execute(self, _):
            return self

        def query_progress(self):
            share = next(self.shares, None)
            if share is None:
                self.asked_in_vain.set()
                raise RuntimeError("no more")
            return share

    monkeypatch.setattr("metrics.lake.watch.EVERY", 0.01)
    told = []
    with watched(Engine(), told.append):
        assert Engine.asked_in_vain.wait(60)
    assert told == [0.25, 0.75], "growing shares only; an engine that fails to say is no failure"
