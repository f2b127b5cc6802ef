"""Asking for signatures and giving them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import Deputy, User
from governance.access.policy import DEPARTMENTS, may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.signoffs import acts, facts
from governance.signoffs.models import (
    Escalation,
    Signature,
    SignoffLine,
    SignoffRequest,
    Withdrawal,
)
from governance.signoffs.selectors import answers as standing
from governance.signoffs.selectors import deputyship_for, required, stands
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import (
    ALLOWED,
    Answer,
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    Refused,
    require,
)

# How long ago a signer may have proved who they are; machines' clocks may be this far apart.
FRESH: Final = dt.timedelta(seconds=300)
CLOCKS_APART: Final = dt.timedelta(seconds=5)
SILENCE: Final = dt.timedelta(days=2)


def open_lines(
    *,
    act: str,
    summary: str,
    lines: Sequence[tuple[str, str]],
    opened_by: User,
    answer_by: dt.datetime | None = None,
) -> SignoffRequest:
    """Rows of a request, for a verb that writes the ledger entry itself. Lines are (digest, subject)."""
    if not lines:
        raise InvalidInputError(_("A request for signatures needs at least one line."))
    require_short(_("summary"), summary, 300)
    request = SignoffRequest.objects.create(
        act=act, summary=summary, opened_by=opened_by, opened_at=clock.now(),
        answer_by=answer_by or clock.now() + SILENCE,
    )  # fmt: skip
    SignoffLine.objects.bulk_create(
        SignoffLine(request=request, digest=digest, subject=subject) for digest, subject in lines
    )
    return request


@transaction.atomic
def request_open(
    *,
    act: str,
    summary: str,
    lines: Sequence[tuple[str, str]],
    answer_by: dt.datetime | None = None,
    actor: User,
) -> SignoffRequest:
    """Ask the departments for signatures over digests; lines are (digest, subject in words).

    Whoever is silent past `answer_by` (two days from now when None) is passed over for their deputy.
    """
    require(may(actor, "request_open"))
    request = open_lines(act=act, summary=summary, lines=lines, opened_by=actor, answer_by=answer_by)
    ledger.record(
        action=Action.SIGNOFF_REQUESTED,
        subject=f"request {request.pk}",
        payload={"act": act},
        actor=actor,
        facts=facts.of_requests([request]),
    )
    return request


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What is answered to one line; the reason is needed unless it is approved as it is."""

    verdict: str
    reason: str = ""


def _why_not(request: SignoffRequest, role: str, actor: User) -> Iterator[str]:
    """Every reason why the actor may not answer, as a sentence each."""
    if actor.is_system or not actor.is_active:
        yield _("The account %(person)s cannot sign.") % {"person": actor.username}
    if role not in DEPARTMENTS or (role not in actor.roles and deputyship_for(request, role, actor) is None):
        yield _("%(person)s does not sign for %(role)s.") % {"person": actor.username, "role": role}
    if request.opened_by_id == actor.pk:
        yield _("Whoever asks for signatures does not give one.")
    lines = list(request.lines.all())
    if any(actor.pk in acts.authors(request.act, line.digest) for line in lines):
        yield _("What %(person)s proposed or computed is signed by others.") % {"person": actor.username}
    other = Signature.objects.filter(line__request=request, person=actor).exclude(role=role).first()
    if other is not None:
        said = _("%(person)s has answered this request for %(role)s already.")
        yield said % {"person": actor.username, "role": other.role}
    if not any(role in required(request.act, line.digest) for line in lines):
        yield _("No signature of %(role)s is required for this.") % {"role": role}


def _check_one_voice(lines: list[SignoffLine], role: str, actor: User, deputyship: Deputy | None) -> None:
    """Whoever is stood in for and who stands in do not both answer the same line."""
    place = deputyship.person_id if deputyship else actor.pk
    for given in standing([line.digest for line in lines]).filter(role=role).select_related("deputyship"):
        if place == (given.deputyship.person_id if given.deputyship else given.person_id):
            who = given.person.username
            raise ConflictError(
                _("%(who)s has answered %(subject)s in the same place.")
                % {"who": who, "subject": given.line.subject}
            )


def may_sign(request: SignoffRequest, role: str, actor: User) -> Answer:
    """Whether the actor may answer this request in this role; the database asks the same questions."""
    refusal = next(_why_not(request, role, actor), None)
    return ALLOWED if refusal is None else Refused(refusal)


def _check_answers(lines: list[SignoffLine], answers: Mapping[str, LineAnswer], statement: str) -> None:
    require_short(_("statement"), statement, 500)
    strangers = answers.keys() - {line.digest for line in lines}
    if not answers or strangers or not statement.strip():
        raise InvalidInputError(_("An answer needs lines of this request and the statement attested."))
    for answer in answers.values():
        require_short(_("reason"), answer.reason, 300)
        if answer.verdict not in Signature.Verdict.values:
            known = ", ".join(Signature.Verdict.values)
            raise InvalidInputError(
                _("'%(verdict)s' is no answer; use %(known)s.") % {"verdict": answer.verdict, "known": known}
            )
        if answer.verdict != Signature.Verdict.APPROVE and not answer.reason.strip():
            raise InvalidInputError(
                _("To %(verdict)s takes a reason.") % {"verdict": _(Signature.Verdict(answer.verdict).label)}
            )


def _check_current(request: SignoffRequest, lines: list[SignoffLine]) -> None:
    gone = [line.subject for line in lines if not acts.is_current(request.act, line.digest)]
    if gone:
        raise ConflictError(
            _("Something newer stands in for %(gone)s; there is nothing to sign.") % {"gone": ", ".join(gone)}
        )


