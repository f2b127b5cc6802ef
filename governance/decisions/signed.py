"""What governance measures itself: signatures that are missing, what is left out, what has left the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Count

from governance.decisions.measures import Found, register
from governance.launch.models import Launch
from governance.publication.models import Publication, PublicationRead
from governance.scope.models import ScopeDecision
from governance.scope.selectors import in_force
from governance.scope.services import ACT as SCOPE
from governance.scope.states import ScopeState
from governance.signoffs.selectors import in_force as required_in_force
from governance.signoffs.selectors import missing_roles
from governance.versions.selectors import effective_on
from otdr_hub.lib import clock

_FILES: Final = ("csv", "xlsx", "pdf", "print")


def _signatures(code: str, decision: ScopeDecision | None) -> int:
    """How many a market lacks: all that are required while it is undecided, and at least one."""
    if decision is None:
        return max(1, sum(required_in_force(SCOPE, code).values()))
    return len(missing_roles(SCOPE, decision.digest))


def _market(code: str, version: str) -> dict[str, Any]:
    decision = in_force(code)
    if decision is not None and decision.state == ScopeState.EXCLUDED:
        return {"is_excluded": True}
    if decision is None or decision.version_id != version:
        return {"signatures": _signatures(code, None), "links": {"signatures": "/scope/"}}
    today = clock.now().date()
    is_noted = decision.state == ScopeState.KNOWN_ISSUE
    is_over = is_noted and decision.review_on is not None and decision.review_on <= today
    return {
        "signatures": _signatures(code, decision), "links": {"signatures": "/scope/"},
        "is_noted": is_noted, "is_excluded": is_over,
    }  # fmt: skip


def _exports(codes: Sequence[str]) -> dict[str, int]:
    """Market -> how often its figures of the week that is shown were taken as a file or printed."""
    newest = Publication.objects.first()
    if newest is None:
        return {}
    taken = PublicationRead.objects.filter(
        publication__through=newest.through, surface__in=_FILES, scope__in=list(codes)
    )
    return dict(taken.values_list("scope").annotate(Count("pk")).order_by())


def signed(launch: Launch, codes: Sequence[str]) -> Found:  # noqa: ARG001 (each is asked about a launch)
    """Signatures, exclusions and exports of the markets."""
    version = effective_on(clock.now().date())
    exports = _exports(codes)
    digest = version.digest if version else ""
    return {code: {**_market(code, digest), "irreversible": exports.get(code, 0)} for code in codes}


register("signed", signed)
