"""Ending a case with a verdict, and opening it again under its number."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.cases import facts, selectors
from governance.cases.checking import changing, said, subject_of
from governance.cases.models import Case, CaseReopening, CaseVerdict
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, require


@transaction.atomic
def case_resolve(
    *,
    case: Case,
    verdict: str,
    reason: str,
    actor: User,
    assessment: str = "",
    hypothesis: str = "",
    seen: str | None = None,
) -> CaseVerdict:
    """End a case with a verdict on frozen evidence; who does, signs for nothing of its scope.

    `seen` is the newest assessment there was when it was looked at, empty where there was none; None is for
    whoever looked at nothing. Raises MovedError where a newer one is frozen meanwhile, ConflictError when it
    is resolved already, InvalidInputError for a verdict without its evidence.
    """
    require(may(actor, "case_resolve"))
    reason = said("reason", reason)
    require_short("hypothesis", hypothesis, 40)
    if verdict not in CaseVerdict.Verdict.values:
        raise InvalidInputError(
            _("'%(verdict)s' is no verdict; use %(known)s.")
            % {"verdict": verdict, "known": ", ".join(CaseVerdict.Verdict.values)}
        )
    if not assessment and verdict != CaseVerdict.Verdict.UNDETERMINED:
        raise InvalidInputError(_("A verdict rests on an assessment frozen in the case; name its digest."))
    case = changing(case)
    if seen is not None and seen != selectors.newest_evidence(case):
        raise MovedError(
            _("Newer evidence is frozen in %(case)s than what you looked at; look at it first.")
            % {"case": case}
        )
    if assessment and not case.evidence.filter(assessment=assessment).exists():
        raise InvalidInputError(
            _("That assessment is not frozen in %(case)s; freeze it first.") % {"case": case}
        )
    given = CaseVerdict.objects.create(
        case=case, verdict=verdict, hypothesis=hypothesis, assessment=assessment, reason=reason, by=actor,
        at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.CASE_RESOLVED, subject=subject_of(case), payload={"verdict": verdict}, actor=actor,
        facts=facts.of_verdicts([given]),
    )  # fmt: skip
    return given


@transaction.atomic
def case_reopen(*, case: Case, reason: str, actor: User) -> CaseReopening:
    """Open a resolved case again, under its number. Raises ConflictError while it, or another one of its
    scope and time, is open."""
    require(may(actor, "case_resolve"))
    reason = said("reason", reason)
    ledger.order_visibility()
    standing = selectors.verdict_of(case)
    if standing is None:
        raise ConflictError(_("%(case)s is open.") % {"case": case})
    try:
        with transaction.atomic():
            again = CaseReopening.objects.create(verdict=standing, reason=reason, by=actor, at=clock.now())
    except DatabaseError as error:
        raise ConflictError(
            _("%(case)s stays resolved: %(why)s.") % {"case": case, "why": str(error).partition("\n")[0]}
        ) from error
    told = CaseVerdict.objects.select_related("case", "by", "reopening__by").get(pk=standing.pk)
    ledger.record(
        action=Action.CASE_REOPENED, subject=subject_of(case), payload={}, actor=actor,
        facts=facts.of_verdicts([told]),
    )  # fmt: skip
    return again
