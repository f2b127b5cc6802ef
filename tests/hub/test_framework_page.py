"""The page of the decision framework: who proposes on it, and who signs what was proposed."""

from __future__ import annotations

import pytest

from governance.models import SignoffRequest
from tests import builders, frameworks
from tests.decide_client import client, words

pytestmark = pytest.mark.django_db


def test_the_framework_is_proposed_on_its_page_and_signed_in_the_inbox():
    builders.required("framework", "finance", "legal", "logistics")
    chair = client("dpm")
    empty = words(client("executive").get("/decisions/framework/"))
    assert "None is in effect" in empty
    assert "To propose (framework) takes the role dpm" in empty
    wrong = chair.post("/decisions/framework/", {"document": "name: x", "reason": "As agreed."})
    assert wrong.status_code == 422
    assert "a mapping of 'name' and 'criteria'" in words(wrong)
    assert "name: x</textarea>" in wrong.content.decode()
    answer = chair.post("/decisions/framework/", {"document": frameworks.TEXT, "reason": "As agreed."})
    assert answer.status_code == 302
    said = words(client("finance").get(answer["Location"]))
    assert "At most 25 % of the shipments due" in said
    assert "I reviewed each limit" in said
    builders.sign(SignoffRequest.objects.get(act="framework"), "finance", "legal", "logistics")
    said = words(client("executive").get("/decisions/framework/"))
    assert "In effect: framework-1" in said
    assert "signed by finance, legal and logistics" in said
