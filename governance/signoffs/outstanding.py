"""Requests that still lack signatures, and what each department has said so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from governance.access.policy import DEPARTMENTS
from governance.signoffs import acts
from governance.signoffs.models import SignoffRequest
from governance.signoffs.selectors import answers, waiting_for

_MISSING: Final = """
SELECT r.id, l.digest, m.role
FROM governance_signoffrequest r JOIN governance_signoffline l ON l.request_id = r.id,
     LATERAL governance_missing(r.act, l.digest) AS m(role)
WHERE r.id = ANY(%s) OR %s ORDER BY r.id, l.id, m.role
"""
_AGAINST: Final = ("reject", "ask")


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A request with lines that do not stand: role -> how many lines lack an answer of it; `against` are
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


def _left(missing: dict[int, dict[str, tuple[str, ...]]]) -> dict[int, dict[str, int]]:
    """Request -> role -> lines that too few of it have answered, of requests with open lines."""
    roles = {role for lines in missing.values() for some in lines.values() for role in some}
    left: dict[int, dict[str, int]] = {}
    for one in waiting_for(sorted(roles)):
        left.setdefault(one.request.pk, {})[one.role] = len(one.lines)
    return left


def _unset(lines: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """What is missing and nobody can be asked for: no requirement is set."""
    return dict(Counter(role for roles in lines.values() for role in roles if role not in DEPARTMENTS))


def outstanding() -> list[Outstanding]:
    """All requests that lack signatures, oldest first, without lines that something newer stands in for."""
    missing = missing_by_line()
    requests = SignoffRequest.objects.filter(pk__in=missing).select_related("opened_by").order_by("pk")
    left, found = _left(missing), []
    for request in requests.prefetch_related("escalations"):
        current = {
            line: roles for line, roles in missing[request.pk].items() if acts.is_current(request.act, line)
        }
        if current:
            against = {item.digest for item in answers(current) if item.verdict in _AGAINST}
            lacks = {**left.get(request.pk, {}), **_unset(current)}
            found.append(Outstanding(request, lacks, len(current), len(against)))
    return found
