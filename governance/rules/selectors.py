"""Which rule speaks about which week."""

from __future__ import annotations

import datetime as dt

from governance.rules.models import ScopeRule


def rule_for(told_at: dt.datetime) -> ScopeRule | None:
    """The rule in force when a week was first told; None when none was fixed by then."""
    return ScopeRule.objects.filter(set_at__lte=told_at).order_by("pk").last()
