"""Fixing the two-sided rule and the target."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.rules import facts
from governance.rules.models import ScopeRule, Target
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import InvalidInputError, require


@transaction.atomic
def rule_set(*, max_points: Decimal, weeks: int, reason: str, actor: User) -> ScopeRule:
    """Fix how far a week may stand from the median of the weeks before it, up or down.

    `max_points` are percentage points. It holds for weeks first computed from now on.
    """
    require(may(actor, "rule_set"))
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("A rule takes a reason: why so many points, and so many weeks."))
    if not Decimal("0.1") <= max_points <= 100 or not 3 <= weeks <= 52:
        raise InvalidInputError(_("A rule takes 0.1 to 100 points and 3 to 52 weeks."))
    rule = ScopeRule.objects.create(
        max_points=max_points.quantize(Decimal("0.01")), weeks=weeks, reason=reason, set_by=actor,
        set_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.RULE_SET, subject=str(rule), payload={"reason": reason}, actor=actor,
        facts=facts.of([rule]),
    )  # fmt: skip
    return rule


@transaction.atomic
def target_set(*, percent: Decimal, holds_from: dt.date, reason: str, actor: User) -> Target:
    """Fix what the headline should reach, in per cent, from the week of a Monday on.

    The week must not be over: a target for weeks that have been measured could be bent to them.
    """
    require(may(actor, "target_set"))
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("A target takes a reason: who agreed on it, and for what."))
    if not percent.is_finite() or not 0 < percent <= 100 or percent != percent.quantize(Decimal("0.1")):
        raise InvalidInputError(_("A target takes 0.1 to 100 per cent, with one decimal at most."))
    if weeks.monday_of(holds_from) != holds_from:
        raise InvalidInputError(
            _("%(holds_from)s is not a Monday; a target holds from the first day of a week.")
            % {"holds_from": holds_from}
        )
    if holds_from < weeks.monday_of(clock.now().date()):
        raise InvalidInputError(_("The week is over: a target is fixed before its weeks are measured."))
    target = Target.objects.create(
        percent=percent.quantize(Decimal("0.1")), holds_from=holds_from, reason=reason, set_by=actor,
        set_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.TARGET_SET, subject=str(target), payload={"reason": reason}, actor=actor,
        facts=facts.of_targets([target]),
    )  # fmt: skip
    return target
