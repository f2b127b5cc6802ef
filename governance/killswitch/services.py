"""The kill switch: one person, one act, in effect with the commit. Needs no broker and no worker."""

from __future__ import annotations

from django.db import transaction

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch import facts
from governance.killswitch.models import ALL, CARRIER, GLOBAL, WHOLE, Shutoff
from governance.killswitch.selectors import of_key
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require, require_short

# What a person may say it is; the product's own guards say theirs.
CATEGORIES = tuple(item for item in Shutoff.Category if item != Shutoff.Category.GUARD)


def words_of(market: str, breakout: str, value: str) -> str:
    """A scope key as the record names it: the market alone, or with the carriers meant."""
    if breakout == WHOLE:
        return market
    return f"{market}, {'all carrier figures' if value == ALL else f'carrier {value}'}"


def _check_key(market: str, breakout: str, value: str) -> None:
    if market != GLOBAL and not Market.objects.filter(code=market).exists():
        raise InvalidInputError(f"There is no market '{market}'; give a market's code or '{GLOBAL}'.")
    if (breakout == WHOLE) != (value == WHOLE) or breakout not in (WHOLE, CARRIER) or not value.strip():
        raise InvalidInputError(
            f"A scope is a market ('{WHOLE}', '{WHOLE}'), all its carrier figures ('{CARRIER}', '{ALL}') or"
            f" one carrier ('{CARRIER}' and its code)."
        )
    require_short("value", value, 80)


@transaction.atomic
def shutoff_activate(
    *,
    market: str,
    category: str,
    actor: User,
    reason: str = "",
    breakout: str = WHOLE,
    value: str = WHOLE,
) -> Shutoff:
    """Switch a scope key off: a market, its carrier figures, a carrier, or everything (`global`).

    Raises ConflictError when it is off already.
    """
    require(may(actor, "shutoff_activate"))
    _check_key(market, breakout, value)
    if category not in CATEGORIES:
        raise InvalidInputError(f"'{category}' is no category; use {', '.join(CATEGORIES)}.")
    require_short("reason", reason, 300)
    ledger.order_visibility()
    known = of_key(market, breakout, value)
    if known is not None:
        what = words_of(market, breakout, value)
        raise ConflictError(f"{what} is switched off already, since {known.at:%d %b %Y %H:%M} UTC.")
    shutoff = Shutoff.objects.create(
        market=market, breakout=breakout, value=value, category=category, reason=reason, by=actor,
        at=clock.now(),
    )  # fmt: skip
    # Which of its key it is, the database says.
    shutoff.refresh_from_db(fields=["round"])
    ledger.record(
        action=Action.SHUTOFF_ACTIVATED,
        subject=words_of(market, breakout, value),
        payload={"shutoff": shutoff.pk, "category": category},
        actor=actor,
        facts=facts.of([shutoff]),
    )
    return shutoff
