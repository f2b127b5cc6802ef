"""Two in the chair at once: one decides, the other is told; also where the service is passed by."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import psycopg
import pytest

from otdr_hub.lib import digest
from tests.conftest import PROJECT

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
ROW = """
INSERT INTO governance_launchdecision (launch_id, kind, reason, content, digest, decided_by_id, decided_at)
SELECT l.id, 'block', 'x', %(content)s, %(digest)s, u.id, now()
FROM governance_launch l, governance_user u WHERE u.username = 'dpm'
"""


@pytest.fixture
def raced(own_database):
    count = 500 if FULL else 20
    done = subprocess.run(
        [sys.executable, "-m", "tests.governance.launch_race", "--count", str(count)],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1]) | {"count": count}


@pytest.mark.faults
def test_of_two_chairs_one_decides_each_time(raced):
    assert raced["wrong"] == []
    assert (raced["decisions"], raced["one_line"]) == (raced["count"], True)


@pytest.mark.faults
def test_two_first_decisions_by_sql_leave_one(own_database):
    """Under the application's own role, on two connections, without any service."""
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import django; django.setup(); from tests.launches import seated; seated()",
        ],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = []

    def second() -> None:
        content = '{"b":1}'
        with own_database.connect() as connection:
            try:
                connection.execute(ROW, {"content": content, "digest": digest.of_bytes(content.encode())})
                told.append("decided")
            except psycopg.errors.UniqueViolation:
                told.append("refused")

    with own_database.connect(autocommit=False) as first:
        content = '{"a":1}'
        first.execute(ROW, {"content": content, "digest": digest.of_bytes(content.encode())})
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert told == []  # it waits for the first to end
        first.commit()
        thread.join(60)
    assert told == ["refused"]
