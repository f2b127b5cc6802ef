"""A certification takes Finance, Legal and Logistics, whatever rows of requirements are set."""

from __future__ import annotations

import pytest

from governance.audit.review import review
from governance.killswitch.services import ACT as LIFT
from governance.killswitch.services import lift_ask, shutoff_activate
from governance.ledger.offline import stands as replayed_stands
from governance.publication.services import publication_publish
from governance.requirements.services import requirement_propose
from governance.scope.services import ACT as SCOPE
from governance.signoffs.outstanding import outstanding
from governance.signoffs.selectors import in_force, missing_roles, required, stands, waiting_for
from governance.signoffs.services import request_open
from metrics.recompute.selectors import vintages_of
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from tests import builders
from tests.builders import DEPARTMENTS, SHOWN, WEEK, person

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
EVERYBODY = dict.fromkeys(DEPARTMENTS, 1)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def asked():
    """Finance alone is set; everybody is there to sign."""
    builders.required(SCOPE, "finance")
    for role in DEPARTMENTS:
        person(role)
    return request_open(act=SCOPE, summary="AA", lines=[("a" * 64, "AA, certified")], actor=person("dpm"))


def test_one_row_certifies_nothing_with_one_signature():
    request = asked()
    assert required(SCOPE, "a" * 64) == in_force(SCOPE, "*") == EVERYBODY
    builders.sign(request, "finance")
    assert missing_roles(SCOPE, "a" * 64) == ["legal", "logistics"]
    assert not stands(SCOPE, "a" * 64)
    builders.sign(request, "legal", "logistics")
    assert stands(SCOPE, "a" * 64)
    assert review().problem == ""


def test_departments_no_row_names_are_asked_and_shown_as_missing():
    builders.sign(asked(), "finance")
    (left,) = outstanding()
    assert left.missing == {"legal": 1, "logistics": 1}
    assert len(waiting_for(["logistics"])) == 1


def test_without_any_row_nothing_is_certified_or_can_be_signed():
    request = request_open(act=SCOPE, summary="AA", lines=[("a" * 64, "AA")], actor=person("dpm"))
    assert in_force(SCOPE, "*") == {}
    assert missing_roles(SCOPE, "a" * 64) == ["(no requirement is set)"]
    for role in DEPARTMENTS:
        with pytest.raises(NotAllowedError, match="No signature of"):
            builders.answer(request, role, person(role))
    assert not stands(SCOPE, "a" * 64)


def test_a_change_of_the_requirements_takes_all_three_as_well():
    asked(), person("finance-2", "finance")
    with pytest.raises(ConflictError, match="needs 1 of legal already"):
        requirement_propose(act=SCOPE, role="legal", count=1, reason="Say so.", actor=person("admin"))
    change = requirement_propose(
        act=SCOPE, role="finance", count=2, reason="Two of them.", actor=person("admin")
    )
    assert required("requirement", change.lines.get().digest) == EVERYBODY | {"finance": 2}
    builders.sign(change, *DEPARTMENTS)
    builders.answer(change, "finance", person("finance-2"))
    assert in_force(SCOPE, "*") == EVERYBODY | {"finance": 2}
    assert review().problem == ""


def test_a_lift_that_is_asked_as_a_certification_is_asked_of_all_three(lake):
    builders.required(SCOPE, "finance")
    run, decision = builders.decided(lake)
    lines = [(decision.digest, "AA, certified")]
    request = request_open(act=SCOPE, summary="AA", lines=lines, actor=person("dpm"))
    for role in DEPARTMENTS:
        builders.answer(request, role, person(role))
    publication_publish(
        version=run.version, vintages=vintages_of(run), through=WEEK, as_of=run.as_of, actor=person("dpm")
    )
    off = shutoff_activate(market=SHOWN, category="other", actor=person("admin"))
    again = lift_ask(shutoff=off, evidence="Mended.", actor=person("dpm"))
    assert required(LIFT, again.lines.get().digest) == EVERYBODY
    assert in_force(LIFT, SHOWN) == EVERYBODY


@pytest.mark.parametrize("act", [SCOPE, LIFT])
def test_an_export_is_held_to_the_same(act):
    row = {"act": SCOPE, "scope": "*", "role": "finance", "count": 1}
    signed = {"x #0": {"role": "finance", "verdict": "approve", "withdrawn": None}}
    state = {"requirements": {"scope finance * #1": row}, "signatures": {"d": signed}}
    assert not replayed_stands(state, act, "d")
    for role in ("legal", "logistics"):
        signed[f"{role} #0"] = {"role": role, "verdict": "approve", "withdrawn": None}
    assert replayed_stands(state, act, "d")
    assert not replayed_stands(state | {"requirements": {}}, act, "d")
