"""Which decision is in force for a market."""

from __future__ import annotations

from governance.scope.models import WHOLE, ScopeDecision


def in_force(market: str) -> ScopeDecision | None:
    """The newest decision of a whole market, or None when nothing was decided."""
    decisions = ScopeDecision.objects.filter(market=market, breakout=WHOLE, value=WHOLE)
    return decisions.order_by("-pk").first()
