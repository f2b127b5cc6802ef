"""Which rule speaks about which data."""

from __future__ import annotations

import datetime as dt

from governance.rules.models import ScopeRule


def rule_for(computed_at: dt.datetime) -> ScopeRule | None:
    """The rule in force when something was computed; None when none was fixed by then."""
    return ScopeRule.objects.filter(set_at__lte=computed_at).order_by("pk").last()
