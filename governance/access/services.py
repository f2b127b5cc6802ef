"""Accounts and roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from governance.access.models import User
from governance.access.policy import DEPARTMENTS, ROLES, may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError, require


def system() -> User:
    """The named system account (made by a migration); it can never sign."""
    return User.objects.get(username="system")


def _groups(roles: Sequence[str]) -> list[Group]:
    for role in roles:
        if role not in ROLES:
            raise InvalidInputError(f"There is no role '{role}'; the roles are {', '.join(ROLES)}.")
    return [Group.objects.get(name=role) for role in roles]


def _check_username(username: str) -> None:
    try:
        User.username_validator(username)
    except ValidationError as error:
        raise InvalidInputError(f"'{username}' is no user name. {' '.join(error.messages)}") from None
    if not 1 <= len(username) <= 150:
        raise InvalidInputError("A user name has 1 to 150 characters.")


def _check_together(roles: Collection[str]) -> None:
    """Whoever gives roles does not sign: the two are never one person's."""
    signing = sorted(set(roles) & set(DEPARTMENTS))
    if "admin" in roles and signing:
        raise InvalidInputError(f"An admin gives roles and so cannot sign for {signing[0]}.")


@transaction.atomic
def account_create(
    *, username: str, password: str, roles: Sequence[str], actor: User, is_demo: bool = False
) -> User:
    """Create an account holding `roles`. Raises ConflictError when the name is taken."""
    require(may(actor, "account_create"))
    groups = _groups(roles)
    _check_username(username)
    _check_together(set(roles))
    if User.objects.filter(username=username).exists():
        raise ConflictError(f"There is already an account '{username}'.")
    user = User.objects.create_user(username=username, password=password, is_demo=is_demo)
    user.groups.set(groups)
    ledger.record(
        action=Action.ACCOUNT_CREATED,
        subject=username,
        payload={"roles": sorted(roles), "demo": is_demo},
        actor=actor,
    )
    return user


@transaction.atomic
def role_grant(*, user: User, role: str, actor: User) -> None:
    """Give a role to an account."""
    require(may(actor, "role_grant"))
    (group,) = _groups([role])
    if user.pk == actor.pk:
        raise NotAllowedError("Nobody gives a role to themself.")
    if user.is_system:
        raise NotAllowedError("A system account holds no role.")
    if role in user.roles:
        raise ConflictError(f"{user.username} holds the role {role} already.")
    _check_together(user.roles | {role})
    user.groups.add(group)
    ledger.record(action=Action.ROLE_GRANTED, subject=user.username, payload={"role": role}, actor=actor)
