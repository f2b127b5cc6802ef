"""What cases say to a decision framework: open ones from the first minute, findings once they were shown wider."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from governance.cases.services import case_evidence_freeze, case_note_add
from governance.cases.verdicts.services import case_reopen, case_resolve
from governance.decisions import board
from governance.models import Publication
from metrics.assessments import storage
from metrics.gates.doubts import bias_of, doubt_of, doubts
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import digest
from tests import builders, cases, frameworks
from tests.builders import person
from tests.decide_client import client, words
from tests.governance.test_guard import LATER, corrected, recomputed
from tests.launches import ready

pytestmark = pytest.mark.django_db
BEFORE = builders.WEEK - dt.timedelta(weeks=1)
FOUND = {
    "rate": {"rate": "0.9960"},
    "range": {"low": "0.5860", "high": "0.9960"},
    "hypotheses": [
        {"kind": "data_defect", "probability": "0.8700"},
        {"kind": "real_change", "probability": "0.0400"},
        {"kind": "quiet", "probability": "0.0100"},
        {"kind": "unknown", "probability": "0.0800"},
    ],
    "verdict": {"outcome": "data_defect", "proposal": "exclude"},
}


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def test_doubt_is_what_the_deliveries_do_not_explain():
    assert doubt_of(FOUND) == Decimal("95.00")
    assert doubt_of({"hypotheses": []}) is None


def test_bias_is_the_far_end_of_the_range():
    assert bias_of(FOUND) == Decimal("41.00")
    assert bias_of(FOUND | {"range": None}) is None
    assert bias_of({"rate": {"rate": "0.90"}, "range": {"low": "0.89", "high": "0.95"}}) == Decimal("5.00")


def test_a_range_of_nothing_doubted_bounds_no_doubt():
    none = FOUND | {"range": {"low": "0.9960", "high": "0.9960", "suspect": 0}}
    assert bias_of(none) is None
    assert bias_of(none | {"verdict": {"outcome": "real_change"}}) == Decimal(0)
    assert bias_of(none | {"verdict": {"outcome": "real_change"}}, "data_defect") is None
    assert bias_of(none, "real_change") == Decimal(0)
    assert bias_of(FOUND | {"range": FOUND["range"] | {"suspect": 7}}) == Decimal("41.00")


def with_evidence(case=None, **more):
    case = case or cases.opened()
    frozen = cases.filed(**(FOUND | more))
    case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer"))
    return case, frozen


def widely_shown(case):
    for kind in ("word_sent", "shown_wider"):
        case_note_add(case=case, kind=kind, text="Look at this field.", actor=person("dpm"))
    return case


def test_an_open_case_counts_at_once_and_its_findings_once_they_are_for_all(lake):
    launch = ready(lake)
    case, _ = with_evidence()
    quiet = doubts(launch, ["AA", "BB"])
    assert set(quiet) == {"AA"}
    assert quiet["AA"]["cases"] == 1
    assert "doubt" not in quiet["AA"]
    widely_shown(case)
    told = doubts(launch, ["AA", "BB"])["AA"]
    assert (told["cases"], told["doubt"], told["bias"]) == (1, Decimal("95.00"), Decimal("41.00"))
    assert told["verdict"] == "data defect"


def test_the_proposal_leaves_a_doubted_market_out(lake):
    launch = ready(lake)
    frameworks.in_effect(coverage="10", excluded="100")
    assert dict(board.proposed(launch).outcome.markets)["AA"] == "as_is"
    widely_shown(with_evidence()[0])
    found = board.proposed(launch)
    assert dict(found.outcome.markets)["AA"] == "out"
    assert found.kind == "block"
    said = words(client("dpm").get("/decisions/"))
    assert "data defect, 95 %" in said
    assert 'href="/triage/1/"' in client("dpm").get("/decisions/").content.decode()
    assert "95 %" not in words(client("executive").get("/decisions/"))


def ended(verdict, monday=builders.WEEK, run="", case=None):
    """A case of AA's week that looked at a run's data and ended in a verdict."""
    case = case or cases.opened(first_week=monday, last_week=monday)
    frozen = replace(cases.filed(**FOUND, of=case.verdicts.count()), run=run)
    if not case.evidence.filter(assessment=frozen.assessment).exists():
        case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer"))
    case_resolve(
        case=case, verdict=verdict, reason="Looked at.", assessment=frozen.assessment, actor=person("dpm")
    )
    return case


def doubt(launch):
    return doubts(launch, ["AA"]).get("AA", {}).get("doubt")


def test_a_verdict_of_a_person_stands_before_the_engine(lake):
    launch = ready(lake)
    case = ended("data_defect")
    assert doubt(launch) == Decimal(100)
    case_reopen(case=case, reason="It was a hub.", actor=person("dpm"))
    ended("real_change", case=case)
    assert doubt(launch) is None


def test_of_two_verdicts_about_a_week_the_worse_counts_while_both_stand(lake):
    launch = ready(lake)
    first = ended("data_defect")
    ended("real_change")
    assert doubts(launch, ["AA"])["AA"]["links"]["doubt"] == "/triage/1/"
    assert doubt(launch) == Decimal(100)
    case_reopen(case=first, reason="It was a hub.", actor=person("dpm"))
    ended("real_change", case=first)
    assert doubt(launch) is None


def test_only_verdicts_about_the_week_asked_about_count(lake):
    launch = ready(lake)
    ended("data_defect", BEFORE)
    assert doubt(launch) is None
    ended("data_defect")
    ended("real_change", BEFORE - dt.timedelta(weeks=1))
    assert doubt(launch) == Decimal(100)


def test_an_open_case_hides_no_verdict_that_stands(lake):
    launch = ready(lake)
    ended("data_defect")
    cases.opened(first_week=BEFORE, last_week=BEFORE)
    told = doubts(launch, ["AA"])["AA"]
    assert (told["cases"], told["doubt"]) == (1, Decimal(100))
    assert (told["links"]["cases"], told["links"]["doubt"]) == ("/triage/2/", "/triage/1/")


def test_a_later_run_over_the_same_shipments_takes_no_doubt_away(lake):
    launch = ready(lake)
    publication = Publication.objects.get()
    ended("data_defect", run=vintage_of(publication).run_id)
    later = recomputed(publication)
    assert later.as_of > builders.AS_OF
    assert doubt(launch) == Decimal(100)


def looked_at(run, **more):
    """The engine's answer about AA's week in the data of a run."""
    text = digest.canonical(FOUND | more)
    named = digest.of_bytes(text.encode())
    row = [named, "AA", builders.WEEK, builders.WEEK, run.as_of, run.version.digest, text]
    storage.assessment_save(row)


HEALED = {
    "verdict": {"outcome": "real_change", "proposal": "certify"},
    "hypotheses": [
        {"kind": "data_defect", "probability": "0.0300"},
        {"kind": "real_change", "probability": "0.9700"},
    ],
}


def test_a_verdict_outlives_a_late_event_until_the_engine_finds_nothing_wrong_any_more(lake):
    """Late events change every young week: that alone must not clear a number."""
    launch = ready(lake)
    publication = Publication.objects.get()
    ended("data_defect", run=vintage_of(publication).run_id)
    corrected(lake)
    later = recomputed(publication)
    assert doubt(launch) == Decimal(100), "nobody looked at the new data yet"
    looked_at(later)
    assert doubt(launch) == Decimal(100), "the engine sees the defect still"
    held = recomputed(publication, LATER + dt.timedelta(hours=1))
    looked_at(held, **HEALED | {"verdict": {"outcome": "real_change", "proposal": "hold"}})
    assert doubt(launch) == Decimal(100), "a check fires still"
    healed = recomputed(publication, LATER + dt.timedelta(days=1))
    looked_at(healed, **HEALED)
    assert doubt(launch) == Decimal("3.00")


@pytest.mark.parametrize(
    ("verdict", "more", "left"), [("undetermined", HEALED, Decimal("3.00")), ("real_change", {}, None)]
)
def test_what_was_left_open_is_as_the_engine_says_and_a_real_change_stays_one(lake, verdict, more, left):
    launch = ready(lake)
    publication = Publication.objects.get()
    ended(verdict, run=vintage_of(publication).run_id)
    corrected(lake)
    looked_at(recomputed(publication), **more)
    assert doubt(launch) == left


def vintage_of(publication):
    return newest_vintages(publication.version, ["AA"])["AA"]


def test_a_case_shows_what_it_would_do_to_whom_may_see_figures(lake):
    builders.published(lake)
    case = widely_shown(cases.opened())
    page = f"/triage/{case.number}/"
    assert "With Aland the roll-up of" in words(client("dpm").get(page))
    assert "With Aland the roll-up of" not in words(client("bizops").get(page))
