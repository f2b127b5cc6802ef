"""Cases of the kill switch that belong to no single page: K4 and K12. Which test shows which: `test_k_index`."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from tests.conftest import PROJECT, OwnDatabase

OFF = """
INSERT INTO governance_shutoff (market, breakout, value, category, reason, by_id, at)
SELECT %s, '-', '-', 'other', 'x', id, now() FROM governance_user WHERE username = 'admin'
"""
COUNTS = ("due", "on_time", "late", "pending", "unknown")


@pytest.mark.faults
def test_k4_a_run_that_began_before_the_kill_brings_no_number_back(own_database: OwnDatabase):
    done = subprocess.run(
        [sys.executable, "-m", "tests.stale.overtaken"],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.stdout, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["before"]["markets"] == {"AA": found["before"]["rollup"]}
    assert (found["held"], found["state"], found["is_another_vintage"]) == (True, "done", True)
    assert found["stored"] > 0, "what was counted is kept as a fact"
    for step in ("killed", "after", "published"):
        assert (found[step]["markets"], found[step]["rollup"], found[step]["off"]) == ({}, [], ["AA"]), step
    assert found["published"]["number"] == 2


def test_k12_the_sums_leave_a_market_out_in_the_commit_that_switches_it_off(demo: OwnDatabase):
    """Market after market goes off. In each answer every week's sum is that of the rows in the same answer;
    no sum of before is left, and all of it moved with one epoch."""
    chance, earlier = random.Random(12), set()  # noqa: S311 (nothing secret)
    with demo.connect("otdr_hub") as hub, demo.connect("otdr_app") as app:

        def page():
            return hub.execute("SELECT to_jsonb(page) FROM hub.page").fetchone()[0]

        found = page()
        markets = [market["code"] for market in found["markets"] if market["reason"] is None]
        chance.shuffle(markets)
        for code in markets:
            earlier |= {tuple(week[count] for count in COUNTS) for week in found["rollup"]}
            (before,) = app.execute("SELECT value FROM governance_epoch").fetchone()
            app.execute(OFF, [code])
            found = page()
            assert found["epoch"] == before + 1
            assert code not in {week["market"] for week in found["weeks"]}
            for total in found["rollup"]:
                rows = [week for week in found["weeks"] if week["week"] == total["week"]]
                assert [total[count] for count in COUNTS] == [
                    sum(row[count] for row in rows) for count in COUNTS
                ]
                assert tuple(total[count] for count in COUNTS) not in earlier
            last = found["rollup"][-1]["due"] if found["rollup"] else 0
            assert found["coverage"]["due_shown"] == last
        assert (found["weeks"], found["rollup"]) == ([], [])
