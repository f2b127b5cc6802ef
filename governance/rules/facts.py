"""Rules as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.rules.models import ScopeRule, Target


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


def of_targets(targets: Iterable[Target]) -> Facts:
    """What the ledger says of these targets."""
    return {
        "targets": {
            f"target #{item.pk}": {
                "percent": str(item.percent), "holds_from": item.holds_from, "reason": item.reason,
                "by": item.set_by.username, "at": item.set_at,
            }
            for item in targets
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of all there were."""
    rules = of(ScopeRule.objects.select_related("set_by"))
    return {**rules, **of_targets(Target.objects.select_related("set_by"))}
