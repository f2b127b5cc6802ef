"""What is asked of every text and every scope that a case is given."""

from __future__ import annotations

import datetime as dt
from typing import Final

from governance.cases.models import CARRIER, WHOLE
from governance.markets.models import Market
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import InvalidInputError, require_short

ROOM: Final = {"title": 160, "what": 200, "found": 500, "next": 300, "text": 2000, "reason": 500}
"""Characters there is room for."""


def said(name: str, text: str) -> str:
    """A text that has to say something, without spaces around it."""
    require_short(name, text.strip(), ROOM[name])
    if not text.strip():
        raise InvalidInputError(f"The {name} is empty; say something others can act on.")
    return text.strip()


def check_scope(market: str, breakout: str, value: str, span: tuple[dt.date, dt.date]) -> Market:
    """The market of a scope over whole weeks (Mondays). Raises InvalidInputError for what cannot be."""
    found = Market.objects.filter(code=market).first()
    if found is None:
        raise InvalidInputError(f"There is no market '{market}'; give a registered market's code.")
    if breakout not in (WHOLE, CARRIER) or (breakout == WHOLE) != (value == WHOLE) or not value.strip():
        raise InvalidInputError(f"A scope is a market ('{WHOLE}', '{WHOLE}') or one carrier of it.")
    require_short("value", value, 80)
    first, last = span
    if any(weeks.monday_of(day) != day for day in span) or first > last:
        raise InvalidInputError("A case is about whole weeks, named by their Mondays, the earlier one first.")
    return found
