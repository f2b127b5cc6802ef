"""Rules as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.rules.models import ScopeRule


def of(rules: Iterable[ScopeRule]) -> Facts:
    """What the ledger says of these rules."""
    return {
        "rules": {
            f"rule #{item.pk}": {
                "max_points": str(item.max_points), "weeks": item.weeks, "reason": item.reason,
                "by": item.set_by.username, "at": item.set_at,
            }
            for item in rules
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of all there were."""
    return of(ScopeRule.objects.select_related("set_by"))
