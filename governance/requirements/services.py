"""What must be signed: set once, and changed only with the signatures the change imposes."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from governance.access.models import User
from governance.access.policy import DEPARTMENTS, may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.services import Facts
from governance.markets.models import Market
from governance.signoffs import acts, facts
from governance.signoffs.models import EVERYWHERE, Requirement, RequirementChange, SignoffRequest
from governance.signoffs.selectors import in_force
from governance.signoffs.services import open_lines
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require, require_short

ACT: Final = "requirement"


def _able(role: str, barred: frozenset[int] = frozenset()) -> int:
    """How many persons can sign for a department today."""
    holders = User.objects.filter(groups__name=role, is_active=True, is_system=False).distinct()
    return holders.exclude(pk__in=barred).count()


def _check_possible(role: str, count: int, barred: frozenset[int] = frozenset()) -> None:
    """Refuse what could never be given, or would be given by nobody."""
    if role not in DEPARTMENTS or count < 1:
        raise InvalidInputError(f"A requirement names one of {', '.join(DEPARTMENTS)} and at least 1.")
    free = _able(role, barred)
    if free < count:
        raise InvalidInputError(f"{free} persons can sign for {role}; {count} signatures cannot be given.")


@transaction.atomic
def requirement_set(*, act: str, role: str, count: int, actor: User) -> Requirement:
    """State once how many signatures of a department an act needs; from then on `requirement_propose`."""
    require(may(actor, "requirement_set"))
    _check_possible(role, count)
    if Requirement.objects.filter(act=act, role=role, scope=EVERYWHERE).exists():
        raise ConflictError(f"What {role} must sign for '{act}' is set; propose a change of it.")
    requirement = Requirement.objects.create(act=act, role=role, count=count)
    ledger.record(
        action=Action.REQUIREMENT_SET,
        subject=act,
        payload={"role": role, "count": count},
        actor=actor,
        facts=facts.of_requirements([requirement]),
    )
    return requirement


def _proposers(change: str) -> set[int]:
    return set(RequirementChange.objects.filter(digest=change).values_list("proposed_by_id", flat=True))


def _into_force(change: str) -> Facts:
    """All signatures stand: the change becomes the newest row, in the signature's own transaction.

    Raises ConflictError where too few persons hold the role by now: then nothing is signed either.
    """
    item = RequirementChange.objects.get(pk=change)
    able = _able(item.role)
    if able < item.count:
        raise ConflictError(
            f"This would ask for {item.count} signatures of {item.role}, and {able} can be given now, so it"
            " is not put in force and your answer is not kept. Give the role to more persons first."
        )
    row = Requirement.objects.create(
        act=item.act, scope=item.scope, role=item.role, count=item.count, change=item
    )
    return facts.of_requirements([row])


def _is_open(change: str) -> bool:
    return not Requirement.objects.filter(change_id=change).exists()


acts.register(ACT, acts.Act(completed=_into_force, authors=_proposers, current=_is_open))


@transaction.atomic
def requirement_propose(
    *, act: str, scope: str = EVERYWHERE, role: str, count: int, reason: str, actor: User
) -> SignoffRequest:
    """Propose another count of a department's signatures for an act, everywhere or in one market.

    It is in force once the departments that sign the act today, and the one it names, have signed.
    Raises InvalidInputError for what could never be given, ConflictError for what is so already.
    """
    require(may(actor, "requirement_propose"))
    require_short("reason", reason, 300)
    if not reason.strip():
        raise InvalidInputError("A change of what must be signed takes a reason.")
    if scope != EVERYWHERE and not Market.objects.filter(code=scope).exists():
        raise InvalidInputError(f"There is no market '{scope}'; give a market's code or '{EVERYWHERE}'.")
    _check_possible(role, count, frozenset({actor.pk}))
    today = in_force(act, scope)
    if not today:
        raise ConflictError(f"Nothing is required for '{act}' yet; set it first.")
    if today.get(role) == count:
        raise ConflictError(f"'{act}' needs {count} of {role} already.")
    content = {
        "act": act, "scope": scope, "role": role, "count": count, "reason": reason, "at": clock.now(),
        "by": actor.username,
    }  # fmt: skip
    change = RequirementChange.objects.create(
        digest=digest.of(content), act=act, scope=scope, role=role, count=count, reason=reason,
        proposed_by=actor, proposed_at=clock.now(),
    )  # fmt: skip
    where = "" if scope == EVERYWHERE else f" in {scope}"
    words = f"{count} x {role} for {act}{where}, today {today.get(role, 0)}"
    request = open_lines(
        act=ACT, summary=f"Change what must be signed: {words}", lines=[(change.digest, words[:120])],
        opened_by=actor,
    )  # fmt: skip
    ledger.record(
        action=Action.REQUIREMENT_PROPOSED,
        subject=words,
        payload={"reason": reason, "request": request.pk},
        actor=actor,
        facts=ledger.together(facts.of_changes([change]), facts.of_requests([request])),
    )
    return request
