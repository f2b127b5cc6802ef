"""An approval that was taken back, or spoken against since, lets no version take effect; given again, it does."""

from __future__ import annotations

import json
import re

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from governance.audit.review import review
from governance.ledger.offline import Replay
from governance.models import MetricVersion, SignoffRequest
from governance.signoffs.selectors import waiting_for
from governance.signoffs.services import signature_withdraw
from governance.versions.services import version_put_into_effect
from otdr_hub.lib.outcome import ConflictError
from tests import builders
from tests.builders import WEEK, person

pytestmark = [pytest.mark.django_db, pytest.mark.faults]


def take_back(version: MetricVersion) -> SignoffRequest:
    request = SignoffRequest.objects.get(lines__digest=version.digest)
    signature_withdraw(request=request, reason="I misread it.", actor=person("finance"))
    return request


def put(version: MetricVersion) -> MetricVersion:
    return version_put_into_effect(version=version, effective_from=WEEK, actor=person("dpm"))


def past_the_service(version: MetricVersion) -> None:
    with transaction.atomic():
        MetricVersion.objects.filter(pk=version.pk).update(state="effective", effective_from=WEEK)


def test_an_approval_taken_back_lets_nothing_take_effect():
    version = builders.version_approved()
    take_back(version)
    with pytest.raises(ConflictError, match="lacks the signature of finance"):
        put(version)
    with pytest.raises(DatabaseError, match="lacks signatures"):
        past_the_service(version)
    version.refresh_from_db()
    assert version.state == "approved"
    assert review().problem == ""


def test_a_rejection_since_the_approval_stands_against_it():
    version = builders.version_approved()
    request = SignoffRequest.objects.get(lines__digest=version.digest)
    builders.answer(request, "finance", person("finance-2", "finance"), "reject", "Not like this.")
    with pytest.raises(ConflictError, match="lacks the signature of finance"):
        put(version)
    with pytest.raises(DatabaseError, match="lacks signatures"):
        past_the_service(version)


def test_an_approval_given_again_lets_it_take_effect():
    version = builders.version_approved()
    request = take_back(version)
    assert [one.request for one in waiting_for(["finance"])] == [request]
    builders.sign(request, "finance")
    assert put(version).state == "effective"
    assert review().problem == ""


def test_what_is_in_effect_stays_so_and_can_be_approved_again():
    version = builders.version_effective()
    request = take_back(version)
    builders.sign(request, "finance")
    version.refresh_from_db()
    assert version.state == "effective"
    assert review().problem == ""


def test_an_export_in_which_it_took_effect_all_the_same_does_not_hold():
    replay = Replay()
    row = {"act": "version", "scope": "*", "role": "finance", "count": 1}
    given = {"role": "finance", "verdict": "approve", "withdrawn": None}
    replay.state |= {
        "requirements": {"version finance * #1": row}, "signatures": {"v": {"x": given}},
        "versions": {"v": {"state": "approved", "by": "d"}},
    }  # fmt: skip
    given["withdrawn"] = "2026-01-01T00:00:00Z"
    facts = {"facts": {"versions": {"v": {"state": "effective", "by": "d"}}}}
    replay.fold((1, "", None, "d", "version.x", "v", json.dumps(facts), "", ""))
    assert replay.finding is not None
    assert "from 'approved' to 'effective' and may not" in replay.finding.problem


def test_the_page_no_longer_offers_what_the_service_refuses():
    version = builders.version_approved()
    client = Client()
    client.force_login(person("dpm"))
    offered = '<input type="hidden" name="act" value="effect">'
    assert offered in client.get(f"/versions/{version.name}/").content.decode()
    request = take_back(version)
    page = client.get(f"/versions/{version.name}/").content.decode()
    assert offered not in page
    assert re.search(r'<button[^>]* disabled aria-describedby="says-effect">Put into effect</button>', page)
    said = (
        f'<p class="label" id="says-effect">{version.name} lacks the signature of finance since its approval.'
    )
    assert said in page
    builders.sign(request, "finance")
    assert offered in client.get(f"/versions/{version.name}/").content.decode()
