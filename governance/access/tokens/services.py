"""Tokens for the API: made once, shown once, ended early where needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access import keys
from governance.access.facts import of_tokens
from governance.access.models import Token, TokenRevocation, User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


@transaction.atomic
def token_create(
    *, person: User, name: str, scopes: Collection[str], days: int, actor: User
) -> tuple[Token, str]:
    """Make a token for the API; answers with the row and the token itself, which is never shown again."""
    if actor.pk != person.pk or not actor.is_active or "auditor" in actor.roles:
        require(may(actor, "token_create"))
    if person.is_system or not person.is_active:
        raise InvalidInputError(_("%(person)s cannot have a token.") % {"person": person.username})
    if not name.strip():
        raise InvalidInputError(_("Give the token a name that says where it is used."))
    require_short(_("name"), name, 60)
    unknown = sorted(set(scopes) - set(keys.SCOPES))
    if unknown or not scopes:
        raise InvalidInputError(
            _("A token's scopes are one or more of %(scopes)s.") % {"scopes": ", ".join(keys.SCOPES)}
        )
    if not 1 <= days <= keys.LONGEST_DAYS:
        raise InvalidInputError(
            _("A token lasts 1 to %(longest_days)s days.") % {"longest_days": keys.LONGEST_DAYS}
        )
    secret, prefix = keys.make()
    now = clock.now()
    token = Token.objects.create(
        name=name, prefix=prefix, digest=keys.digest_of(secret), scopes=" ".join(sorted(set(scopes))),
        person=person, created_at=now, created_by=actor, expires_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    payload = {"prefix": prefix, "name": name, "scopes": sorted(set(scopes)), "days": days}
    ledger.record(
        action=Action.TOKEN_CREATED,
        subject=person.username,
        payload=payload,
        actor=actor,
        facts=of_tokens([token]),
    )
    return token, secret


@transaction.atomic
def token_revoke(*, token: Token, actor: User) -> None:
    """End a token now; by its person or by an admin."""
    if actor.pk != token.person_id or not actor.is_active:
        require(may(actor, "token_revoke"))
    if TokenRevocation.objects.filter(token=token).exists():
        raise ConflictError(_("The token %(token)s is revoked already.") % {"token": token.prefix})
    TokenRevocation.objects.create(token=token, revoked_at=clock.now(), revoked_by=actor)
    ledger.record(
        action=Action.TOKEN_REVOKED,
        subject=token.person.username,
        payload={"prefix": token.prefix},
        actor=actor,
        facts=of_tokens([token]),
    )
