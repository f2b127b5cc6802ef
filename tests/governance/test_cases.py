"""A case's life through the services, and the same rules against SQL as the application's own role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.services import system
from governance.audit.review import review
from governance.cases import selectors
from governance.cases.models import Case, CaseNote
from governance.cases.plan import plan_for
from governance.cases.services import (
    case_evidence_freeze,
    case_note_add,
    case_open,
    case_step_add,
    case_step_answer,
)
from governance.cases.verdicts.services import case_reopen, case_resolve
from governance.models import Epoch
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders, cases
from tests.builders import person

pytestmark = pytest.mark.django_db
WEEK = builders.WEEK
NEXT = WEEK + dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def refused_by_the_database(statement, parameters=(), match=""):
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def resolved(case, **said):
    frozen = cases.filed(**said)
    case_evidence_freeze(case=case, frozen=frozen, actor=person("data_engineer"))
    return case_resolve(
        case=case, verdict="data_defect", reason="Times were filled in.", assessment=frozen.assessment,
        hypothesis="delivered_at_defaulted", actor=person("dpm"),
    )  # fmt: skip


def epoch():
    return Epoch.objects.get().value


def test_a_case_begins_open_with_what_tells_most_in_a_minute_first():
    case = cases.opened()
    assert (str(case), selectors.is_open(case)) == ("C-0001", True)
    steps = list(case.steps.all())
    assert [step.position for step in steps] == list(range(1, len(steps) + 1))
    worth = {step.kind or step.what: step.worth for step in plan_for("up")}
    told = [worth[step.kind or step.what] for step in steps]
    assert told == sorted(told, reverse=True)
    assert all(step.due_at > case.opened_at for step in steps)
    assert steps[-1].role == "logistics"


def test_of_a_scope_and_a_week_no_two_cases_are_open():
    cases.opened()
    with pytest.raises(ConflictError, match="C-0001 is open for AA"):
        cases.by_hand(first_week=WEEK - dt.timedelta(days=7), last_week=WEEK)
    assert cases.by_hand(first_week=NEXT, last_week=NEXT).number == 2
    assert cases.by_hand(builders.UNDECIDED).number == 3
    refused_by_the_database(
        "INSERT INTO governance_case (number, market_id, breakout, value, first_week, last_week, origin,"
        " signal, title, opened_by_id, opened_at) VALUES (4, 'AA', '-', '-', %s, %s, 'person', '', 'x', %s, now())",
        [WEEK, WEEK, person("dpm").pk], "case C-0001 is open for that scope",
    )  # fmt: skip


def test_a_carrier_is_covered_by_its_market_and_not_the_other_way():
    carrier = cases.by_hand(breakout="carrier", value="X")
    cases.by_hand()
    with pytest.raises(ConflictError, match="is open for AA"):
        cases.by_hand(breakout="carrier", value="Y")
    assert selectors.covering("AA", "carrier", "*") == [carrier, Case.objects.get(number=2)]
    resolved(Case.objects.get(number=2))
    assert selectors.refusal("AA") == ""
    assert selectors.covering("AA", "carrier", "Y") == []
    assert selectors.covering("AA", "carrier", "X") == [carrier]


def test_numbers_have_no_gap_and_weeks_begin_on_mondays():
    builders.two_markets()
    insert = (
        "INSERT INTO governance_case (number, market_id, breakout, value, first_week, last_week, origin,"
        " signal, title, opened_by_id, opened_at) VALUES (%s, 'AA', '-', '-', %s, %s, 'person', '', 'x', %s, now())"
    )
    dpm = person("dpm").pk
    refused_by_the_database(insert, [2, WEEK, WEEK, dpm], "without a gap")
    refused_by_the_database(insert, [1, WEEK, WEEK + dt.timedelta(days=1), dpm], "Mondays")
    with pytest.raises(InvalidInputError, match="whole weeks"):
        cases.by_hand(first_week=WEEK + dt.timedelta(days=1))
    with pytest.raises(InvalidInputError, match="no market 'QQ'"):
        cases.by_hand("QQ")
    with pytest.raises(NotAllowedError, match="Only the product itself"):
        cases.opened(actor=person("dpm"))


def test_a_step_is_answered_once_with_what_comes_next():
    case = cases.opened()
    step = case.steps.get(position=1)
    result = case_step_answer(
        step=step, found="The same code.", next_step="Look at batches.", actor=person("data_engineer")
    )
    assert (result.found, result.next) == ("The same code.", "Look at batches.")
    with pytest.raises(ConflictError, match="answered already"):
        case_step_answer(step=step, found="Again.", actor=person("data_engineer"))
    more = case_step_add(
        case=case, what="Ask the carrier", role="logistics", due_at=clock.now(), actor=person("data_owner")
    )
    assert more.position == case.steps.count()
    with pytest.raises(InvalidInputError, match="no role"):
        case_step_add(case=case, what="x", role="king", due_at=clock.now(), actor=person("dpm"))


def test_the_owner_is_told_before_anybody_else():
    case = cases.opened()
    finance = person("finance")
    assert not selectors.may_see(case, finance)
    assert selectors.may_see(case, person("data_owner"))
    with pytest.raises(ConflictError, match="private word about C-0001 first"):
        case_note_add(case=case, kind="shown_wider", text="For all.", actor=person("dpm"))
    refused_by_the_database(
        "INSERT INTO governance_casenote (case_id, kind, text, hypothesis, verdict, by_id, at)"
        " VALUES (1, 'shown_wider', 'x', '', '', %s, now())",
        [finance.pk], "told first",
    )  # fmt: skip
    case_note_add(case=case, kind="word_sent", text="Have a look.", actor=person("dpm"))
    case_note_add(case=case, kind="shown_wider", text="For all.", actor=person("dpm"))
    assert selectors.may_see(case, finance)
    with pytest.raises(ConflictError, match="already"):
        case_note_add(case=case, kind="shown_wider", text="For all.", actor=person("dpm"))


def test_only_a_proposal_names_a_verdict():
    case = cases.opened()
    with pytest.raises(InvalidInputError, match="A proposal names a verdict"):
        case_note_add(case=case, kind="proposal", text="x", actor=person("data_engineer"))
    with pytest.raises(InvalidInputError, match="A proposal names a verdict"):
        case_note_add(case=case, kind="note", text="x", verdict="real_change", actor=person("data_engineer"))
    note = case_note_add(
        case=case, kind="proposal", text="The stamps.", verdict="data_defect", actor=person("data_engineer")
    )
    assert CaseNote.objects.get().pk == note.pk


def test_a_verdict_rests_on_evidence_frozen_in_its_case():
    case = cases.opened()
    dpm = person("dpm")
    with pytest.raises(InvalidInputError, match="rests on an assessment"):
        case_resolve(case=case, verdict="real_change", reason="So it is.", actor=dpm)
    loose = cases.filed(note="loose")
    with pytest.raises(InvalidInputError, match="not frozen in C-0001"):
        case_resolve(case=case, verdict="real_change", reason="So.", assessment=loose.assessment, actor=dpm)
    refused_by_the_database(
        "INSERT INTO governance_caseverdict (case_id, verdict, hypothesis, assessment, reason, by_id, at)"
        " VALUES (1, 'real_change', '', %s, 'x', %s, now())",
        [loose.assessment, dpm.pk], "evidence that is frozen",
    )  # fmt: skip
    with pytest.raises(NotAllowedError):
        case_resolve(case=case, verdict="undetermined", reason="x", actor=person("data_engineer"))
    refused_by_the_database(
        "INSERT INTO governance_caseverdict (case_id, verdict, hypothesis, assessment, reason, by_id, at)"
        " VALUES (1, 'undetermined', '', '', 'x', %s, now())",
        [person("data_engineer").pk], "decision program manager",
    )  # fmt: skip


def test_evidence_is_of_the_market_and_is_filed():
    case = cases.opened()
    engineer = person("data_engineer")
    frozen = cases.filed()
    case_evidence_freeze(case=case, frozen=frozen, actor=engineer)
    with pytest.raises(ConflictError, match="frozen in C-0001 already"):
        case_evidence_freeze(case=case, frozen=frozen, actor=engineer)
    other = cases.filed(builders.UNDECIDED)
    with pytest.raises(InvalidInputError, match="No assessment of AA"):
        case_evidence_freeze(case=case, frozen=other, actor=engineer)


def test_an_assessment_is_filed_under_its_own_text_only():
    from metrics.assessments import storage

    row = ["a" * 64, "AA", WEEK, WEEK, builders.AS_OF, "v", "{}"]
    with pytest.raises(DatabaseError, match="assessment_is_its_content"), transaction.atomic():
        storage.assessment_save(row)
    refused_by_the_database("SELECT content FROM metrics_assessment", match="permission denied")


def test_a_resolved_case_is_reopened_under_its_number():
    case = cases.opened()
    before = epoch()
    resolved(case)
    assert epoch() > before
    assert not selectors.is_open(case)
    with pytest.raises(ConflictError, match="C-0001 is resolved"):
        case_step_answer(step=case.steps.get(position=1), found="Late.", actor=person("data_engineer"))
    with pytest.raises(ConflictError, match="is resolved"):
        case_resolve(case=case, verdict="undetermined", reason="Again.", actor=person("dpm"))
    before = epoch()
    case_reopen(case=case, reason="The re-run differs.", actor=person("dpm"))
    assert epoch() > before
    assert selectors.is_open(case)
    assert Case.objects.count() == 1
    with pytest.raises(ConflictError, match="is open"):
        case_reopen(case=case, reason="Again.", actor=person("dpm"))
    case_resolve(case=case, verdict="undetermined", reason="It cannot be told.", actor=person("dpm"))
    assert [str(one.verdict) for one in case.verdicts.all()] == ["data_defect", "undetermined"]


def test_a_case_stays_resolved_while_another_of_its_scope_and_time_is_open():
    first = cases.opened()
    resolved(first)
    cases.opened()
    with pytest.raises(ConflictError, match="C-0001 stays resolved: case C-0002 is open"):
        case_reopen(case=first, reason="The re-run differs.", actor=person("dpm"))


def test_what_is_written_is_never_changed(tmp_path):
    case = cases.opened()
    resolved(case)
    case_reopen(case=case, reason="Again.", actor=person("dpm"))
    case_step_answer(step=case.steps.get(position=1), found="x", actor=person("dpm"))
    case_note_add(case=case, kind="note", text="x", actor=person("dpm"))
    for table in ("", "step", "stepresult", "evidence", "note", "verdict", "reopening"):
        name = f"governance_case{table}"
        refused_by_the_database(f"DELETE FROM {name}", match="is refused|permission denied")
        refused_by_the_database(f"TRUNCATE {name} CASCADE", match="is refused|permission denied")


def test_the_record_tells_every_row_of_a_case():
    case = cases.opened(evidence=[cases.filed(n="1")])
    case_step_answer(step=case.steps.get(position=1), found="x", next_step="y", actor=person("dpm"))
    case_note_add(
        case=case,
        kind="owner_reply",
        text="A backfill.",
        hypothesis="backfill_overwrite",
        actor=person("data_owner"),
    )
    resolved(case)
    case_reopen(case=case, reason="Again.", actor=person("dpm"))
    found = review()
    assert (found.difference, found.finding, found.guard) == (None, None, "")


def test_a_note_written_around_the_services_is_found():
    case = cases.opened()
    CaseNote.objects.create(case=case, kind="note", text="Psst.", by=person("dpm"), at=clock.now())
    found = review()
    assert found.difference is not None
    assert found.difference.what.startswith("case_notes C-0001 #")


def test_an_executive_and_a_stranger_do_nothing():
    case = cases.opened()
    for name in ("executive", "auditor", "bizops"):
        with pytest.raises(NotAllowedError):
            case_note_add(case=case, kind="note", text="x", actor=person(name))
    with pytest.raises(NotAllowedError):
        case_open(
            market="AA",
            first_week=NEXT,
            last_week=NEXT,
            origin="person",
            title="x",
            actor=person("executive"),
        )
    with pytest.raises(NotAllowedError):
        case_resolve(case=case, verdict="undetermined", reason="x", actor=system())


def test_everybody_who_resolved_is_known_to_bear_on_the_scope():
    case = cases.opened()
    resolved(case)
    assert selectors.resolvers("AA", "-", "-", WEEK) == {person("dpm").pk}
    assert selectors.resolvers("AA", "carrier", "*", NEXT) == {person("dpm").pk}
    assert selectors.resolvers("AA", "-", "-", WEEK - dt.timedelta(days=7)) == set()
    assert selectors.resolvers("BB", "-", "-", WEEK) == set()
