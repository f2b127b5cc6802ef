"""Signed heads outside the database: written after each commit, by one process at a time, made up for."""

from __future__ import annotations

import json
import logging
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from governance.access.services import system
from governance.audit.review import review
from governance.ledger import checkpoints, guards, keys, verify
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.signed import signed_text
from otdr_hub.lib.outcome import ConflictError
from tests.builders import person
from tests.conftest import PROJECT, OwnDatabase
from tests.governance.tampering import cut, entries


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    return settings.CHECKPOINT_DIR


def note(text: str = "x") -> int:
    return ledger.record(action=Action.ROLE_GRANTED, subject=text, payload={}, actor=system())


def kept(folder: Path) -> list[dict]:
    return checkpoints.read(folder / "checkpoints.jsonl")


def checked(folder: Path):
    """The finding of a walk against these checkpoints."""
    signed = verify.Signed(kept(folder), keys.signer().public)
    return verify.verify(signed=signed, each=lambda _: None, every=True).finding


def test_each_entry_gets_one_line_that_is_signed(db, folder):
    for text in ("first", "second", "third"):
        note(text)
    assert checkpoints.catch_up() == 3
    assert checkpoints.catch_up() == 0
    assert [item["seq"] for item in kept(folder)] == [1, 2, 3]
    for item in kept(folder):
        assert keys.verify(keys.signer().public, signed_text(item), bytes.fromhex(item["signature"]))
        assert item["guards"] == guards.fingerprint()
    assert checked(folder) is None


def test_files_are_closed_to_others_and_hold_no_secret(db, folder, settings):
    note()
    checkpoints.catch_up()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    told = "".join(path.read_text() for path in folder.iterdir()) + repr(keys.signer())
    assert settings.CHECKPOINT_KEY not in told
    assert (folder / "public.key").read_text().strip() == keys.signer().public.hex()


def test_it_is_written_with_the_commit_and_not_without(db, folder, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as calls:
        with transaction.atomic():
            note("undone")
            transaction.set_rollback(True)
        note("kept")
    assert len(calls) == 1
    assert [item["seq"] for item in kept(folder)] == [1]
    assert checked(folder) is None


def test_a_disk_that_is_full_is_said_and_made_up_for(
    db, folder, caplog, django_capture_on_commit_callbacks, monkeypatch
):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
            note()
    assert "checkpoints do not keep up: [Errno 28] No space left" in caplog.text
    checkpoints.keep_up()
    assert checked(folder) is None


@pytest.mark.parametrize("keep", [1, 20, -1])
def test_a_line_cut_off_by_a_crash_is_signed_again(db, folder, keep):
    file = folder / "checkpoints.jsonl"
    note("first")
    checkpoints.catch_up()
    whole = file.read_text()
    note("second")
    checkpoints.catch_up()
    second = file.read_text()[len(whole) :]
    file.write_text(whole + second[:keep])
    checkpoints.catch_up()
    assert [item["seq"] for item in kept(folder)] == [1, 2]
    assert checked(folder) is None


def test_an_entry_long_without_a_checkpoint_is_found(db, folder, monkeypatch):
    note("first")
    checkpoints.catch_up()
    note("second")
    assert checked(folder) is None
    monkeypatch.setattr(verify, "_GRACE", 0)
    assert checked(folder) == (found := checked(folder))
    assert (found.seq, found.problem) == (2, "it has no checkpoint, though it was due long ago")


def test_l13_a_file_whose_end_was_cut_is_found_and_signed_again(db, folder, monkeypatch):
    for text in ("first", "second", "third"):
        note(text)
    checkpoints.catch_up()
    file = folder / checkpoints.FILE
    whole = kept(folder)
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    monkeypatch.setattr(verify, "_GRACE", 0)
    found = checked(folder)
    assert (found.seq, found.problem) == (2, verify.UNSIGNED)
    assert checkpoints.catch_up() == 2
    assert checked(folder) is None
    assert [item["hash"] for item in kept(folder)] == [item["hash"] for item in whole]


def test_l13_database_and_file_cut_together_are_found_with_a_copy_kept_elsewhere(demo, tmp_path):
    """Nothing here says so any more: which is why a copy of the file, or an export, is worth keeping."""
    copy = tmp_path / "kept.jsonl"
    file = demo.checkpoints / checkpoints.FILE
    shutil.copy(file, copy)
    last = entries(demo) - 3
    cut(demo, last)
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:last]))

    def first_bad(*arguments):
        done = demo.manage("verify_ledger", "--json", *arguments, check=False)
        return json.loads(done.stdout)["first_bad"]

    key = demo.manage("ledger", "key").stdout.strip()
    assert first_bad() is None
    removed = {"seq": last + 1, "problem": "it was removed"}
    assert first_bad("--checkpoint", str(copy), "--key", key) == removed
    # What is signed anew over the cut does not hide it either.
    demo.manage("shutoff", "US", "-c", "other", "--as", "admin")
    signed_anew = {"seq": last + 1, "problem": "it is not the entry that was signed"}
    assert first_bad("--checkpoint", str(copy), "--key", key) == signed_anew


