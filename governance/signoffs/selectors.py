"""Questions about signatures: always computed from rows that stand, never stored.

The database computes them (`governance_missing` and its kin), for the guarded read and for these
functions alike, so that there is one answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from governance.access.models import Deputy, User
from governance.access.policy import DEPARTMENTS
from governance.access.selectors import acting_for
from governance.signoffs import acts
from governance.signoffs.models import Signature, SignoffLine, SignoffRequest
from otdr_hub.lib import clock

# Holding one of these, nobody stands in for anybody.
_NO_DEPUTY: Final = frozenset({*DEPARTMENTS, "auditor", "admin"})


def missing_roles(act: str, digest: str, *, by: dt.datetime | None = None) -> list[str]:
    """Roles whose required signatures do not all stand over the digest; every role if none is required.

    An act without requirements can never be complete: no signatures asked must not mean all given.
    With `by`, answers and withdrawals up to that moment count.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM governance_missing(%s, %s, %s)", [act, digest, by])
        return [role for (role,) in cursor.fetchall()]


def missing_by_digest(act: str, digests: Iterable[str]) -> dict[str, list[str]]:
    """The same of many digests, now, in one question: digest -> roles; none where all stand."""
    found: dict[str, list[str]] = {digest: [] for digest in digests}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest, role FROM unnest(%s::text[]) d(digest),"
            " governance_missing(%s, digest, NULL) m(role)",
            [list(found), act],
        )
        for digest, role in cursor.fetchall():
            found[digest].append(role)
    return found


def stands(act: str, digest: str, *, by: dt.datetime | None = None) -> bool:
    """Whether all required signatures stand over the digest, now or as answered up to a moment."""
    return not missing_roles(act, digest, by=by)


def required(act: str, digest: str) -> dict[str, int]:
    """Role -> how many signatures of different persons a digest needs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT role, needed FROM governance_required(%s, %s) ORDER BY role", [act, digest])
        return dict(cursor.fetchall())


def in_force(act: str, scope: str) -> dict[str, int]:
    """Role -> signatures an act needs today in a part of the scope (`*`: everywhere)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT role, needed FROM governance_in_force(%s, %s) ORDER BY role", [act, scope])
        return dict(cursor.fetchall())


def answers(digests: Iterable[str]) -> QuerySet[Signature]:
    """The answers over digests that were not withdrawn, oldest first."""
    standing = Signature.objects.filter(digest__in=list(digests), withdrawal=None)
    return standing.select_related("person", "line", "deputyship__person").order_by("pk")


def deputyship_for(request: SignoffRequest, role: str, person: User) -> Deputy | None:
    """Under which deputyship a person answers a request for a role they do not hold; None if under none.

    A deputy is asked once the department was silent past its time, and never beside a department of their
    own; who audits or runs the product is none. Where several could be stood in for, it is for whom nobody
    has answered yet.
    """
    if _NO_DEPUTY & person.roles or not request.escalations.filter(role=role).exists():
        return None
    found = [item for item in acting_for(person, clock.now()) if item.role == role]
    given = Signature.objects.filter(line__request=request, role=role, withdrawal=None)
    taken = {item.deputyship.person_id if item.deputyship else item.person_id for item in
             given.exclude(person=person).select_related("deputyship")}  # fmt: skip
    return next((item for item in found if item.person_id not in taken), found[0] if found else None)


def is_party(request: SignoffRequest, person: User) -> bool:
    """Whether a person is asked as a deputy, or has answered: then they may read it whatever their role."""
    if Signature.objects.filter(line__request=request, person=person).exists():
        return True
    return any(deputyship_for(request, role, person) is not None for role in DEPARTMENTS)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request somebody is asked to answer: the role asked for, and the lines it has not all answered."""

    request: SignoffRequest
    role: str
    lines: tuple[SignoffLine, ...]
    is_escalated: bool


_WAITING = """
SELECT r.id, q.role, array_agg(l.id ORDER BY l.id)
FROM governance_signoffline l JOIN governance_signoffrequest r ON r.id = l.request_id,
     LATERAL governance_required(r.act, l.digest) q
WHERE q.role = ANY(%s) AND q.needed > (
  SELECT count(DISTINCT a.person_id) FROM governance_answers(l.digest, NULL) a WHERE a.role = q.role)
GROUP BY r.id, q.role ORDER BY r.id, q.role
"""


def waiting_for(roles: Iterable[str]) -> list[Waiting]:
    """What departments are asked and fewer persons answered than must sign, oldest request first.

    Whoever asks back or rejects has answered, too: they are not silent. Lines that something newer stands in
    for are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [list(roles)])
        rows = cursor.fetchall()
    requests = SignoffRequest.objects.prefetch_related("lines", "escalations").select_related("opened_by")
    known = requests.in_bulk([pk for pk, _, _ in rows])
    found = []
    for pk, role, numbers in rows:
        request = known[pk]
        lines = tuple(
            line for line in request.lines.all()
            if line.pk in numbers and acts.is_current(request.act, line.digest)
        )  # fmt: skip
        if lines:
            escalated = any(item.role == role for item in request.escalations.all())
            found.append(Waiting(request, role, lines, escalated))
    return found


def asked_of(person: User) -> list[Waiting]:
    """What a person is asked to sign and has not answered: for their departments, and as a deputy once it
    was passed on.

    A place has one voice: what whoever is stood in for, or stands in, has answered is not asked twice.
    """
    places = {role: {person.pk} for role in person.roles & set(DEPARTMENTS)}
    deputyships = [item for item in acting_for(person, clock.now()) if item.role not in places]
    standing_in = {item.role for item in deputyships}
    for item in deputyships:
        places.setdefault(item.role, set()).add(item.person_id)
    found = waiting_for(sorted(places)) if places else []
    asked = [one for one in found if one.is_escalated or one.role not in standing_in]
    given = list(answers(line.digest for one in asked for line in one.lines))
    silent = [replace(one, lines=_unanswered(one, places[one.role], person, given)) for one in asked]
    return [one for one in silent if one.lines]


def _unanswered(
    waiting: Waiting, places: set[int], person: User, given: list[Signature]
) -> tuple[SignoffLine, ...]:
    """The lines the person has not answered, nor anybody else in all the places they could answer in."""
    own = {item.digest for item in given if item.person_id == person.pk}
    taken: dict[str, set[int]] = {}
    for item in given:
        if item.role == waiting.role:
            place = item.deputyship.person_id if item.deputyship else item.person_id
            taken.setdefault(item.digest, set()).add(place)
    return tuple(
        line for line in waiting.lines
        if line.digest not in own and places - taken.get(line.digest, set())
    )  # fmt: skip
