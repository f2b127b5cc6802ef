"""Scope decisions as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.scope.models import ScopeDecision


def of(decisions: Iterable[ScopeDecision]) -> Facts:
    """What the ledger says of these decisions, in the order they were made."""
    return {
        "decisions": {
            f"{item.market_id}/{item.breakout}/{item.value} #{item.pk}": {
                "scope_key": f"{item.market_id}/{item.breakout}/{item.value}", "digest": item.digest,
                "state": str(item.state), "version": item.version_id, "vintage": item.vintage,
                "through": item.through, "disclosure": item.disclosure, "guard": item.guard,
                "reason": item.reason, "review_on": item.review_on, "plan": item.plan,
                "owner": item.owner, "effect": item.effect,
                "by": item.decided_by.username, "at": item.decided_at,
            }
            for item in decisions
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of every decision."""
    return of(ScopeDecision.objects.select_related("decided_by").order_by("pk"))
