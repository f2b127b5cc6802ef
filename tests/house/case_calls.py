"""The calls of the verbs of cases: verb, action, what comes before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.cases.services import (
    case_evidence_freeze,
    case_note_add,
    case_open,
    case_step_add,
    case_step_answer,
)
from governance.cases.verdicts.services import case_reopen, case_resolve
from governance.ledger.actions import Action
from metrics.assessments.made import Assessed
from metrics.assessments.services import assessment_make, assessment_open, assessment_rederive
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError
from tests import builders, cases
from tests.builders import person


def _open(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    return {
        "market": builders.SHOWN, "first_week": builders.WEEK, "last_week": builders.WEEK,
        "origin": "person", "title": "Too good", "actor": person("dpm"),
    }  # fmt: skip


def _open_again(folder: Path) -> dict[str, Any]:
    call = _open(folder)
    case_open(**call)
    return call


def _freeze(folder: Path) -> dict[str, Any]:
    return {"case": cases.opened(), "frozen": cases.filed(), "actor": person("data_engineer")}


def _add(folder: Path) -> dict[str, Any]:
    return {
        "case": cases.opened(), "what": "Ask the carrier", "role": "logistics", "due_at": clock.now(),
        "actor": person("dpm"),
    }  # fmt: skip


def _answer(folder: Path) -> dict[str, Any]:
    return {
        "step": cases.opened().steps.get(position=1),
        "found": "Nothing.",
        "actor": person("data_engineer"),
    }


def _note(folder: Path) -> dict[str, Any]:
    return {"case": cases.opened(), "kind": "note", "text": "Seen.", "actor": person("data_owner")}


def _resolve(folder: Path) -> dict[str, Any]:
    return {
        "case": cases.opened(), "verdict": "undetermined", "reason": "It cannot be told.", "actor": person("dpm")
    }  # fmt: skip


def _reopen(folder: Path) -> dict[str, Any]:
    call = _resolve(folder)
    case_resolve(**call)
    return {"case": call["case"], "reason": "New data.", "actor": person("dpm")}


def _assess(folder: Path) -> dict[str, Any]:
    builders.input_taken(folder)
    return {
        "market": builders.SHOWN, "first_week": builders.WEEK, "version": builders.version_effective(),
        "as_of": builders.AS_OF, "actor": person("data_engineer"),
    }  # fmt: skip


def _assessed(folder: Path) -> dict[str, Any]:
    """Found by the slow clock on the first of the days."""
    builders.two_markets()
    frozen = cases.filed()
    document = {
        "schema": frozen.query, "input": {"market": builders.SHOWN, "pin": frozen.pin},
        "rate": {"step": "0.1", "is_moved": True}, "days": [], "next_check": None,
        "alarms": [{"clock": "slow", "day": str(builders.WEEK), "observed": "0.9", "expected": "0.8"}],
    }  # fmt: skip
    assessed = Assessed(frozen.assessment, document, builders.WEEK, builders.WEEK, frozen.as_of, "")
    return {"assessed": assessed, "actor": person("dpm")}


def _assessed_again(folder: Path) -> dict[str, Any]:
    call = _assessed(folder)
    assessment_open(**call)
    return call


def _made_again(folder: Path) -> dict[str, Any]:
    call = _assess(folder)
    return {"digest_of": assessment_make(**call).digest, "actor": call["actor"]}


CALLS = (
    (assessment_make, None, _assess),
    (assessment_open, Action.CASE_OPENED, _assessed),
    (assessment_open, None, _assessed_again),
    (assessment_rederive, None, _made_again),
    (case_open, Action.CASE_OPENED, _open),
    (case_open, None, _open_again, ConflictError),
    (case_evidence_freeze, Action.CASE_EVIDENCE_FROZEN, _freeze),
    (case_step_add, Action.CASE_STEP_ADDED, _add),
    (case_step_answer, Action.CASE_STEP_ANSWERED, _answer),
    (case_note_add, Action.CASE_NOTED, _note),
    (case_resolve, Action.CASE_RESOLVED, _resolve),
    (case_reopen, Action.CASE_REOPENED, _reopen),
)
