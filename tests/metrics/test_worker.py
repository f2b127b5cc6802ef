"""Recompute by the real worker over the real broker, cut off in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.conftest import PROJECT, OwnDatabase

AS_OF = "2026-11-20T11:00:00Z"


@contextmanager
def celery(database: OwnDatabase, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery process in a group of its own, killed at the end whatever happened."""
    log = (database.folder / "celery.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "otdr_hub", *arguments],
        cwd=PROJECT, env=database.environment, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)
        log.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the whole group: worker, pool and all."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for a condition of the outside world; the deadline makes the test fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def state_of(database: OwnDatabase, run: str) -> tuple[str, int]:
    with database.connect() as connection:
        return connection.execute(
            "SELECT state, attempts FROM metrics_run WHERE digest = %s", [run]
        ).fetchone()


def worker(database: OwnDatabase):
    return celery(database, "worker", "-c", "1", "-l", "info", "-n", f"w-{database.name}@test")


def beat(database: OwnDatabase):
    return celery(
        database, "beat", "-l", "info", "-s", str(database.folder / f"beat-{database.name}"), "--pidfile="
    )


def test_a_queued_run_is_done_by_the_worker(demo):
    with worker(demo):
        run = json.loads(demo.manage("recompute", "--as-of", AS_OF, "--queue", "--json").stdout)["run"]
        until(lambda: state_of(demo, run)[0] == "done", 120, "the run is done")
    assert state_of(demo, run) == ("done", 1)


def test_a_killed_worker_loses_nothing_and_does_nothing_twice(demo):
    with worker(demo) as first:
        run = json.loads(demo.manage("recompute", "--as-of", AS_OF, "--queue", "--json").stdout)["run"]
        until(lambda: state_of(demo, run) == ("running", 1), 120, "the run is in the middle")
        kill(first)
    assert state_of(demo, run) == ("running", 1)
    with worker(demo), beat(demo):
        until(lambda: state_of(demo, run)[0] == "done", 120, "the run is taken up again and done")
        # More messages for the same run come from the broker and from beat: they must change nothing.
        until(lambda: not _messages(demo), 120, "the queue is empty")
    assert state_of(demo, run) == ("done", 2)
    with demo.connect() as connection:
        entries = connection.execute(
            "SELECT count(*) FROM governance_ledger WHERE action LIKE 'run.%%' AND subject = %s", [run[:8]]
        ).fetchone()
        interrupted = dict(
            connection.execute(
                "SELECT market, vintage FROM metrics_runvintage WHERE run_id = %s", [run]
            ).fetchall()
        )
    assert entries == (2,), "one entry for the question, one for the answer"
    assert len(interrupted) == 12
    assert interrupted == _in_one_go(demo)
    assert demo.manage("verify_ledger").returncode == 0


def _messages(database: OwnDatabase) -> int:
    """Messages that are waiting now (those invisible until their timeout belong to the killed worker)."""
    with database.connect("otdr_broker") as connection:
        return connection.execute("SELECT count(*) FROM pgmq.q_celery WHERE vt <= now()").fetchone()[0]


def _in_one_go(database: OwnDatabase) -> dict[str, str]:
    """The same data and moment under another run: one microsecond later, nothing new arrived."""
    answer = database.manage("recompute", "--as-of", "2026-11-20T11:00:00.000001Z", "--json").stdout
    return json.loads(answer)["vintages"]
