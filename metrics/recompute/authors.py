"""Whose work a scope decision rests on: they do not sign for it."""

from __future__ import annotations

from governance.models import ScopeDecision
from metrics.recompute.models import RunVintage


def recomputers(digest: str) -> set[int]:
    """Ids of the persons who asked for the runs behind the vintage of a scope decision."""
    seen = ScopeDecision.objects.filter(digest=digest).values_list("vintage", "market_id")
    return {
        person
        for vintage, market in seen
        for person in RunVintage.objects.filter(vintage=vintage, market=market).values_list(
            "run__queued_by_id", flat=True
        )
    }
