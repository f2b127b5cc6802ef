"""What is typed into the triage room's forms and sent to its API, where it cannot be so."""

from __future__ import annotations

import pytest

from governance.cases.models import Case
from tests import builders
from tests.hub.triaged import API, LIST, asked, case, client_of, lake, text_of

__all__ = ["asked", "case", "lake"]  # fixtures
pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize("week", ["9999-W52", "9999-W53", "0001-W01", "2099-W10"])
def test_one_typed_week_breaks_no_page_for_anybody(asked, week):
    builders.two_markets()
    builders.version_effective()
    client = client_of("dpm")
    typed = client.post(LIST, {"market": "AA", "week": week, "title": "Too good"})
    assert typed.status_code == 422
    assert "ISO week" in text_of(typed) or "current week" in text_of(typed)
    sent = {"scope": {"market": "AA"}, "first_week": week, "title": "Too good"}
    answer = client.post(API, sent, content_type="application/json", headers={"Idempotency-Key": week})
    assert answer.status_code == 422, answer.content
    assert not Case.objects.exists()
    for path in (LIST, API, "/inbox/"):
        assert client.get(path).status_code == 200, path
