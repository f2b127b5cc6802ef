"""`manage.py accounts ...`: make and close accounts, give and take roles, who held what when."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from governance.access import selectors
from governance.access.command import DONE, ServiceCommand
from governance.access.models import RoleGrant, User
from governance.access.policy import ROLES, may
from governance.access.services import (
    account_close,
    account_create,
    factors_forget,
    role_grant,
    role_revoke,
)
from otdr_hub.lib.outcome import InvalidInputError, require

Answer = tuple[dict[str, Any], str, int]


def _password() -> str:
    # Never as an argument: those are seen by everybody on the machine.
    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(given)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages)) from None
    return given


def account_named(name: str | None) -> User:
    """The account of that name; InvalidInputError where there is none."""
    found = User.objects.filter(username=name or "").first()
    if found is None:
        raise InvalidInputError(f"There is no account '{name or ''}'.")
    return found


def _row(grant: RoleGrant) -> dict[str, Any]:
    end = getattr(grant, "revocation", None)
    return {
        "account": grant.person.username,
        "role": grant.role,
        "given_at": grant.given_at,
        "given_by": grant.given_by.username,
        "reason": grant.reason,
        "revoked_at": end and end.revoked_at,
        "revoked_by": end and end.revoked_by.username,
        "revoked_because": end and end.reason,
    }


def _told(row: dict[str, Any]) -> str:
    end = f" until {row['revoked_at']:%Y-%m-%d %H:%M} ({row['revoked_because']})" if row["revoked_at"] else ""
    return f"{row['account']}  {row['role']}  from {row['given_at']:%Y-%m-%d %H:%M} by {row['given_by']}{end}"


class Command(ServiceCommand):
    """One word says what is done; the password of a new account is asked for, or read from standard input."""

    help = "Accounts and roles: accounts create NAME --role finance, accounts list, accounts history [NAME]."

    def add_arguments(self, parser: CommandParser) -> None:
        """What, whose, which role, why."""
        super().add_arguments(parser)
        acts = ["create", "list", "history", "grant", "revoke", "close", "forget-factors"]
        parser.add_argument("act", choices=acts)
        parser.add_argument("name", nargs="?")
        parser.add_argument("--role", action="append", default=[], choices=sorted(ROLES))
        parser.add_argument("--reason", default="", help="why; revoke, close and forget-factors want one")

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Do it as the acting account."""
        call = getattr(self, "_" + options["act"].replace("-", "_"))
        answer: Answer = call(actor, options)
        return answer

    def _create(self, actor: User, options: dict[str, Any]) -> Answer:
        name, roles = options["name"], options["role"]
        if not name or not roles:
            raise InvalidInputError("Say the account's name and at least one --role.")
        account_create(username=name, password=_password(), roles=roles, actor=actor)
        return {"account": name, "roles": roles}, f"Account {name} created.", DONE

    def _list(self, actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG002 (all acts alike)
        require(may(actor, "people_read"))
        rows: list[dict[str, Any]] = [
            {
                "account": item.user.username,
                "roles": list(item.roles),
                "open": item.user.is_active,
                "system": item.user.is_system,
                "last_login": item.user.last_login,
                "second_factor": item.has_second_factor,
            }
            for item in selectors.people()
        ]
        lines = [
            f"{row['account']}  {', '.join(row['roles']) or 'no role'}{'' if row['open'] else '  closed'}"
            f"{'  second factor' if row['second_factor'] else ''}"
            for row in rows
        ]
        return {"accounts": rows}, "\n".join(lines), DONE

    def _history(self, actor: User, options: dict[str, Any]) -> Answer:
        require(may(actor, "people_read"))
        person = account_named(options["name"]) if options["name"] else None
        rows = [_row(grant) for grant in selectors.history(person)]
        return {"history": rows}, "\n".join(map(_told, rows)) or "No role was ever given.", DONE

    def _grant(self, actor: User, options: dict[str, Any]) -> Answer:
        person = account_named(options["name"])
        for role in options["role"]:
            role_grant(user=person, role=role, reason=options["reason"], actor=actor)
        said = f"{person.username} holds {', '.join(sorted(person.roles)) or 'no role'}."
        return {"account": person.username, "roles": sorted(person.roles)}, said, DONE

    def _revoke(self, actor: User, options: dict[str, Any]) -> Answer:
        person = account_named(options["name"])
        for role in options["role"]:
            role_revoke(user=person, role=role, reason=options["reason"], actor=actor)
        said = f"{person.username} holds {', '.join(sorted(person.roles)) or 'no role'}."
        return {"account": person.username, "roles": sorted(person.roles)}, said, DONE

    def _close(self, actor: User, options: dict[str, Any]) -> Answer:
        person = account_named(options["name"])
        account_close(user=person, reason=options["reason"], actor=actor)
        return {"account": person.username, "open": False}, f"The account {person.username} is closed.", DONE

    def _forget_factors(self, actor: User, options: dict[str, Any]) -> Answer:
        person = account_named(options["name"])
        count = factors_forget(user=person, reason=options["reason"], actor=actor)
        said = f"{person.username} signs in with the password alone until a new second factor is set up."
        return {"account": person.username, "forgotten": count}, said, DONE
