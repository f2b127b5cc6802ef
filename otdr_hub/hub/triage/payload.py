"""Cases as JSON."""

from __future__ import annotations

from typing import Any

from governance.access.models import User
from governance.cases import selectors
from governance.cases.models import WHOLE, Case, CaseVerdict
from metrics.assessments.selectors import document as filed
from otdr_hub.lib import weeks


def head(case: Case, verdict: CaseVerdict | None, *, is_wide: bool) -> dict[str, Any]:
    """A case without what was found; asks the database nothing, so that a list costs the same for many."""
    return {
        "number": case.number, "id": str(case),
        "scope": {"market": case.market_id, "breakout": case.breakout, "value": case.value},
        "first_week": weeks.label(case.first_week), "last_week": weeks.label(case.last_week),
        "state": "resolved" if verdict else "open", "shown_wider": is_wide,
        "origin": str(case.origin), "title": case.title, "opened_by": case.opened_by.username,
        "opened_at": case.opened_at, "verdict": str(verdict.verdict) if verdict else None,
        "blocks": None if verdict else selectors.stopping(case),
    }  # fmt: skip


def whole(case: Case, reader: User) -> dict[str, Any]:
    """A case with all that its reader may see of it."""
    told = head(case, selectors.verdict_of(case), is_wide=selectors.is_wide(case))
    if not selectors.may_see(case, reader):
        hidden = ("plan", "evidence", "timeline", "verdicts", "assessment", "assessment_scope")
        return {**told, **dict.fromkeys(hidden)}
    evidence = list(case.evidence.select_related("frozen_by"))
    # The engine looks at a market as a whole, also for a case of one of its carriers.
    assessed = {"market": case.market_id, "breakout": WHOLE, "value": WHOLE}
    return {
        **told,
        "plan": [_step(step) for step in case.steps.select_related("result__by")],
        "evidence": [
            {
                "assessment": one.assessment, "pin": one.pin, "run": one.run, "query": one.query,
                "as_of": one.as_of, "frozen_by": one.frozen_by.username, "frozen_at": one.frozen_at,
            }
            for one in evidence
        ],
        "timeline": [
            {
                "kind": str(one.kind), "text": one.text, "hypothesis": one.hypothesis,
                "verdict": one.verdict, "by": one.by.username, "at": one.at,
            }
            for one in case.notes.select_related("by")
        ],
        "verdicts": [_verdict(one) for one in case.verdicts.select_related("by", "reopening")],
        "assessment": filed(evidence[-1].assessment) if evidence else None,
        "assessment_scope": assessed if evidence else None,
    }  # fmt: skip


def _step(step: Any) -> dict[str, Any]:
    result = getattr(step, "result", None)
    return {
        "position": step.position, "what": step.what, "kind": step.kind, "role": step.role,
        "due_at": step.due_at, "found": result.found if result else None,
        "next": result.next if result else None, "by": result.by.username if result else None,
    }  # fmt: skip


def _verdict(one: Any) -> dict[str, Any]:
    back = getattr(one, "reopening", None)
    return {
        "verdict": str(one.verdict), "hypothesis": one.hypothesis, "assessment": one.assessment,
        "reason": one.reason, "by": one.by.username, "at": one.at, "reopened_at": back.at if back else None,
    }  # fmt: skip
