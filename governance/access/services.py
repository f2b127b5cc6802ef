"""Accounts and roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from governance.access import facts
from governance.access.models import RoleGrant, RoleRevocation, User
from governance.access.policy import DEPARTMENTS, ROLES, may
from governance.access.selectors import open_grants
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    require,
)

_REASON = 300


def system() -> User:
    """The named system account (made by a migration); it can never sign."""
    return User.objects.get(username="system")


def groups_of(roles: Sequence[str]) -> list[Group]:
    """The groups that are these roles; InvalidInputError for a word that is none."""
    for role in roles:
        if role not in ROLES:
            raise InvalidInputError(
                _("There is no role '%(role)s'; the roles are %(roles)s.")
                % {"role": role, "roles": ", ".join(ROLES)}
            )
    return [Group.objects.get(name=role) for role in roles]


def _check_username(username: str) -> None:
    try:
        User.username_validator(username)
    except ValidationError as error:
        raise InvalidInputError(
            _("'%(username)s' is no user name. %(messages)s")
            % {"username": username, "messages": " ".join(error.messages)}
        ) from None
    if not 1 <= len(username) <= 150:
        raise InvalidInputError(_("A user name has 1 to 150 characters."))


def check_together(roles: Collection[str]) -> None:
    """Whoever gives roles does not sign, and whoever audits does nothing else."""
    signing = sorted(set(roles) & set(DEPARTMENTS))
    if "admin" in roles and signing:
        raise InvalidInputError(
            _("An admin gives roles and so cannot sign for %(signing)s.") % {"signing": signing[0]}
        )
    if "auditor" in roles and len(set(roles)) > 1:
        raise InvalidInputError(_("An auditor reads everything and writes nothing, so holds no other role."))


def check_reason(reason: str) -> None:
    """Raise InvalidInputError unless there is a reason, and room for it."""
    if not reason.strip():
        raise InvalidInputError(_("Give a reason: whoever reads the history will ask for it."))
    require_short(_("reason"), reason, _REASON)


def _locked(user: User) -> User:
    """The account's row, held to the end of the transaction: what it holds changes one act at a time.

    A row that names the account (a signature, say) takes its key when it is committed, and need not wait.
    """
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _record(action: Action, user: User, payload: dict[str, Any], actor: User) -> None:
    ledger.record(action=action, subject=user.username, payload=payload, actor=actor, facts=facts.of([user]))


def _give(user: User, role: str, actor: User, reason: str = "") -> None:
    RoleGrant.objects.create(person=user, role=role, given_at=clock.now(), given_by=actor, reason=reason)


def _take(grant: RoleGrant, actor: User, reason: str) -> None:
    RoleRevocation.objects.create(grant=grant, revoked_at=clock.now(), revoked_by=actor, reason=reason)


def _keep_an_admin(user: User) -> None:
    others = User.objects.filter(groups__name="admin", is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise ConflictError(
            _("%(user)s is the only admin; make another one first.") % {"user": user.username}
        )


@transaction.atomic
def account_create(
    *, username: str, password: str, roles: Sequence[str], actor: User, is_demo: bool = False
) -> User:
    """Create an account holding `roles`. Raises ConflictError when the name is taken."""
    require(may(actor, "account_create"))
    groups = groups_of(roles)
    _check_username(username)
    check_together(set(roles))
    if User.objects.filter(username=username).exists():
        raise ConflictError(_("There is already an account '%(username)s'.") % {"username": username})
    user = User.objects.create_user(username=username, password=password, is_demo=is_demo)
    user.groups.set(groups)
    for role in sorted(set(roles)):
        _give(user, role, actor)
    _record(Action.ACCOUNT_CREATED, user, {"roles": sorted(roles), "demo": is_demo}, actor)
    return user


@transaction.atomic
def account_welcome(*, user: User, provider: str, actor: User) -> User:
    """Put on record an account that single sign-on has just made. It holds no role until one is given."""
    require(may(actor, "account_create"))
    if user.groups.exists() or RoleGrant.objects.filter(person=user).exists():
        raise ConflictError(_("%(user)s is no newcomer.") % {"user": user.username})
    _record(Action.ACCOUNT_CREATED, user, {"roles": [], "demo": False, "provider": provider}, actor)
    return user


@transaction.atomic
def account_close(*, user: User, reason: str, actor: User) -> None:
    """Close an account: it opens nothing from the next request on. What it did and held stays on record."""
    require(may(actor, "account_close"))
    check_reason(reason)
    ledger.order_visibility()  # as a signature does, so that the first of the two is first in the ledger
    user = _locked(user)
    if user.pk == actor.pk:
        raise NotAllowedError(_("Nobody closes their own account."))
    if user.is_system:
        raise NotAllowedError(_("A system account is not closed."))
    if not user.is_active:
        raise ConflictError(_("The account %(user)s is closed already.") % {"user": user.username})
    if "admin" in user.roles:
        _keep_an_admin(user)
    for grant in open_grants(user):
        _take(grant, actor, reason)
    user.groups.clear()
    user.is_active = False
    user.save(update_fields=["is_active"])
    _record(Action.ACCOUNT_CLOSED, user, {"reason": reason}, actor)


@transaction.atomic
def role_grant(*, user: User, role: str, actor: User, reason: str = "") -> None:
    """Give a role to an account."""
    require(may(actor, "role_grant"))
    (group,) = groups_of([role])
    require_short(_("reason"), reason, _REASON)
    user = _locked(user)
    if user.pk == actor.pk:
        raise NotAllowedError(_("Nobody gives a role to themself."))
    if user.is_system:
        raise NotAllowedError(_("A system account holds no role."))
    if not user.is_active:
        raise ConflictError(_("The account %(user)s is closed.") % {"user": user.username})
    if role in user.roles:
        raise ConflictError(
            _("%(user)s holds the role %(role)s already.") % {"user": user.username, "role": role}
        )
    check_together(user.roles | {role})
    user.groups.add(group)
    _give(user, role, actor, reason)
    _record(Action.ROLE_GRANTED, user, {"role": role, "reason": reason}, actor)


@transaction.atomic
def role_revoke(*, user: User, role: str, reason: str, actor: User) -> None:
    """Take a role away. Roles are read at each request, so an open session loses it at once."""
    require(may(actor, "role_revoke"))
    (group,) = groups_of([role])
    check_reason(reason)
    ledger.order_visibility()  # as a signature does, so that the first of the two is first in the ledger
    user = _locked(user)
    grant = open_grants(user).filter(role=role).first()
    if grant is None:
        raise ConflictError(
            _("%(user)s does not hold the role %(role)s.") % {"user": user.username, "role": role}
        )
    if role == "admin":
        _keep_an_admin(user)
    _take(grant, actor, reason)
    user.groups.remove(group)
    _record(Action.ROLE_REVOKED, user, {"role": role, "reason": reason}, actor)


@transaction.atomic
def factors_forget(*, user: User, reason: str, actor: User) -> int:
    """Take away all second factors of somebody who lost them; answers how many there were."""
    require(may(actor, "factors_forget"))
    check_reason(reason)
    if user.pk == actor.pk:
        raise NotAllowedError(
            _("Nobody takes away their own second factors this way; the account page does it.")
        )
    found = Authenticator.objects.filter(user=user).delete()[0]
    if not found:
        raise ConflictError(_("%(user)s has no second factor.") % {"user": user.username})
    _record(Action.FACTORS_FORGOTTEN, user, {"reason": reason}, actor)
    return int(found)
