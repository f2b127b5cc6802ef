"""Accounts, roles, deputies and tokens as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.access.models import Deputy, RoleGrant, Token, User
from governance.ledger.services import Facts


def of(users: Iterable[User]) -> Facts:
    """What the ledger says of these accounts, and of every role they were given."""
    users = list(users)
    return {
        # Passwords and sign-ins are no facts of governance.
        "accounts": {
            user.username: {
                "active": user.is_active, "demo": user.is_demo, "system": user.is_system,
                "powers": user.is_staff or user.is_superuser,
            }
            for user in users
        },
        "roles": {user.username: sorted(group.name for group in user.groups.all()) for user in users},
        "grants": _grants(RoleGrant.objects.filter(person__in=users)),
    }  # fmt: skip


def _grants(grants: Iterable[RoleGrant]) -> dict[str, Any]:
    return {
        f"#{item.pk}": {
            "person": item.person.username, "role": item.role, "by": item.given_by.username,
            "at": item.given_at, "reason": item.reason,
            "ended": _ended(item, "revocation", "revoked_by", "revoked_at"),
        }
        for item in grants
    }  # fmt: skip


def of_deputies(deputies: Iterable[Deputy]) -> Facts:
    """What the ledger says of these deputyships, and of their early end."""
    return {
        "deputies": {
            f"#{item.pk}": {
                "person": item.person.username, "deputy": item.deputy.username, "role": item.role,
                "since": item.since, "until": item.until, "reason": item.reason,
                "by": item.named_by.username, "at": item.named_at,
                "ended": _ended(item, "withdrawal", "withdrawn_by", "withdrawn_at"),
            }
            for item in deputies
        }
    }  # fmt: skip


def of_tokens(tokens: Iterable[Token]) -> Facts:
    """What the ledger says of these tokens, and of their early end; of the token itself only its hash."""
    return {
        "tokens": {
            item.prefix: {
                "person": item.person.username, "name": item.name, "digest": item.digest,
                "scopes": item.scopes, "by": item.created_by.username, "at": item.created_at,
                "expires": item.expires_at, "ended": _ended(item, "revocation", "revoked_by", "revoked_at"),
            }
            for item in tokens
        }
    }  # fmt: skip


def _ended(item: Any, end: str, by: str, at: str) -> dict[str, Any] | None:
    """Who ended it, when and why; None while it lasts."""
    found = getattr(item, end, None)
    if found is None:
        return None
    return {
        "by": getattr(found, by).username,
        "at": getattr(found, at),
        "reason": getattr(found, "reason", ""),
    }


def stored() -> Facts:
    """The same of all there are."""
    deputies = Deputy.objects.select_related("person", "deputy", "named_by", "withdrawal__withdrawn_by")
    tokens = Token.objects.select_related("person", "created_by", "revocation__revoked_by")
    grants = RoleGrant.objects.select_related("person", "given_by", "revocation__revoked_by")
    return {
        **of(User.objects.prefetch_related("groups")),
        "grants": _grants(grants),
        **of_deputies(deputies),
        **of_tokens(tokens),
    }
