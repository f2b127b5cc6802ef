"""Reading accounts: who holds what, who held what when, who stands in for whom, whose token this is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Q, QuerySet

from governance.access import keys
from governance.access.models import Deputy, RoleGrant, Token, User
from otdr_hub.lib import clock

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Person:
    """One account as the page of people and the command show it."""

    user: User
    held: tuple[RoleGrant, ...]
    has_second_factor: bool

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the roles held now."""
        return tuple(grant.role for grant in self.held)


def open_grants(person: User) -> QuerySet[RoleGrant]:
    """The roles a person holds now, with who gave them and when."""
    return person.grants.filter(revocation=None).select_related("given_by")


def people() -> list[Person]:
    """Every account, open ones first, by name."""
    held: dict[int, list[RoleGrant]] = {}
    for grant in RoleGrant.objects.filter(revocation=None).select_related("given_by"):
        held.setdefault(grant.person_id, []).append(grant)
    protected = set(Authenticator.objects.filter(type__in=_FACTORS).values_list("user_id", flat=True))
    return [
        Person(user, tuple(held.get(user.pk, ())), user.pk in protected)
        for user in User.objects.order_by("-is_active", "is_system", "username")
    ]


def history(person: User | None = None) -> QuerySet[RoleGrant]:
    """Who held what when, the newest first: of one person, or of everybody."""
    grants = RoleGrant.objects.select_related(
        "person", "given_by", "revocation", "revocation__revoked_by"
    ).order_by("-given_at", "-pk")
    return grants if person is None else grants.filter(person=person)


def held_at(moment: dt.datetime) -> QuerySet[RoleGrant]:
    """What was held at a moment."""
    ended = Q(revocation__revoked_at__lte=moment)
    return history().filter(given_at__lte=moment).exclude(ended)


def has_second_factor(person: User) -> bool:
    """Whether a code or a passkey protects the account besides its password."""
    return bool(Authenticator.objects.filter(user=person, type__in=_FACTORS).exists())


def protected_among(people: Iterable[int]) -> frozenset[int]:
    """Those of the accounts (by key) that `has_second_factor`."""
    found = Authenticator.objects.filter(user__in=list(people), type__in=_FACTORS)
    return frozenset(found.values_list("user", flat=True))


def deputyships(people: Iterable[User] | None = None) -> QuerySet[Deputy]:
    """All deputyships, or those some people gave or took, the newest first."""
    found = Deputy.objects.select_related("person", "deputy", "named_by", "withdrawal").order_by("-pk")
    if people is None:
        return found
    wanted = list(people)
    return found.filter(Q(person__in=wanted) | Q(deputy__in=wanted))


def acting_for(person: User, moment: dt.datetime) -> list[Deputy]:
    """The deputyships under which a person may act at a moment, in their own name.

    One counts only while whoever is stood in for holds the role, both accounts are open, and it has
    not been withdrawn by then.
    """
    return acting_among([person.pk], moment)


def acting_among(people: Iterable[int], moment: dt.datetime) -> list[Deputy]:
    """The same of several accounts (by key)."""
    day = moment.astimezone(dt.UTC).date()
    found = (
        Deputy.objects.filter(deputy__in=list(people), since__lte=day, until__gte=day)
        .filter(deputy__is_active=True, person__is_active=True)
        .exclude(withdrawal__withdrawn_at__lte=moment)
        .select_related("person")
    )
    return [item for item in found if item.role in item.person.roles]


def token_of(text: str) -> Token | None:
    """The token that this text is, if it opens anything now: neither ended nor revoked, its account open."""
    if not keys.looks_right(text):
        return None
    return (
        Token.objects.filter(digest=keys.digest_of(text), revocation=None, expires_at__gt=clock.now())
        .filter(person__is_active=True, person__is_system=False)
        .filter(person__is_demo__in=(False, settings.DEMO_ACCOUNTS))
        .select_related("person")
        .first()
    )


def tokens_of(person: User | None = None) -> QuerySet[Token]:
    """Tokens of one person or of everybody, the newest first."""
    found = Token.objects.select_related("person", "created_by", "revocation").order_by("-pk")
    return found if person is None else found.filter(person=person)
