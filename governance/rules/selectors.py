"""Which rule speaks about which data, and which target about which week."""

from __future__ import annotations

import datetime as dt

from governance.rules.models import ScopeRule, Target


def rule_for(computed_at: dt.datetime) -> ScopeRule | None:
    """The rule in force when something was computed; None when none was fixed by then."""
    return ScopeRule.objects.filter(set_at__lte=computed_at).order_by("pk").last()


def targets_until(day: dt.date) -> list[Target]:
    """The targets that hold on a day or held before it, in the order in which they begin to hold; of two
    that begin together the one set later is last, and it counts."""
    return list(Target.objects.filter(holds_from__lte=day).order_by("holds_from", "pk"))
