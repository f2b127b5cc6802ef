"""Disks that are full, processes that are killed, deliveries that meet: nothing is ever half-stored."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from otdr_hub.lib.outcome import InvalidInputError
from tests.conftest import PROJECT, OwnDatabase
from tests.metrics.inputs import EVENTS, GOOD, csv_text

pytestmark = pytest.mark.faults

HEADER, ROW = ",".join(EVENTS), ",".join(GOOD)


@pytest.fixture
def database(own_database: OwnDatabase):
    markets = csv_text(
        own_database.folder / "markets.csv", "code,name,zone,priority", "BR,Brazil,America/Sao_Paulo,1"
    )
    own_database.manage("markets", "load", str(markets))
    return own_database


def big(folder, rows=200_000):
    """Events that make a Parquet file of some megabytes."""
    lines = (f"{n:x}-{n * 7919 % 1_000_003:x},s{n * 31 % 999_983},{','.join(GOOD[2:])}" for n in range(rows))
    return csv_text(folder / "big.csv", HEADER, *lines)


def states(database):
    with database.connect() as connection:
        batches = connection.execute("SELECT state FROM metrics_batch ORDER BY id").fetchall()
        entries = connection.execute(
            "SELECT action FROM governance_ledger WHERE action LIKE 'batch.%' ORDER BY seq"
        ).fetchall()
        files = connection.execute("SELECT path FROM metrics_lakefile").fetchall()
    return [row[0] for row in batches], [row[0] for row in entries], [row[0] for row in files]


def parquet_files(database):
    return sorted(
        str(path.relative_to(database.folder / "lake"))
        for path in (database.folder / "lake").rglob("*.parquet")
    )


def test_a_full_disk_stores_nothing_and_says_so(database):
    path = big(database.folder)
    limit = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000));"
    done = subprocess.run(
        [sys.executable, "-c", f"{limit} sys.argv[0] = 'manage.py'; runpy.run_path('manage.py', run_name='__main__')",
         "ingest", "events", str(path)],
        cwd=PROJECT, env=database.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(
        "Refused: The disk takes no more; nothing was stored. Make room and send it again."
    )
    assert states(database) == (["refused"], ["batch.refused"], [])
    assert parquet_files(database) == []
    assert json.loads(database.manage("ingest", "events", str(path), "--json").stdout)["batches"][0]["new"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_small_disk_stores_nothing_and_says_so(database):
    path, lake = big(database.folder), database.folder / "lake"
    lake.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", lake], check=False, capture_output=True
    ).returncode:
        pytest.skip("this machine mounts nothing, not even for root")
    try:
        done = database.manage("ingest", "events", str(path), check=False)
        assert parquet_files(database) == []
    finally:
        subprocess.run(["umount", lake], check=True)
    assert done.returncode == 1
    assert "The disk takes no more; nothing was stored." in done.stderr
    assert states(database) == (["refused"], ["batch.refused"], [])


KILLED = """
import os, signal, sys
import django
django.setup()
from metrics.events import services
services._accept = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
from django.core.management import call_command
call_command("ingest", "events", sys.argv[1])
"""


def test_killed_between_lake_and_commit(database):
    path = big(database.folder, 1_000)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, path], cwd=PROJECT, env=database.environment, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert states(database) == ([], [], [])
    (orphan,) = parquet_files(database)
    answer = json.loads(database.manage("ingest", "events", str(path), "--json").stdout)["batches"][0]
    assert (answer["new"], answer["accepted"]) == (True, 1_000)
    batches, entries, pinned = states(database)
    assert (batches, entries, len(pinned)) == (["accepted"], ["batch.accepted"], 1)
    assert orphan not in pinned
    assert set(parquet_files(database)) == {orphan, *pinned}


def test_two_deliveries_of_the_same_file_at_once(database):
    path = big(database.folder, 50_000)
    running = [
        subprocess.Popen(
            [sys.executable, "manage.py", "ingest", "events", str(path), "--json"],
            cwd=PROJECT, env=database.environment, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    answers = [json.loads(process.communicate(timeout=120)[0])["batches"][0] for process in running]
    assert sorted(answer["new"] for answer in answers) == [False, True]
    assert answers[0]["id"] == answers[1]["id"]
    batches, entries, pinned = states(database)
    assert (batches, entries) == (["accepted"], ["batch.accepted"])
    assert parquet_files(database) == pinned, "the second waited, and wrote nothing"


CHANGED = "f.csv: the file changed while it was read; nothing was taken. Send it again when it is written to its end."


def test_a_file_that_grows_while_it_is_read(db, settings, tmp_path, monkeypatch):
    from governance.access.services import system
    from metrics.events import services
    from metrics.models import LakeFile
    from tests.builders import two_markets

    settings.LAKE_ROOT = tmp_path / "lake"
    two_markets()
    path, read = csv_text(tmp_path / "f.csv", HEADER, ROW.replace("BR", "AA")), services.read

    def slow(*given, **named):
        found = read(*given, **named)
        path.write_bytes(path.read_bytes() + b"e2")
        return found

    monkeypatch.setattr(services, "read", slow)
    with pytest.raises(InvalidInputError) as caught:
        services.batch_ingest(path=path, kind="events", actor=system())
    assert str(caught.value) == CHANGED
    assert LakeFile.objects.count() == 0