def _proven(authenticated_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """When the signer proved who they are; now, by a clock a little ahead. The database asks again."""
    if not -CLOCKS_APART <= now - authenticated_at <= FRESH:
        raise NotAllowedError(_("Sign in again first: who signs proves who they are within five minutes."))
    return min(authenticated_at, now)


@transaction.atomic
def request_sign(
    *,
    request: SignoffRequest,
    role: str,
    answers: Mapping[str, LineAnswer],
    statement: str,
    authenticated_at: dt.datetime,
    actor: User,
) -> SignoffRequest:
    """Answer lines of a request, by their digests, in one act that was re-authenticated just before.

    Raises NotAllowedError for whoever may not sign or signed in too long ago, ConflictError when the
    person has a standing answer to one of the lines.
    """
    ledger.order_visibility()
    require(may_sign(request, role, actor))
    now = clock.now()
    proven_at = _proven(authenticated_at, now)
    asked = list(request.lines.order_by("pk"))
    _check_answers(asked, answers, statement)
    lines = [line for line in asked if line.digest in answers]
    if standing([line.digest for line in lines]).filter(person=actor).exists():
        raise ConflictError(_("%(actor)s has already answered this request.") % {"actor": actor.username})
    deputyship = None if role in actor.roles else deputyship_for(request, role, actor)
    _check_one_voice(lines, role, actor, deputyship)
    _check_current(request, lines)
    _check_held(request.act, answers)
    open_before = [line for line in lines if not stands(request.act, line.digest)]
    given = _answered(lines, answers, Signature(
        role=role, person=actor, statement=statement, authenticated_at=proven_at,
        signed_at=now, deputyship=deputyship,
    ))  # fmt: skip
    complete = [line.digest for line in open_before if stands(request.act, line.digest)]
    moved = [acts.complete(request.act, digest) for digest in complete]
    moved += [
        acts.reject(request.act, digest)
        for digest, answer in answers.items()
        if answer.verdict == Signature.Verdict.REJECT
    ]
    ledger.record(
        action=Action.SIGNOFF_GIVEN,
        subject=f"request {request.pk}",
        payload={"role": role} | ({"stands_in_for": deputyship.person.username} if deputyship else {}),
        actor=actor,
        facts=ledger.together(facts.of_signatures(given), *moved),
    )
    return request


def _check_held(act: str, answers: Mapping[str, LineAnswer]) -> None:
    """Whoever agrees has to see what is agreed to; to ask and to reject takes no number."""
    agreed = (Signature.Verdict.APPROVE, Signature.Verdict.EXCEPT)
    for digest in sorted(key for key, answer in answers.items() if answer.verdict in agreed):
        if why := acts.held(act, digest):
            raise ConflictError(why)


def _answered(
    lines: list[SignoffLine], answers: Mapping[str, LineAnswer], common: Signature
) -> list[Signature]:
    """A stored signature for each line, alike but for the line and what is answered to it."""
    given = []
    for line in lines:
        signature = copy(common)
        signature.line, signature.digest = line, line.digest
        signature.verdict, signature.reason = answers[line.digest].verdict, answers[line.digest].reason
        signature.round = Signature.objects.filter(digest=line.digest, person=common.person).count()
        signature.save(force_insert=True)
        given.append(signature)
    return given


@transaction.atomic
def signature_withdraw(
    *, request: SignoffRequest, digests: Sequence[str] = (), reason: str, actor: User
) -> list[Signature]:
    """Take one's own standing answers to a request back (to some lines, or all when none is named).

    Raises ConflictError when there is none. They may be given again.
    """
    ledger.order_visibility()
    mine = standing([line.digest for line in request.lines.all()]).filter(person=actor, line__request=request)
    if not mine.exclude(deputyship=None).exists():
        # Whoever stood in may take their own answer back when the deputyship is over, too.
        require(may(actor, "signature_withdraw"))
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("To take a signature back takes a reason."))
    found = list(mine.filter(digest__in=digests) if digests else mine)
    if not found:
        raise ConflictError(_("%(actor)s has no standing answer there.") % {"actor": actor.username})
    for signature in found:
        Withdrawal.objects.create(
            signature=signature, reason=reason, withdrawn_by=actor, withdrawn_at=clock.now()
        )
    ledger.record(
        action=Action.SIGNOFF_WITHDRAWN,
        subject=f"request {request.pk}",
        payload={"reason": reason},
        actor=actor,
        facts=facts.of_signatures(Signature.objects.filter(pk__in=[item.pk for item in found])),
    )
    return found


@transaction.atomic
def request_escalate(*, request: SignoffRequest, role: str, actor: User) -> Escalation:
    """Ask the deputies of a department that was silent past its time. Raises ConflictError before that,
    or when they are asked already."""
    require(may(actor, "request_escalate"))
    if request.answer_by is None or clock.now() < request.answer_by:
        raise ConflictError(
            _("%(role)s still has time to answer request %(request)s.")
            % {"role": role, "request": request.pk}
        )
    escalation, is_new = Escalation.objects.get_or_create(
        request=request, role=role, defaults={"at": clock.now()}
    )
    if not is_new:
        raise ConflictError(_("The deputies of %(role)s are asked already.") % {"role": role})
    ledger.record(
        action=Action.SIGNOFF_ESCALATED,
        subject=f"request {request.pk}",
        payload={"role": role},
        actor=actor,
        facts=facts.of_requests([request]),
    )
    return escalation
