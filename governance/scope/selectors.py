"""Which decision is in force for a scope key."""

from __future__ import annotations

from governance.scope.models import BREAKOUTS, WHOLE, ScopeDecision


def value_of(breakout: str) -> str:
    """The value that a scope key of a breakout names: all of its values at once."""
    return BREAKOUTS.get(breakout, WHOLE)


def in_force(market: str, breakout: str = WHOLE) -> ScopeDecision | None:
    """The newest decision of a whole market (or a breakout of it), or None when nothing was decided."""
    key = {"breakout": breakout, "value": value_of(breakout)}
    return ScopeDecision.objects.filter(market=market, **key).order_by("-pk").first()
