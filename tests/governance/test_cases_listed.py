"""What is told of many cases at once: a list in few statements, and the weeks that are no norm."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.cases import selectors
from governance.cases.services import case_evidence_freeze, case_step_answer
from governance.cases.verdicts.services import case_reopen, case_resolve
from tests import builders, cases
from tests.builders import person

pytestmark = pytest.mark.django_db
WEEK = builders.WEEK
LATER = WEEK + dt.timedelta(weeks=6)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def _of_week(number):
    monday = WEEK + dt.timedelta(weeks=number)
    return cases.opened(first_week=monday, last_week=monday)


def _resolved(case, verdict):
    frozen = cases.filed(monday=case.first_week, of=case.number)
    case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer"))
    case_resolve(
        case=case, verdict=verdict, reason="Looked into.", assessment=frozen.assessment, actor=person("dpm")
    )


def test_a_list_takes_as_many_statements_for_many_cases_as_for_one():
    first = _of_week(0)
    with CaptureQueriesContext(connection) as one:
        selectors.listed()
    case_step_answer(step=first.steps.get(position=1), found="Nothing.", actor=person("data_engineer"))
    others = [_of_week(number) for number in range(1, 6)]
    _resolved(others[0], "real_change")
    with CaptureQueriesContext(connection) as many:
        found = selectors.listed()
    assert len(many) == len(one)
    assert [row.case.number for row in found] == [6, 5, 4, 3, 2, 1]
    assert [row.verdict is not None for row in found] == [False, False, False, False, True, False]
    assert [row.answered for row in found] == [0, 0, 0, 0, 0, 1]
    assert {row.steps for row in found} == {first.steps.count()}
    assert {row.is_wide for row in found} == {False}


def test_weeks_of_open_cases_and_of_wrong_data_are_no_norm_and_those_of_real_change_are():
    rows = [_of_week(number) for number in range(4)]
    _resolved(rows[1], "real_change")
    _resolved(rows[2], "data_defect")
    _resolved(rows[3], "undetermined")
    mondays = [WEEK + dt.timedelta(weeks=number) for number in range(4)]
    assert selectors.doubted_weeks("AA", LATER) == [mondays[0], mondays[2]]
    assert selectors.doubted_weeks("AA", mondays[2]) == [mondays[0]]
    assert selectors.doubted_weeks("BB", LATER) == []
    case_reopen(case=rows[1], reason="New data.", actor=person("dpm"))
    assert selectors.doubted_weeks("AA", LATER) == mondays[:3]


def test_a_case_of_several_weeks_doubts_each_of_them():
    last = WEEK + dt.timedelta(weeks=2)
    cases.opened(last_week=last)
    assert selectors.doubted_weeks("AA", LATER) == [WEEK, WEEK + dt.timedelta(weeks=1), last]
    assert selectors.doubted_weeks("AA", last) == [WEEK, WEEK + dt.timedelta(weeks=1)]
