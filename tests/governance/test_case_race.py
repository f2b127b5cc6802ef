"""Two open a case at once, and one opens it while another signs, decides or publishes: who is first counts."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT


@pytest.fixture
def raced(own_database):
    done = subprocess.run(
        [sys.executable, "-m", "tests.governance.case_race"],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.faults
def test_a_case_and_what_it_stops_have_one_order(own_database, raced):
    refused = {"first": "done", "second": "conflict", "waited": True}
    both = {"first": "done", "second": "done", "waited": True}
    assert raced["races"] == {
        "opened, opened": refused,
        "opened, signed": refused,
        "signed, opened": both,
        "opened, published": refused,
        "published, opened": both,
        "opened, decided": refused,
        "decided, opened": both,
    }
    assert raced["problem"] == ""
    assert "The ledger holds" in own_database.manage("verify_ledger").stdout
