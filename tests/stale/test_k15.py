"""K15: a migration is half done. Until the hub's views are there and granted, no number is shown; the kill works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import OwnDatabase
from tests.stale.client import Client
from tests.stale.served import kill, served, shown, signed_in

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
PAGES = (
    "/",
    "/markets/US/",
    "/about/",
    "/export/hub.csv",
    "/publications/1/",
    "/api/v1/hub",
    "/api/v1/markets/US",
)
SELECT, EXECUTE = (
    "SELECT ON hub.page, hub.state, hub.breakout",
    "EXECUTE ON FUNCTION hub.publication(integer)",
)
HALVES = {
    "not granted yet": (
        f"REVOKE {SELECT} FROM otdr_hub; REVOKE {EXECUTE} FROM otdr_hub",
        f"GRANT {SELECT} TO otdr_hub; GRANT {EXECUTE} TO otdr_hub",
    ),
    "not made yet": (
        "ALTER SCHEMA hub RENAME TO hub_before",
        "ALTER SCHEMA hub_before RENAME TO hub",
    ),
}


def _hidden(reader: Client) -> None:
    for path in PAGES:
        reply = reader.get(path)
        assert (path, reply.status) == (path, 503)
        # The hub's numbers are shares with a decimal, and counts with a comma.
        assert not re.search(r"\d\d\.\d|\d,\d\d\d", reply.text), path
        assert "being updated" in reply.text


@pytest.mark.parametrize("half", HALVES)
def test_k15_while_a_migration_is_half_done_nothing_is_shown(
    demo: OwnDatabase, tmp_path: Path, half: str
) -> None:
    begin, end = HALVES[half]
    with demo.connect("postgres") as owner, served(demo, tmp_path) as web:
        admin, reader = signed_in(web, "admin"), signed_in(web, "exec")
        assert "US" in shown(reader)
        owner.execute(begin)  # type: ignore[call-overload]
        _hidden(reader)
        assert admin.get("/kill-switch/").status == 200
        assert kill(admin, market="US").status == 201
        _hidden(reader)
        owner.execute(end)  # type: ignore[call-overload]
        now = shown(reader)
        assert now
        assert "US" not in now
