"""Cases as the ledger states them: what is added to one later is told by its own entry, under its own key.

Whoever reads the ledger may not be who reads the case yet, so what people wrote in it stands here by its
digest: it shows that a text is the one that was written, and not what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.cases.models import (
    Case,
    CaseEvidence,
    CaseNote,
    CaseReopening,
    CaseStep,
    CaseStepResult,
    CaseVerdict,
)
from governance.ledger.services import Facts
from otdr_hub.lib import digest


def _kept(text: str) -> str:
    return digest.of_bytes(text.encode())


def of(cases: Iterable[Case]) -> Facts:
    """What the ledger says of these cases."""
    return {
        "cases": {
            str(item): {
                "scope_key": item.scope_key, "first_week": item.first_week, "last_week": item.last_week,
                "origin": str(item.origin), "signal": item.signal, "title": item.title,
                "by": item.opened_by.username, "at": item.opened_at,
            }
            for item in cases
        }
    }  # fmt: skip


def of_steps(steps: Iterable[CaseStep]) -> Facts:
    """What the ledger says of these rows of plans."""
    return {
        "case_steps": {
            str(item): {
                "what": _kept(item.what), "kind": item.kind, "role": item.role, "minutes": item.minutes,
                "due_at": item.due_at, "by": item.added_by.username, "at": item.added_at,
            }
            for item in steps
        }
    }  # fmt: skip


def of_results(results: Iterable[CaseStepResult]) -> Facts:
    """What the ledger says of these results."""
    return {
        "case_results": {
            str(item.step): {
                "found": _kept(item.found), "next": _kept(item.next), "by": item.by.username, "at": item.at,
            }
            for item in results
        }
    }  # fmt: skip


def of_evidence(evidence: Iterable[CaseEvidence]) -> Facts:
    """What the ledger says of this evidence."""
    return {
        "case_evidence": {
            f"{item.case} {item.assessment}": {
                "pin": item.pin, "run": item.run, "query": item.query, "as_of": item.as_of,
                "by": item.frozen_by.username, "at": item.frozen_at,
            }
            for item in evidence
        }
    }  # fmt: skip


def of_notes(notes: Iterable[CaseNote]) -> Facts:
    """What the ledger says of these notes."""
    return {
        "case_notes": {
            f"{item.case} #{item.pk}": {
                "kind": str(item.kind), "text": _kept(item.text), "hypothesis": item.hypothesis,
                "verdict": item.verdict, "by": item.by.username, "at": item.at,
            }
            for item in notes
        }
    }  # fmt: skip


def of_verdicts(verdicts: Iterable[CaseVerdict]) -> Facts:
    """What the ledger says of these verdicts; one that was taken back says so."""
    return {"case_verdicts": {f"{item.case} #{item.pk}": _verdict(item) for item in verdicts}}


def _verdict(item: CaseVerdict) -> dict[str, Any]:
    said = {
        "verdict": str(item.verdict), "hypothesis": item.hypothesis, "assessment": item.assessment,
        "reason": _kept(item.reason), "by": item.by.username, "at": item.at,
    }  # fmt: skip
    back: CaseReopening | None = getattr(item, "reopening", None)
    if back is not None:
        said["reopened"] = [back.by.username, back.at, _kept(back.reason)]
    return said


def stored() -> Facts:
    """The same of everything there is."""
    return {
        **of(Case.objects.select_related("opened_by")),
        **of_steps(CaseStep.objects.select_related("case", "added_by")),
        **of_results(CaseStepResult.objects.select_related("step__case", "by")),
        **of_evidence(CaseEvidence.objects.select_related("case", "frozen_by")),
        **of_notes(CaseNote.objects.select_related("case", "by")),
        **of_verdicts(CaseVerdict.objects.select_related("case", "by", "reopening__by")),
    }