def test_a_copy_kept_elsewhere_may_be_older_than_the_ledger(db, folder, monkeypatch):
    person("auditor")
    checkpoints.catch_up()
    copy = (folder / "checkpoints.jsonl").rename(folder / "copy.jsonl")
    person("finance")
    monkeypatch.setattr(verify, "_GRACE", 0)
    assert review(checkpoint_file=copy).problem == ""
    assert review().finding.seq == 1
    with pytest.raises(ConflictError, match="cannot be read"):
        review(checkpoint_file=folder / "absent")


def test_an_upgrade_that_another_process_saw_first_does_not_seem_undone(db, folder, monkeypatch):
    for text in ("first", "second"):
        note(text)
        checkpoints.catch_up()
        monkeypatch.setattr(guards, "recent_fingerprint", lambda: "of a moment ago")
    assert {item["guards"] for item in kept(folder)} == {guards.fingerprint()}


def test_a_file_that_is_gone_is_not_begun_again_in_silence(db, folder, monkeypatch):
    note()
    checkpoints.catch_up()
    (folder / "checkpoints.jsonl").unlink()
    monkeypatch.setattr(checkpoints, "_YOUNG", -1)
    with pytest.raises(ConflictError, match="is gone, though the ledger is not new"):
        checkpoints.catch_up()
    assert checkpoints.catch_up(begin=True) == 1


def test_another_key_does_not_go_on_where_one_left_off(db, folder, settings):
    note()
    checkpoints.catch_up()
    note()
    settings.CHECKPOINT_KEY = "another secret, long enough to be one"
    with pytest.raises(ConflictError, match="is another key than OTDR_CHECKPOINT_KEY gives"):
        checkpoints.catch_up()
    assert len(kept(folder)) == 1


def test_another_database_is_not_signed_over(db, folder):
    note()
    checkpoints.catch_up()
    file = folder / "checkpoints.jsonl"
    file.write_text(json.dumps(kept(folder)[0] | {"hash": "f" * 64}) + "\n")
    note()
    with pytest.raises(ConflictError, match="Entry 1 is not the one that was signed"):
        checkpoints.catch_up()


def test_a_short_secret_is_refused(settings):
    settings.CHECKPOINT_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="at least 32 characters"):
        keys.signer()


def test_guards_are_those_the_migrations_make(db):
    """After a migration that changes them: python -m tests.governance.write_guards"""
    assert guards.problem() == ""


@pytest.mark.faults
def test_a_process_killed_between_commit_and_checkpoint_is_made_up_for(own_database: OwnDatabase):
    killed = (
        "import django, os, signal; django.setup()\n"
        "from governance.access.services import system\n"
        "from governance.ledger import checkpoints, services\n"
        "checkpoints._append = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "services.record(action=services.Action.ROLE_GRANTED, subject='x', payload={}, actor=system())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", killed], cwd=PROJECT, env=own_database.environment, check=False, timeout=60
    )
    assert done.returncode == -9
    assert not (own_database.checkpoints / "checkpoints.jsonl").exists()
    assert json.loads(own_database.manage("ledger", "checkpoint", "--json").stdout)["added"] == 1
    assert own_database.manage("verify_ledger").returncode == 0


@pytest.mark.faults
def test_processes_at_once_neither_interleave_nor_leave_gaps(own_database: OwnDatabase):
    writer = (
        "import django; django.setup()\n"
        "from governance.access.services import system\n"
        "from governance.ledger import services\n"
        "for n in range(25):\n"
        "    services.record(action=services.Action.ROLE_GRANTED, subject=str(n), payload={}, actor=system())\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", writer], cwd=PROJECT, env=own_database.environment, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in running:
        said = process.communicate(timeout=120)[1]
        assert (process.returncode, said) == (0, b"")
    lines = (own_database.checkpoints / "checkpoints.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 101))
    answer = json.loads(own_database.manage("verify_ledger", "--every", "--json").stdout)
    assert (answer["entries"], answer["checkpoints"]) == (100, 100)
