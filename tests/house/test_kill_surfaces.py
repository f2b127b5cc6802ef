"""K1: a request that begins after the kill finds the number at no address of the URL configuration.

Every address a reader can ask is asked, before and after. Those that had the number must be the ones named
here: an address that newly carries a number has to be added, and is then held to the same rule.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from governance.killswitch.services import shutoff_activate
from tests import builders
from tests.builders import person
from tests.house.routes import TABLE

# AA: 11 of 12 on time. The rate as pages and API write it, and the counts as the API does.
FIGURES = re.compile(r'91\.7|0\.91[67]|"on_time": ?11\b|"due": ?12\b')
# The page of a market that is not shown, and the decision's, carry the headline beside their own matter.
CARRY = {
    "/", "/about/", "/why/", "/markets/AA/", "/markets/BB/", "/decisions/", "/kill-switch/",
    "/markets/AA/explore/", "/markets/BB/explore/", "/markets/AA/lineage/", "/markets/BB/lineage/",
    "/export/hub.csv", "/export/markets/AA.csv", "/export/markets/BB.csv",
    "/export/markets/BB.csv-metadata.json", "/export/markets/BB.pdf", "/export/markets/BB.xlsx",
    "/publications/1/", "/publications/P-1/",
    "/api/v1/hub", "/api/v1/markets/AA", "/api/v1/publications/P-1",
}  # fmt: skip
# These lead back to the hub while there is no number, and those tell of another matter.
LEAD_BACK = {"/about/", "/why/"}
ELSEWHERE = {path for path in CARRY if "/BB" in path} | {"/decisions/"}
READERS = ("executive", "bizops")
SAID = re.compile("[Ss]witched off|Off since|Off with everything")


def _asked(client: Client) -> dict[str, tuple[int, str]]:
    """Address -> status, head and body, of everything that can be asked with GET."""
    found = {}
    for path in sorted({row.path for row in TABLE if row.method == "GET"} - {"/accounts/logout/"}):
        answer = client.get(path)
        body = answer.getvalue().decode(errors="replace")
        found[path] = (answer.status_code, f"{dict(answer.items())} {body}")
    return found


@pytest.fixture
def shown(db: None, lake: Path) -> None:
    builders.published(lake)


@pytest.mark.parametrize("scope", ["AA", "global"])
def test_k1_after_the_kill_no_address_has_the_number(
    shown: None, scope: str, caplog: pytest.LogCaptureFixture
) -> None:
    clients = {}
    for role in READERS:
        clients[role] = Client(raise_request_exception=False)
        clients[role].force_login(person(role))
    before = {role: _asked(client) for role, client in clients.items()}
    for role in READERS:
        assert {path for path, (_, text) in before[role].items() if FIGURES.search(text)} == CARRY
    caplog.clear()
    shutoff_activate(market=scope, category="data_quality", actor=person("finance"))
    for client in clients.values():
        after = _asked(client)
        assert {path for path, (_, text) in after.items() if FIGURES.search(text)} == set()
        # Beside another matter nothing stands where there is no number; everywhere else it is said why.
        assert {after[path][0] for path in LEAD_BACK} == {302}
        for path in CARRY - ELSEWHERE - LEAD_BACK:
            status, text = after[path]
            # A file of nothing is refused: there is no number to put into it.
            assert status == (404 if "/markets/" in path else 409 if "/export/" in path else 200), path
            assert SAID.search(text) or "switched_off" in text, path
    assert not FIGURES.search(caplog.text)
