"""What open cases stop about a decision, and whom resolved ones bar from signing it."""

from __future__ import annotations

from governance.cases import selectors as cases
from governance.scope.models import ScopeDecision
from governance.scope.readiness import Candidate
from governance.scope.selectors import value_of
from governance.scope.states import ScopeState

SHOWS = (ScopeState.CERTIFIED, ScopeState.KNOWN_ISSUE)


def why_blocked(digest: str) -> str:
    """Why what a digest certifies may not be approved now: the sentence of an open case that covers it."""
    found = ScopeDecision.objects.filter(digest=digest, state__in=SHOWS)
    said = (cases.refusal(one.market_id, one.breakout, one.value, one.through) for one in found)
    return next((why for why in said if why), "")


def resolvers(digest: str) -> set[int]:
    """Ids of everybody who resolved a case that bears on what a digest is about."""
    found = ScopeDecision.objects.filter(digest=digest)
    return set().union(
        *(cases.resolvers(one.market_id, one.breakout, one.value, one.through) for one in found)
    )


def no_open_case(candidate: Candidate) -> str | None:
    """A readiness check: the sentence of an open case that covers the candidate; None where none does."""
    value = value_of(candidate.breakout)
    return cases.refusal(candidate.market, candidate.breakout, value, candidate.through) or None
