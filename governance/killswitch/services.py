"""The kill switch: one person, one act, in effect with the commit. Needs no broker and no worker."""

from __future__ import annotations

from django.db import transaction

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch import facts
from governance.killswitch.models import GLOBAL, Shutoff
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require, require_short


@transaction.atomic
def shutoff_activate(*, market: str, category: str, actor: User, reason: str = "") -> Shutoff:
    """Switch a market (or `global`: everything) off. Raises ConflictError when it is off already."""
    require(may(actor, "shutoff_activate"))
    if market != GLOBAL and not Market.objects.filter(code=market).exists():
        raise InvalidInputError(f"There is no market '{market}'; give a market's code or '{GLOBAL}'.")
    if category not in Shutoff.Category.values:
        raise InvalidInputError(f"'{category}' is no category; use {', '.join(Shutoff.Category.values)}.")
    require_short("reason", reason, 300)
    shutoff, is_new = Shutoff.objects.get_or_create(
        market=market,
        breakout="-",
        value="-",
        defaults={"category": category, "reason": reason, "by": actor, "at": clock.now()},
    )
    if not is_new:
        raise ConflictError(f"{market} is switched off already, since {shutoff.at:%d %b %Y %H:%M} UTC.")
    ledger.record(
        action=Action.SHUTOFF_ACTIVATED,
        subject=market,
        payload={"shutoff": shutoff.pk, "category": category},
        actor=actor,
        facts=facts.of([shutoff]),
    )
    return shutoff
