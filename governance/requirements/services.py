"""What must be signed: set once, and changed only with the signatures the change imposes."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

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
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

ACT: Final = "requirement"


def _able(role: str, barred: frozenset[int] = frozenset()) -> int:
    """How many persons can sign for a department today."""
    holders = User.objects.filter(groups__name=role, is_active=True, is_system=False).distinct()
    return holders.exclude(pk__in=barred).count()


def _check_possible(role: str, count: int, barred: frozenset[int] = frozenset()) -> None:
    """Refuse what could never be given, or would be given by nobody."""
    if role not in DEPARTMENTS or count < 1:
        raise InvalidInputError(
            _("A requirement names one of %(departments)s and at least 1.")
            % {"departments": ", ".join(DEPARTMENTS)}
        )
    free = _able(role, barred)
    if free < count:
        raise InvalidInputError(
            _("%(free)s persons can sign for %(role)s; %(count)s signatures cannot be given.")
            % {"free": free, "role": role, "count": count}
        )


@transaction.atomic
def requirement_set(*, act: str, role: str, count: int, actor: User) -> Requirement:
    """State once how many signatures of a department an act needs; from then on `requirement_propose`."""
    require(may(actor, "requirement_set"))
    _check_possible(role, count)
    if Requirement.objects.filter(act=act, role=role, scope=EVERYWHERE).exists():
        raise ConflictError(
            _("What %(role)s must sign for '%(act)s' is set; propose a change of it.")
            % {"role": role, "act": act}
        )
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
            _(
                "This would ask for %(count)s signatures of %(role)s, and %(able)s can be given now, so"
                " it is not put in force and your answer is not kept. Give the role to more persons"
                " first."
            )
            % {"count": item.count, "role": item.role, "able": able}
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
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("A change of what must be signed takes a reason."))
    if scope != EVERYWHERE and not Market.objects.filter(code=scope).exists():
        raise InvalidInputError(
            _("There is no market '%(scope)s'; give a market's code or '%(everywhere)s'.")
            % {"scope": scope, "everywhere": EVERYWHERE}
        )
    _check_possible(role, count, frozenset({actor.pk}))
    today = in_force(act, scope)
    if not today:
        raise ConflictError(_("Nothing is required for '%(act)s' yet; set it first.") % {"act": act})
    if today.get(role) == count:
        raise ConflictError(
            _("'%(act)s' needs %(count)s of %(role)s already.") % {"act": act, "count": count, "role": role}
        )
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
