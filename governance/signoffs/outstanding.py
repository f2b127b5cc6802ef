"""Requests that still lack signatures, and what each department has said so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from governance.signoffs import acts
from governance.signoffs.models import SignoffRequest
from governance.signoffs.selectors import answers

_MISSING: Final = """
SELECT r.id, l.digest, m.role
FROM governance_signoffrequest r JOIN governance_signoffline l ON l.request_id = r.id,
     LATERAL governance_missing(r.act, l.digest) AS m(role)
WHERE r.id = ANY(%s) OR %s ORDER BY r.id, l.id, m.role
"""
_AGAINST: Final = ("reject", "ask")


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A request with lines that do not stand: role -> how many lines lack its signature; `against` are
    the lines somebody rejected or asked about."""

    request: SignoffRequest
    missing: dict[str, int]
    lines: int
    against: int


def missing_by_line(requests: Sequence[int] | None = None) -> dict[int, dict[str, tuple[str, ...]]]:
    """Request -> digest of a line -> roles whose signatures it lacks; of some requests, or of all.

    While somebody rejects a line or asks about it, every role required is missing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [list(requests or []), requests is None])
        rows = cursor.fetchall()
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for request, line, role in rows:
        known = found.setdefault(request, {})
        known[line] = (*known.get(line, ()), role)
    return found


def _left(missing: dict[str, tuple[str, ...]]) -> tuple[dict[str, int], int]:
    """(role -> lines it has not agreed to, lines somebody is against), of one request's open lines."""
    agreed, against = set(), set()
    for answer in answers(missing):
        agreed.add((answer.digest, answer.role))
        if answer.verdict in _AGAINST:
            against.add(answer.digest)
    left: dict[str, int] = {}
    for line, roles in missing.items():
        for role in roles:
            if (line, role) not in agreed:
                left[role] = left.get(role, 0) + 1
    return left, len(against)


def outstanding() -> list[Outstanding]:
    """All requests that lack signatures, oldest first, without lines that something newer stands in for."""
    missing = missing_by_line()
    requests = SignoffRequest.objects.filter(pk__in=missing).select_related("opened_by").order_by("pk")
    found = []
    for request in requests.prefetch_related("escalations"):
        current = {
            line: roles for line, roles in missing[request.pk].items() if acts.is_current(request.act, line)
        }
        if current:
            left, against = _left(current)
            found.append(Outstanding(request, left, len(current), against))
    return found
