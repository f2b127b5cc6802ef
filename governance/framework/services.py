"""Proposing a decision framework. The departments sign it as they sign everything else."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.framework import facts
from governance.framework.models import FrameworkPolicy
from governance.framework.policy import Policy, PolicyError, parse
from governance.framework.selectors import ACT, newest
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.services import Facts
from governance.signoffs import acts
from governance.signoffs.facts import of_requests
from governance.signoffs.models import EVERYWHERE, SignoffRequest
from governance.signoffs.selectors import in_force
from governance.signoffs.services import open_lines
from otdr_hub.lib import clock, digest
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

_ROOM: Final = 10_000


def _proposers(wanted: str) -> set[int]:
    return set(FrameworkPolicy.objects.filter(digest=wanted).values_list("proposed_by_id", flat=True))


def _is_newest(wanted: str) -> bool:
    """Only the framework proposed last is still asked about."""
    found = newest()
    return found is None or found.digest == wanted


def _nothing_to_store(wanted: str) -> Facts:  # noqa: ARG001 (an act is told which)
    """Which framework is in effect is computed from signatures when asked."""
    return {}


acts.register(ACT, acts.Act(completed=_nothing_to_store, authors=_proposers, current=_is_newest))


def _read(document: str) -> Policy:
    try:
        return parse(document)
    except PolicyError as error:
        raise InvalidInputError(error.told(_)) from None


@transaction.atomic
def framework_propose(*, document: str, reason: str, actor: User) -> SignoffRequest:
    """Propose a framework, and ask the departments that requirements name to sign it.

    Until they have, the one before stays in effect. Raises InvalidInputError for a document that is none,
    ConflictError where nothing is required to sign one, or one of that name or content is there.
    """
    require(may(actor, "framework_propose"))
    require_short(_("document"), document, _ROOM)
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("A framework takes a reason: who agreed on these limits, and why."))
    policy = _read(document)
    if not in_force(ACT, EVERYWHERE):
        raise ConflictError(_("No signature is required for a framework yet, so none could take effect."))
    if FrameworkPolicy.objects.filter(name=policy.name).exists():
        raise ConflictError(_("The name %(name)s is taken; choose a new one.") % {"name": policy.name})
    item = FrameworkPolicy.objects.create(
        name=policy.name, digest=policy.digest, content=digest.canonical(policy.content()),
        document=document, reason=reason.strip(), proposed_by=actor, proposed_at=clock.now(),
    )  # fmt: skip
    request = open_lines(
        act=ACT, summary=f"Approve the decision framework {policy.name}",
        lines=[(item.digest, f"decision framework {policy.name}")], opened_by=actor,
    )  # fmt: skip
    ledger.record(
        action=Action.FRAMEWORK_PROPOSED,
        subject=policy.name,
        payload={"digest": item.digest, "reason": item.reason, "request": request.pk},
        actor=actor,
        facts=ledger.together(facts.of([item]), of_requests([request])),
    )
    return request
