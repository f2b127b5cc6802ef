"""`manage.py tokens {create,list,revoke}`: keys to the API, each shown once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access import keys, selectors
from governance.access.command import DONE, ServiceCommand
from governance.access.models import Token, User
from governance.access.policy import may
from governance.access.tokens.services import token_create, token_revoke
from governance.management.commands.accounts import account_named
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, require

Answer = tuple[dict[str, Any], str, int]


def _row(token: Token) -> dict[str, Any]:
    end = getattr(token, "revocation", None)
    state = "revoked" if end else "ended" if token.expires_at <= clock.now() else "open"
    return {
        "token": token.prefix, "name": token.name, "account": token.person.username,
        "scopes": sorted(token.scope_names), "created_at": token.created_at,
        "created_by": token.created_by.username, "expires_at": token.expires_at, "state": state,
    }  # fmt: skip


class Command(ServiceCommand):
    """Only a token's fingerprint is kept, so `create` is the one time it can be read."""

    help = "Tokens for the API: tokens create ACCOUNT --name loader --scope ingest, list, revoke PREFIX."

    def add_arguments(self, parser: CommandParser) -> None:
        """What is done, to which account or token, with what scopes and for how long."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["create", "list", "revoke"])
        parser.add_argument("which", nargs="?", help="the account, or the token's eight characters")
        parser.add_argument("--name", default="", help="where the token is used")
        parser.add_argument("--scope", action="append", default=[], choices=sorted(keys.SCOPES))
        parser.add_argument("--days", type=int, default=90)

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Do it as the acting account."""
        answer: Answer = getattr(self, "_" + options["act"])(actor, options)
        return answer

    def _create(self, actor: User, options: dict[str, Any]) -> Answer:
        token, secret = token_create(
            person=account_named(options["which"]), name=options["name"], scopes=options["scope"],
            days=options["days"], actor=actor,
        )  # fmt: skip
        return _row(token) | {"secret": secret}, f"{secret}\nIt is shown this once.", DONE

    def _list(self, actor: User, options: dict[str, Any]) -> Answer:
        person = account_named(options["which"]) if options["which"] else None
        if person != actor:
            require(may(actor, "people_read"))
        rows = [_row(token) for token in selectors.tokens_of(person)]
        lines = [
            f"{row['token']}  {row['account']}  {row['name']}  {' '.join(row['scopes'])}  {row['state']}"
            f"  until {row['expires_at']:%Y-%m-%d}"
            for row in rows
        ]
        return {"tokens": rows}, "\n".join(lines) or "There is no token.", DONE

    def _revoke(self, actor: User, options: dict[str, Any]) -> Answer:
        found = Token.objects.filter(prefix=options["which"] or "").first()
        if found is None:
            raise InvalidInputError(f"There is no token {options['which'] or ''}.")
        token_revoke(token=found, actor=actor)
        return _row(found) | {"state": "revoked"}, f"The token {found.prefix} is revoked.", DONE
