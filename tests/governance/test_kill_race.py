"""K10 and K11: two at the switch, or one at the switch and one at the gate, on real connections."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import psycopg
import pytest

from tests.conftest import PROJECT

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
SECONDS = 3600 if FULL else 300
ROW = """
INSERT INTO governance_shutoff (market, breakout, value, category, reason, by_id, at)
SELECT 'AA', '-', '-', 'other', '', id, now() FROM governance_user WHERE username = 'system'
"""


@pytest.mark.faults
@pytest.mark.timeout(SECONDS)
def test_k10_off_wins_over_on_and_readings_follow_the_order_of_epochs(own_database):
    count = 500 if FULL else 12
    done = subprocess.run(
        [sys.executable, "-m", "tests.governance.kill_race", "--count", str(count)],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False,
        timeout=SECONDS - 60,
    )  # fmt: skip
    assert done.stdout, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["problems"], found["stale"], found["rounds"]) == ([], 0, count)
    assert min(found["first"].values()) > 0, "each of the two was first at some time"
    # A round shows the market, hides it, shows it and hides it again, and each was seen.
    assert found["seen"]["shown"] >= count
    assert found["seen"]["hidden"] >= count
    assert "The ledger holds" in own_database.manage("verify_ledger").stdout


@pytest.mark.faults
def test_two_shutoffs_by_sql_at_once_leave_one_in_effect(own_database):
    """Under the application's own role, on two connections, without any service."""
    with own_database.connect() as connection:
        connection.execute(
            "INSERT INTO governance_market (code, name, zone, priority) VALUES ('AA', 'Aland', 'UTC', 1)"
        )
    told = []

    def second() -> None:
        with own_database.connect() as connection:
            try:
                connection.execute(ROW)
                told.append("off")
            except psycopg.errors.UniqueViolation:
                told.append("refused")

    with own_database.connect(autocommit=False) as first:
        first.execute(ROW)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert told == []  # it waits for the first to end
        first.commit()
        thread.join(60)
    assert told == ["refused"]
