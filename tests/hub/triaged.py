"""Worlds of the triage room's tests: a case on what a file says the engine said, and people to look at it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance.cases.models import Case
from governance.cases.services import case_note_add
from metrics.assessments import engine
from metrics.assessments.services import assessment_make, assessment_open
from otdr_hub.lib import digest
from tests import builders, cases
from tests.builders import WEEK, person

DOCUMENT = json.loads((Path(__file__).parent / "assessment.json").read_text("utf-8"))
LIST, PAGE, API = "/triage/", "/triage/1/", "/api/v1/cases"


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


@pytest.fixture
def asked():
    """Questions put to the engine, which answers with the document of a file."""
    questions, before = [], list(engine._askers)

    def ask(question: engine.Question) -> str:
        questions.append(question)
        told = json.loads(json.dumps(DOCUMENT))
        told["input"] |= {
            "market": question.market, "as_of": question.as_of.isoformat(),
            "first_day": question.first_week.isoformat(), "last_day": question.last_week.isoformat(),
            "definition": {"name": question.version.name, "digest": question.version.digest},
            "files": [], "owner": question.owner or None, "recent": list(question.recent),
        }  # fmt: skip
        return digest.canonical(told)

    engine.install(ask)
    yield questions
    engine._askers[:] = before


@pytest.fixture
def case(asked) -> Case:
    """AA's week, opened by the product on what the engine said."""
    builders.two_markets()
    version = builders.version_effective()
    made = assessment_make(market="AA", first_week=WEEK, version=version, actor=cases.system())
    found = assessment_open(assessed=made, actor=cases.system())
    assert found is not None
    return found


def told_to_owner(case: Case) -> None:
    case_note_add(case=case, kind="word_sent", text="Have a look.", actor=person("dpm"))
    case_note_add(case=case, kind="shown_wider", text="For all.", actor=person("dpm"))
