"""Asking for signatures and giving them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from governance.access.models import User
from governance.access.policy import DEPARTMENTS, may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.signoffs import acts
from governance.signoffs.models import Requirement, Signature, SignoffLine, SignoffRequest
from governance.signoffs.selectors import stands
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import (
    ALLOWED,
    Answer,
    ConflictError,
    InvalidInputError,
    Refused,
    require,
    require_short,
)


@transaction.atomic
def requirement_set(*, act: str, role: str, count: int, actor: User) -> Requirement:
    """State once how many signatures of a department an act needs; it cannot be lowered afterwards."""
    require(may(actor, "requirement_set"))
    if role not in DEPARTMENTS or count < 1:
        raise InvalidInputError(f"A requirement names one of {', '.join(DEPARTMENTS)} and at least 1.")
    if Requirement.objects.filter(act=act, role=role).exists():
        raise ConflictError(f"What {role} must sign for '{act}' is already set.")
    holders = User.objects.filter(groups__name=role, is_active=True, is_system=False).count()
    if holders < count:
        raise InvalidInputError(
            f"{holders} persons hold the role {role}; {count} signatures cannot be given."
        )
    requirement = Requirement.objects.create(act=act, role=role, count=count)
    ledger.record(
        action=Action.REQUIREMENT_SET, subject=act, payload={"role": role, "count": count}, actor=actor
    )
    return requirement


def open_lines(
    *, act: str, summary: str, lines: Sequence[tuple[str, str]], opened_by: User
) -> SignoffRequest:
    """Rows of a request, for a verb that writes the ledger entry itself. Lines are (digest, subject)."""
    if not lines:
        raise InvalidInputError("A request for signatures needs at least one line.")
    require_short("summary", summary, 300)
    request = SignoffRequest.objects.create(
        act=act, summary=summary, opened_by=opened_by, opened_at=clock.now()
    )
    SignoffLine.objects.bulk_create(
        SignoffLine(request=request, digest=digest, subject=subject) for digest, subject in lines
    )
    return request


@transaction.atomic
def request_open(*, act: str, summary: str, lines: Sequence[tuple[str, str]], actor: User) -> SignoffRequest:
    """Ask the departments for signatures over digests; lines are (digest, subject in words)."""
    require(may(actor, "request_open"))
    request = open_lines(act=act, summary=summary, lines=lines, opened_by=actor)
    ledger.record(
        action=Action.SIGNOFF_REQUESTED,
        subject=f"request {request.pk}",
        payload={"act": act, "lines": [{"digest": digest, "subject": text} for digest, text in lines]},
        actor=actor,
    )
    return request


def may_sign(request: SignoffRequest, role: str, actor: User) -> Answer:
    """Whether the actor may answer this request in this role; the database asks the same questions."""
    if actor.is_system or not actor.is_active:
        return Refused(f"The account {actor.username} cannot sign.")
    if role not in DEPARTMENTS or role not in actor.roles:
        return Refused(f"{actor.username} does not sign for {role}.")
    if request.opened_by_id == actor.pk:
        return Refused("Whoever asks for signatures does not give one.")
    if any(actor.pk in acts.authors(request.act, line.digest) for line in request.lines.all()):
        return Refused(f"What {actor.username} proposed is signed by others.")
    if not Requirement.objects.filter(act=request.act, role=role).exists():
        return Refused(f"No signature of {role} is required for this.")
    return ALLOWED


@transaction.atomic
def request_sign(
    *, request: SignoffRequest, role: str, verdict: str, statement: str, actor: User
) -> SignoffRequest:
    """Answer every line of a request in one act. Raises ConflictError when the person answered before."""
    ledger.order_visibility()
    require(may_sign(request, role, actor))
    if verdict not in Signature.Verdict.values or not statement.strip():
        raise InvalidInputError("A signature needs a verdict (approve or reject) and the statement attested.")
    require_short("statement", statement, 500)
    lines = list(request.lines.order_by("pk"))
    if Signature.objects.filter(digest__in=[line.digest for line in lines], person=actor).exists():
        raise ConflictError(f"{actor.username} has already answered this request.")
    moment = clock.now()
    open_before = [line for line in lines if not stands(request.act, line.digest)]
    Signature.objects.bulk_create(
        Signature(
            line=line, digest=line.digest, role=role, person=actor, verdict=verdict,
            statement=statement, signed_at=moment,
        )
        for line in lines
    )  # fmt: skip
    for line in open_before:
        if stands(request.act, line.digest):
            acts.complete(request.act, line.digest)
    ledger.record(
        action=Action.SIGNOFF_GIVEN,
        subject=f"request {request.pk}",
        payload={
            "role": role, "verdict": verdict, "statement": statement,
            "digests": [line.digest for line in lines],
        },
        actor=actor,
    )  # fmt: skip
    return request
