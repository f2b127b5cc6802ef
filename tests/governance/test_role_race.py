"""A role is taken away while somebody signs in it: whichever is first is first in the record as well."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.governance.role_race import GIVEN, KINDS


@pytest.fixture
def raced(own_database):
    done = subprocess.run(
        [sys.executable, "-m", "tests.governance.role_race"],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.faults
def test_s3_a_role_taken_away_and_a_signature_in_it_have_one_order(own_database, raced):
    signed = {"first": "done", "second": "done", "waited": True}
    refused = {"first": "done", "second": "not-allowed", "waited": True}
    assert raced["cases"] == {
        **{f"signed, {kind}": signed for kind in (*KINDS, GIVEN)},
        **{f"{kind}, signed": refused for kind in KINDS},
        f"{GIVEN}, signed": signed,
    }
    assert raced["problem"] == ""
    assert "The ledger holds" in own_database.manage("verify_ledger").stdout
