"""What is asked of every text and every scope that a case is given."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from governance.cases import selectors
from governance.cases.models import CARRIER, FIRST_DAY, WHOLE, Case
from governance.ledger import services as ledger
from governance.markets.models import Market
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError

ROOM: Final = {"title": 160, "what": 200, "found": 500, "next": 300, "text": 2000, "reason": 500}
"""Characters there is room for."""


def said(name: str, text: str) -> str:
    """A text that has to say something, without spaces around it."""
    require_short(name, text.strip(), ROOM[name])
    if not text.strip():
        raise InvalidInputError(_("The %(name)s is empty; say something others can act on.") % {"name": name})
    return text.strip()


def check_scope(market: str, breakout: str, value: str, span: tuple[dt.date, dt.date]) -> Market:
    """The market of a scope over whole weeks (Mondays). Raises InvalidInputError for what cannot be."""
    found = Market.objects.filter(code=market).first()
    if found is None:
        raise InvalidInputError(
            _("There is no market '%(market)s'; give a registered market's code.") % {"market": market}
        )
    if breakout not in (WHOLE, CARRIER) or (breakout == WHOLE) != (value == WHOLE) or not value.strip():
        raise InvalidInputError(
            _("A scope is a market ('%(whole)s', '%(whole)s') or one carrier of it.") % {"whole": WHOLE}
        )
    require_short("value", value, 80)
    _check_span(found, *span)
    return found


def _check_span(market: Market, first: dt.date, last: dt.date) -> None:
    """A typed week may be any of the calendar's; beyond these bounds there is no data to look into."""
    if any(weeks.monday_of(day) != day for day in (first, last)) or first > last:
        raise InvalidInputError(
            _("A case is about whole weeks, named by their Mondays, the earlier one first.")
        )
    current = weeks.monday_of(clock.now().astimezone(ZoneInfo(market.zone)).date())
    if first < FIRST_DAY or last > current:
        raise InvalidInputError(
            _("A case is about weeks between 2000 and the current week (%(week)s).")
            % {"week": weeks.label(current)}
        )


def changing(case: Case) -> Case:
    """The case, for somebody who changes it: in turn with all others, and only while it is open."""
    ledger.order_visibility()
    found = Case.objects.select_related("market").get(pk=case.pk)
    if not selectors.is_open(found):
        raise ConflictError(_("%(case)s is resolved; reopen it first.") % {"case": found})
    return found


def subject_of(case: Case) -> str:
    """What the record calls it."""
    return f"{case} {case.market_id}"
