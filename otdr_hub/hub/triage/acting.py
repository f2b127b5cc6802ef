"""What the forms of a case do: one function an act, each one service call. Texts are as they were typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.cases.models import CARRIER, EVERY, WHOLE, Case, CaseNote
from governance.cases.plan import plan_for
from governance.cases.services import (
    case_evidence_freeze,
    case_note_add,
    case_open,
    case_step_add,
    case_step_answer,
)
from governance.cases.verdicts.services import case_reopen, case_resolve
from metrics.assessments.services import assessment_make
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.hub.desk.forms import clean
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError

Sent = Mapping[str, str]
Act = Callable[[Case, Sent, User], str]
# What decides whether something may be shown is asked of somebody who has just proven to be there.
PROVEN: Final = frozenset({"resolve", "reopen"})


def text(sent: Sent, name: str) -> str:
    """A field as it can be stored; empty where it was not sent."""
    return clean(sent.get(name, "")).strip()


def monday_of(typed: str) -> dt.date:
    """The Monday of a week as typed. Raises InvalidInputError for anything else."""
    try:
        return weeks.parse(typed)
    except ValueError:
        said = _("'%(week)s' is not an ISO week; write it like 2026-W46.") % {"week": typed[:40]}
        raise InvalidInputError(said) from None


def check_carrier(market: str, breakout: str, value: str) -> None:
    """Raises InvalidInputError for a carrier that the market's newest data does not name: a case of it would
    stop nothing. Where nothing is computed yet every code is taken."""
    version = version_in_effect() if breakout == CARRIER and value != EVERY else None
    newest = newest_vintages(version, [market]).get(market) if version else None
    if newest and value not in {row["carrier"] for row in storage.carriers_of([newest.vintage])}:
        raise InvalidInputError(
            _("No delivery of '%(carrier)s' is in the data of %(market)s; give a carrier's code.")
            % {"carrier": value, "market": market}
        )


def open_by_hand(sent: Sent, person: User) -> tuple[Case, str]:
    """Open a case as asked, with what the engine finds where it can look; what is said of that."""
    monday = monday_of(text(sent, "week"))
    last = monday_of(text(sent, "last")) if text(sent, "last") else monday
    market, carrier = text(sent, "market"), text(sent, "carrier")
    breakout, value = (CARRIER, carrier) if carrier else (WHOLE, WHOLE)
    check_carrier(market, breakout, value)
    case = case_open(
        market=market, breakout=breakout, value=value, first_week=monday, last_week=last,
        origin=Case.Origin.PERSON, title=text(sent, "title"),
        plan=plan_for(text(sent, "direction")), actor=person,
    )  # fmt: skip
    said = _("%(case)s is open.") % {"case": case}
    try:
        return case, f"{said} {assess(case, {}, person)}"
    except DomainError as error:
        return case, f"{said} {_('It could not be assessed:')} {error}"


def assess(case: Case, sent: Sent, person: User) -> str:
    """Assess the case's weeks with the newest data and freeze the answer; what is said of that."""
    version = version_in_effect()
    if version is None:
        raise ConflictError(_("No definition is in effect, so there is nothing to assess by."))
    made = assessment_make(
        market=case.market_id, first_week=case.first_week, last_week=case.last_week, version=version,
        owner=text(sent, "hypothesis"), actor=person,
    )  # fmt: skip
    if case.evidence.filter(assessment=made.digest).exists():
        return _("The data has not changed: the assessment is the one that is frozen already.")
    case_evidence_freeze(case=case, frozen=made.frozen, actor=person)
    return _("A new assessment is frozen as evidence.")


def _answer(case: Case, sent: Sent, person: User) -> str:
    number = text(sent, "step")
    # Compared as it is written: a number of thousands of digits is none that Python reads.
    step = next((one for one in case.steps.all() if str(one.position) == number), None)
    if step is None:
        raise InvalidInputError(_("That step is not in the plan."))
    case_step_answer(step=step, found=text(sent, "found"), next_step=text(sent, "next"), actor=person)
    return _("Step %(number)d is answered.") % {"number": step.position}


def _add(case: Case, sent: Sent, person: User) -> str:
    try:
        by = dt.datetime.combine(dt.date.fromisoformat(text(sent, "due")), dt.time(17), dt.UTC)
    except ValueError:
        raise InvalidInputError(_("Say by which day, as 2026-12-04.")) from None
    case_step_add(case=case, what=text(sent, "what"), role=text(sent, "role"), due_at=by, actor=person)
    return _("The step is in the plan.")


def _note(kind: CaseNote.Kind, said: str) -> Act:
    def act(case: Case, sent: Sent, person: User) -> str:
        case_note_add(
            case=case, kind=kind, text=text(sent, "text"), hypothesis=text(sent, "hypothesis"),
            verdict=text(sent, "verdict") if kind is CaseNote.Kind.PROPOSAL else "", actor=person,
        )  # fmt: skip
        return said

    return act


def _resolve(case: Case, sent: Sent, person: User) -> str:
    case_resolve(
        case=case, verdict=text(sent, "verdict"), reason=text(sent, "reason"),
        assessment=text(sent, "assessment"), hypothesis=text(sent, "hypothesis"),
        seen=text(sent, "seen"), actor=person,
    )  # fmt: skip
    return _("%(case)s is resolved. What it stopped may be certified again, by others than you.") % {
        "case": case
    }


def _reopen(case: Case, sent: Sent, person: User) -> str:
    case_reopen(case=case, reason=text(sent, "reason"), actor=person)
    return _("%(case)s is open again.") % {"case": case}


def acts() -> dict[str, Act]:
    """Act -> what does it."""
    return {
        "assess": assess,
        "answer": _answer,
        "add": _add,
        "note": _note(CaseNote.Kind.NOTE, _("Noted.")),
        "word": _note(CaseNote.Kind.WORD_SENT, _("The private word is on record as sent.")),
        "wider": _note(CaseNote.Kind.SHOWN_WIDER, _("Everybody concerned sees the case now.")),
        "reply": _note(CaseNote.Kind.OWNER_REPLY, _("The reply stands beside the evidence.")),
        "claim": _note(CaseNote.Kind.CLAIM, _("The explanation stands beside the others.")),
        "propose": _note(CaseNote.Kind.PROPOSAL, _("The proposal waits for the decision program manager.")),
        "resolve": _resolve,
        "reopen": _reopen,
    }


def act_on(case: Case, sent: Sent, person: User) -> str:
    """Do what a form asks; its sentence. Raises DomainError where it cannot be done."""
    wanted = acts().get(text(sent, "act"))
    if wanted is None:
        raise InvalidInputError(_("That is nothing one can do here."))
    return wanted(case, sent, person)
