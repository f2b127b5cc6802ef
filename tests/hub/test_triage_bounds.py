"""What is typed into the triage room's forms and sent to its API, where it cannot be so."""

from __future__ import annotations

import pytest

from governance.cases import selectors
from governance.cases.models import Case
from governance.cases.services import case_evidence_freeze
from governance.cases.verdicts.services import case_resolve
from metrics.assessments.made import Assessed
from metrics.assessments.services import assessment_make, assessment_open
from tests import builders, cases
from tests.builders import WEEK, person
from tests.hub.asking import client_of, text_of
from tests.hub.test_carriers import computed, fed
from tests.hub.triaged import API, LIST, asked, case, lake

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


def _made() -> Assessed:
    """What the engine says of AA's week."""
    version = builders.MetricVersion.objects.first() or builders.version_effective()
    return assessment_make(market="AA", first_week=WEEK, version=version, actor=cases.system())


def test_a_case_of_a_carrier_keeps_the_detector_from_nothing(asked):
    builders.two_markets()
    carrier = cases.by_hand(breakout="carrier", value="X")
    found = assessment_open(assessed=_made(), actor=cases.system())
    assert (found.number, found.breakout) == (2, "-")
    assert not carrier.evidence.exists()
    assert selectors.refusal("AA").startswith("Case C-0002")


def test_a_resolved_case_of_a_carrier_keeps_it_from_nothing_either(asked):
    builders.two_markets()
    carrier = cases.by_hand(breakout="carrier", value="X")
    case_resolve(case=carrier, verdict="undetermined", reason="It cannot be told.", actor=person("dpm"))
    found = assessment_open(assessed=_made(), actor=cases.system())
    assert (found.number, found.breakout) == (2, "-")


def test_on_a_carriers_case_it_is_said_that_the_whole_market_was_assessed(asked):
    builders.two_markets()
    carrier = cases.by_hand(breakout="carrier", value="X")
    client = client_of("dpm")
    assert client.get(f"{API}/1").json()["assessment_scope"] is None
    made = _made()
    case_evidence_freeze(case=carrier, frozen=made.frozen, actor=person("dpm"))
    said = "What was found is about the whole of Aland, not about one carrier of it"
    assert said in text_of(client.get("/triage/1/"))
    whole = {"market": "AA", "breakout": "-", "value": "-"}
    assert client.get(f"{API}/1").json()["assessment_scope"] == whole
    assessment_open(assessed=made, actor=cases.system())
    assert "about the whole of" not in text_of(client.get("/triage/2/"))


def test_a_carrier_nothing_was_counted_of_is_no_scope(asked, lake):
    fed(lake, {"post": (12, 11)})
    computed()
    client = client_of("dpm")
    typed = {"market": "AA", "week": "2025-W45", "title": "Too good"}
    refused = client.post(LIST, typed | {"carrier": "pots"})
    assert refused.status_code == 422
    assert "No delivery of &#x27;pots&#x27; is in the data of AA" in text_of(refused)
    scope = {"market": "AA", "breakout": "carrier", "value": "pots"}
    sent = {"scope": scope, "first_week": "2025-W45", "title": "Too good"}
    assert client.post(API, sent, content_type="application/json").status_code == 422
    assert not Case.objects.exists()
    assert client.post(LIST, typed | {"carrier": "post"}).status_code == 302
    assert client.post(LIST, typed | {"carrier": "*", "market": "BB"}).status_code == 302
