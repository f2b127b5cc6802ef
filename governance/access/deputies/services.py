"""Who stands in for whom, and until when."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.facts import of_deputies
from governance.access.models import Deputy, DeputyWithdrawal, User
from governance.access.policy import DEPARTMENTS, may
from governance.access.services import check_reason, check_together, groups_of
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


def _check_deputy(person: User, deputy: User, role: str) -> None:
    if deputy.pk == person.pk:
        raise InvalidInputError(_("Nobody stands in for themself."))
    if deputy.is_system or not deputy.is_active:
        raise InvalidInputError(_("%(deputy)s cannot stand in for anybody.") % {"deputy": deputy.username})
    if role not in person.roles:
        raise InvalidInputError(
            _("%(person)s does not hold the role %(role)s.") % {"person": person.username, "role": role}
        )
    if role == "auditor" or "auditor" in deputy.roles:
        raise InvalidInputError(_("An auditor neither has a deputy nor is one."))
    check_together(deputy.roles | {role})
    other = sorted(set(DEPARTMENTS) & (deputy.roles - {role}))
    if role in DEPARTMENTS and other:
        raise InvalidInputError(
            _("%(deputy)s signs for %(other)s and so not for %(role)s too.")
            % {"deputy": deputy.username, "other": other[0], "role": role}
        )


@transaction.atomic
def deputy_name(
    *, person: User, deputy: User, role: str, since: dt.date, until: dt.date, reason: str, actor: User
) -> Deputy:
    """Name who stands in for a person's role, from day to day; by the person or by an admin."""
    if actor.pk != person.pk or not actor.is_active:
        require(may(actor, "deputy_name"))
    groups_of([role])
    check_reason(reason)
    if until < since:
        raise InvalidInputError(_("A deputyship ends on or after the day it begins."))
    _check_deputy(person, deputy, role)
    found = Deputy.objects.create(
        person=person, deputy=deputy, role=role, since=since, until=until, reason=reason,
        named_at=clock.now(), named_by=actor,
    )  # fmt: skip
    payload = {
        "deputy": deputy.username, "role": role, "since": since.isoformat(), "until": until.isoformat(),
        "reason": reason,
    }  # fmt: skip
    ledger.record(
        action=Action.DEPUTY_NAMED,
        subject=person.username,
        payload=payload,
        actor=actor,
        facts=of_deputies([found]),
    )
    return found


@transaction.atomic
def deputy_withdraw(*, deputyship: Deputy, reason: str, actor: User) -> None:
    """End a deputyship before its last day; by the person stood in for or by an admin."""
    if actor.pk != deputyship.person_id or not actor.is_active:
        require(may(actor, "deputy_withdraw"))
    check_reason(reason)
    # As a signature does, so that the two have one order in the ledger.
    ledger.order_visibility()
    if DeputyWithdrawal.objects.filter(deputyship=deputyship).exists():
        raise ConflictError(_("That deputyship has ended already."))
    DeputyWithdrawal.objects.create(
        deputyship=deputyship, withdrawn_at=clock.now(), withdrawn_by=actor, reason=reason
    )
    payload = {"deputy": deputyship.deputy.username, "role": deputyship.role, "reason": reason}
    ledger.record(
        action=Action.DEPUTY_WITHDRAWN,
        subject=deputyship.person.username,
        payload=payload,
        actor=actor,
        facts=of_deputies([deputyship]),
    )
