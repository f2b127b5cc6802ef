"""What executives saw at a past moment is for auditors alone, switched off since or not, and the page says what it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from governance.access.policy import ROLES, may
from governance.killswitch.services import shutoff_activate
from otdr_hub.lib import clock
from tests import builders
from tests.builders import person
from tests.decide_client import client, words

pytestmark = pytest.mark.django_db
SAYS = (
    "An audit page, answered from the record alone. It is not the hub: what is here may since have been"
    " switched off, restated or taken back."
)


@pytest.fixture
def address(settings: Any, tmp_path: Path) -> str:
    """A moment at which AA was shown; it has been switched off since."""
    settings.LAKE_ROOT = tmp_path / "lake"
    builders.published(tmp_path)
    at = clock.now()
    shutoff_activate(market="AA", category="data_quality", actor=person("admin"))
    return f"/ledger/past/?at={at:%Y-%m-%dT%H:%M:%S.%f}"


def test_an_auditor_reads_it_and_is_told_what_it_is(address: str) -> None:
    page = words(client("auditor").get(address))
    assert SAYS in page
    assert re.search(r"91\.7", page)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"auditor"}))
def test_every_other_role_is_refused(address: str, role: str) -> None:
    """Who may not read the record gets no page; who may gets one that says it has no number for them."""
    answer = client(role).get(address)
    page = words(answer)
    assert not re.search(r"91\.7|11 of 12|11 / 12", page)
    if may(person(role), "ledger_read"):
        assert answer.status_code == 200
        assert SAYS in page
        assert "The numbers are not on this page for you." in page
        assert "takes the role auditor" in page
    else:
        assert answer.status_code == 403


def test_nobody_reads_it_without_signing_in(address: str) -> None:
    assert Client().get(address)["Location"].startswith("/accounts/login/")


def test_it_is_for_auditors_in_the_rules() -> None:
    assert {role for role in ROLES if may(person(role), "history_read")} == {"auditor"}
