"""Opening a case and working on it; `verdicts` ends it. One entry of the ledger per act.

Every act that decides what may be shown first takes its turn at the epoch's row, as signing and publishing
do; the database asks each question once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import ROLES, may
from governance.cases import facts, selectors
from governance.cases.checking import ROOM, changing, check_scope, said, subject_of
from governance.cases.models import (
    WHOLE,
    Case,
    CaseEvidence,
    CaseNote,
    CaseStep,
    CaseStepResult,
    CaseVerdict,
)
from governance.cases.plan import Planned, due
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError, require


@dataclass(frozen=True, slots=True)
class Frozen:
    """An assessment to freeze: its digest, the pin and run it was made of, the query, the data's moment."""

    assessment: str
    pin: str
    query: str
    as_of: dt.datetime
    run: str = ""


@transaction.atomic
def case_open(
    *,
    market: str,
    first_week: dt.date,
    last_week: dt.date,
    origin: str,
    title: str,
    actor: User,
    breakout: str = WHOLE,
    value: str = WHOLE,
    signal: str = "",
    plan: Sequence[Planned] = (),
    evidence: Sequence[Frozen] = (),
) -> Case:
    """Open a case over whole weeks (Mondays), with its plan and what is known at once.

    From the commit on nothing it covers is certified or newly shown. Raises ConflictError where a case of
    the same scope and time is open, InvalidInputError for a market or weeks that cannot be.
    """
    require(may(actor, "case_open"))
    found = check_scope(market, breakout, value, (first_week, last_week))
    _check_origin(origin, actor)
    title = said("title", title)
    ledger.order_visibility()
    _check_alone((market, breakout, value), first_week, last_week)
    number = (Case.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    case = Case.objects.create(
        number=number, market=found, breakout=breakout, value=value, first_week=first_week,
        last_week=last_week, origin=origin, signal=signal[:40], title=title, opened_by=actor,
        opened_at=clock.now(),
    )  # fmt: skip
    steps = _plan(case, plan, actor)
    frozen = [_freeze(case, one, actor) for one in evidence]
    ledger.record(
        action=Action.CASE_OPENED,
        subject=subject_of(case),
        payload={"weeks": [weeks.label(first_week), weeks.label(last_week)], "origin": origin},
        actor=actor,
        facts=ledger.together(facts.of([case]), facts.of_steps(steps), facts.of_evidence(frozen)),
    )
    return case


def _check_origin(origin: str, actor: User) -> None:
    if origin not in Case.Origin.values:
        raise InvalidInputError(
            _("'%(origin)s' is no origin; use %(known)s.")
            % {"origin": origin, "known": ", ".join(Case.Origin.values)}
        )
    if origin != Case.Origin.PERSON and not actor.is_system:
        raise NotAllowedError(_("Only the product itself says that its detector or a check opened a case."))


def _check_alone(key: tuple[str, str, str], first: dt.date, last: dt.date) -> None:
    """Raises ConflictError where a case of that scope key and time is open."""
    same = [one for one in selectors.covering(*key, last) if one.last_week >= first]
    if same:
        raise ConflictError(
            _("%(case)s is open for %(market)s and that time already; work on it there.")
            % {"case": same[0], "market": key[0]}
        )


def _plan(case: Case, plan: Sequence[Planned], actor: User) -> list[CaseStep]:
    """Its rows, in order; PostgreSQL gives each its key."""
    return CaseStep.objects.bulk_create(
        CaseStep(
            case=case, position=position, what=step.what, kind=step.kind, role=step.role,
            minutes=step.minutes, due_at=by, added_by=actor, added_at=case.opened_at,
        )
        for position, (step, by) in enumerate(zip(plan, due(case.opened_at, plan), strict=True), start=1)
    )  # fmt: skip


def _freeze(case: Case, frozen: Frozen, actor: User) -> CaseEvidence:
    try:
        with transaction.atomic():
            return CaseEvidence.objects.create(
                case=case, assessment=frozen.assessment, pin=frozen.pin, run=frozen.run, query=frozen.query,
                as_of=frozen.as_of, frozen_by=actor, frozen_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        if CaseEvidence.objects.filter(case=case, assessment=frozen.assessment).exists():
            raise ConflictError(
                _("That assessment is frozen in %(case)s already.") % {"case": case}
            ) from error
        raise InvalidInputError(
            _("No assessment of %(market)s is filed under that digest.") % {"market": case.market_id}
        ) from error


@transaction.atomic
def case_evidence_freeze(*, case: Case, frozen: Frozen, actor: User) -> CaseEvidence:
    """Freeze a filed assessment of the case's market as evidence. Raises ConflictError when it is frozen
    there already or the case is resolved."""
    require(may(actor, "case_work"))
    case = changing(case)
    evidence = _freeze(case, frozen, actor)
    ledger.record(
        action=Action.CASE_EVIDENCE_FROZEN, subject=subject_of(case),
        payload={"assessment": frozen.assessment}, actor=actor, facts=facts.of_evidence([evidence]),
    )  # fmt: skip
    return evidence


@transaction.atomic
def case_step_add(
    *, case: Case, what: str, role: str, due_at: dt.datetime, actor: User, minutes: int = 30
) -> CaseStep:
    """Add a row to the plan: what to check, the role that answers for it, by when (aware)."""
    require(may(actor, "case_work"))
    what = said("what", what)
    if role not in ROLES:
        raise InvalidInputError(
            _("'%(role)s' is no role; use one of %(known)s.") % {"role": role, "known": ", ".join(ROLES)}
        )
    if not 1 <= minutes <= 10_000:
        raise InvalidInputError(_("A step takes 1 to 10,000 minutes."))
    case = changing(case)
    last = case.steps.aggregate(last=Max("position"))["last"] or 0
    step = CaseStep.objects.create(
        case=case, position=last + 1, what=what, role=role, minutes=minutes, due_at=due_at, added_by=actor,
        added_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.CASE_STEP_ADDED, subject=subject_of(case), payload={"step": step.position}, actor=actor,
        facts=facts.of_steps([step]),
    )  # fmt: skip
    return step


@transaction.atomic
def case_step_answer(*, step: CaseStep, found: str, actor: User, next_step: str = "") -> CaseStepResult:
    """Say what a step found, and what comes next. Raises ConflictError when it is answered already."""
    require(may(actor, "case_work"))
    found = said("found", found)
    require_short("next", next_step, ROOM["next"])
    case = changing(step.case)
    if CaseStepResult.objects.filter(step=step).exists():
        raise ConflictError(
            _("Step %(number)d of %(case)s is answered already; add a step for more.")
            % {"number": step.position, "case": case}
        )
    result = CaseStepResult.objects.create(
        step=step, found=found, next=next_step.strip(), by=actor, at=clock.now()
    )
    ledger.record(
        action=Action.CASE_STEP_ANSWERED, subject=subject_of(case), payload={"step": step.position},
        actor=actor, facts=facts.of_results([result]),
    )  # fmt: skip
    return result


@transaction.atomic
def case_note_add(
    *, case: Case, kind: str, text: str, actor: User, hypothesis: str = "", verdict: str = ""
) -> CaseNote:
    """Add to the timeline: a note, the private word to the owner, the owner's reply, a claim, a proposal,
    or that it is now shown wider. Raises ConflictError where it is shown wider before the owner was told."""
    require(may(actor, "case_work"))
    text = said("text", text)
    if kind not in CaseNote.Kind.values:
        raise InvalidInputError(
            _("'%(kind)s' is no kind of note; use %(known)s.")
            % {"kind": kind, "known": ", ".join(CaseNote.Kind.values)}
        )
    if (kind == CaseNote.Kind.PROPOSAL) != bool(verdict) or (
        verdict and verdict not in CaseVerdict.Verdict.values
    ):
        known = ", ".join(CaseVerdict.Verdict.values)
        raise InvalidInputError(
            _("A proposal names a verdict (%(known)s); no other note does.") % {"known": known}
        )
    require_short("hypothesis", hypothesis, 40)
    ledger.order_visibility()
    case = Case.objects.select_related("market").get(pk=case.pk)
    _check_told(case, kind)
    note = CaseNote.objects.create(
        case=case, kind=kind, text=text, hypothesis=hypothesis, verdict=verdict, by=actor, at=clock.now()
    )
    ledger.record(
        action=Action.CASE_NOTED, subject=subject_of(case), payload={"kind": kind}, actor=actor,
        facts=facts.of_notes([note]),
    )  # fmt: skip
    return note


def _check_told(case: Case, kind: str) -> None:
    """The owner hears of it first, and what is known to all is not shown to all again."""
    if kind != CaseNote.Kind.SHOWN_WIDER:
        return
    if not CaseNote.objects.filter(case=case, kind=CaseNote.Kind.WORD_SENT).exists():
        raise ConflictError(
            _("Send the owner of the data a private word about %(case)s first.") % {"case": case}
        )
    if selectors.is_wide(case):
        raise ConflictError(_("%(case)s is shown to everybody concerned already.") % {"case": case})
