"""`manage.py accounts create NAME --role ROLE`: the first accounts of an empty installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.access.policy import ROLES
from governance.access.services import account_create
from otdr_hub.lib.outcome import InvalidInputError


def _password() -> str:
    # Never as an argument: those are seen by everybody on the machine.
    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(given)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages)) from None
    return given


class Command(ServiceCommand):
    """Create an account; the password is asked for, or read from standard input."""

    help = "Create an account: accounts create NAME --role finance."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name and roles."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["create"])
        parser.add_argument("name")
        parser.add_argument("--role", action="append", required=True, choices=sorted(ROLES))

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Create it as the acting account."""
        account_create(username=options["name"], password=_password(), roles=options["role"], actor=actor)
        return (
            {"account": options["name"], "roles": options["role"]},
            f"Account {options['name']} created.",
            DONE,
        )
