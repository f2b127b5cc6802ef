"""Other data after a verdict: when the product opens a case of its own beside one that people resolved."""

from __future__ import annotations

import pytest

from governance.cases.models import Case
from governance.cases.verdicts.services import case_resolve
from governance.models import Publication
from metrics.assessments.made import Assessed
from metrics.assessments.services import assessment_make, assessment_open
from metrics.recompute.selectors import newest_vintages
from tests import builders, cases
from tests.builders import WEEK, person
from tests.governance.test_guard import LATER, corrected, recomputed
from tests.hub.triaged import asked, lake

__all__ = ["asked", "lake"]  # fixtures
pytestmark = pytest.mark.usefixtures("db", "asked")


def made(publication: Publication) -> Assessed:
    """What the engine says of AA's week in the newest run's data: a defect, whatever the data."""
    return assessment_make(
        market="AA", first_week=WEEK, version=publication.version, actor=cases.system()
    )  # fmt: skip


def resolved(publication: Publication, verdict: str) -> Case:
    """A case the product opened on the data that is there, with a verdict that rests on it."""
    case = assessment_open(assessed=made(publication), actor=cases.system())
    assert case is not None
    name = case.evidence.get().assessment
    case_resolve(case=case, verdict=verdict, reason="Looked at.", assessment=name, actor=person("dpm"))
    return case


@pytest.fixture
def publication(lake) -> Publication:
    builders.published(lake)
    return Publication.objects.get()


@pytest.mark.parametrize(
    ("verdict", "opens"),
    [("real_change", True), ("undetermined", True), ("data_defect", False), ("definition_change", False)],
)
def test_a_defect_found_in_other_data_than_people_saw_is_a_case(lake, publication, verdict, opens):
    first = resolved(publication, verdict)
    looked = first.evidence.get().run
    corrected(lake)
    run = recomputed(publication)
    assert newest_vintages(publication.version, ["AA"])["AA"].run_id == run.pk != looked
    found = assessment_open(assessed=made(publication), actor=cases.system())
    assert (found is not None) is opens, found
    assert Case.objects.count() == 1 + opens


def test_a_later_look_at_the_same_shipments_opens_nothing(lake, publication):
    resolved(publication, "real_change")
    recomputed(publication, LATER)
    assert assessment_open(assessed=made(publication), actor=cases.system()) is None
    assert Case.objects.count() == 1
