"""Who holds a stream open, and whether they still may: asked again for all of them at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from rest_framework.request import Request

from governance.access.door import admitted_among
from governance.access.models import Token, User
from otdr_hub.lib import clock


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person, and what they came in with: a session and its proof, or a token."""

    person: int
    session: str = ""
    proof: str = ""
    token: int = 0


def visitor_of(request: Request) -> Visitor:
    """Whoever asks, having been let in."""
    person: Any = request.user
    if isinstance(request.auth, Token):
        return Visitor(person.pk, token=request.auth.pk)
    session = request._request.session
    return Visitor(person.pk, session.session_key or "", session.get(HASH_SESSION_KEY, ""))


def still_welcome(visitors: Collection[Visitor]) -> frozenset[Visitor]:
    """Those of them whom the door would let in now. A handful of questions, however many they are."""
    now = clock.now()
    people = {
        person.pk: person
        for person in User.objects.filter(
            pk__in={one.person for one in visitors}, is_active=True, is_system=False,
            is_demo__in=(False, settings.DEMO_ACCOUNTS),
        )
    }  # fmt: skip
    held, proven = admitted_among(people)
    sessions = set(
        Session.objects.filter(
            session_key__in={one.session for one in visitors if one.session}, expire_date__gt=now
        ).values_list("session_key", flat=True)
    )
    tokens = set(
        Token.objects.filter(
            pk__in={one.token for one in visitors if one.token}, revocation=None, expires_at__gt=now
        ).values_list("pk", flat=True)
    )
    proofs = {key: person.get_session_auth_hash() for key, person in people.items()}

    def is_welcome(one: Visitor) -> bool:
        if one.token:
            return one.person in held and one.token in tokens
        return one.person in proven and one.session in sessions and one.proof == proofs[one.person]

    return frozenset(filter(is_welcome, visitors))
