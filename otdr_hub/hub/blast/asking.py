"""What is asked about a blast radius: market, weeks, threshold. From an address, or from a case."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.rules.models import Target
from metrics.operator.blast import Blast, blast
from metrics.operator.effect import last_whole_week, newest
from otdr_hub.hub.desk.deciding import shown_now
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError

# Where no target is fixed: what penalties are commonly agreed at.
_THRESHOLD: Final = Decimal(90)
_WITHIN: Final = Decimal(2)
# An exponent may stand for more noughts than any machine writes, so there is none.
_NUMBER: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


def _week(name: str, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        found = weeks.parse(text[:20])
    except ValueError as error:
        raise InvalidInputError(f"{name}: {error}") from None
    if not _FIRST_YEAR <= found.isocalendar().year <= _LAST_YEAR:
        raise InvalidInputError(
            _("%(name)s: %(week)s is out of range; write a week from %(first)d to %(last)d.")
            % {"name": name, "week": text, "first": _FIRST_YEAR, "last": _LAST_YEAR}
        )
    return found


def _number(name: str, text: str, otherwise: Decimal) -> Decimal:
    if not text:
        return otherwise
    if not _NUMBER.fullmatch(text):
        raise InvalidInputError(
            _("%(name)s: '%(text)s' is no number; write it like 90 or 92.5, with two decimals at most.")
            % {"name": name, "text": text[:20]}
        )
    found = Decimal(text)
    if found > 100:
        raise InvalidInputError(
            _("%(name)s: %(text)s is out of range; write 0 to 100.") % {"name": name, "text": text}
        )
    return found


def _target() -> Decimal:
    newest_one = Target.objects.order_by("holds_from", "pk").last()
    return newest_one.percent if newest_one else _THRESHOLD


def asked(market: str, given: Mapping[str, str], actor: User) -> Blast:
    """`since` and `through` are weeks like 2026-W46 (the last whole one where not given), `threshold` and
    `within` numbers. Raises InvalidInputError for what cannot be read, ConflictError before there is data."""
    version = version_in_effect()
    if version is None:
        raise ConflictError(_("No definition is in effect, so there is nothing to look at."))
    through = _week("through", given.get("through", ""))
    if through is None:
        through = last_whole_week(version, newest(version=version, actor=actor))
    if through is None:
        raise ConflictError(_("No week is over and settled yet, so there is nothing to look at."))
    since = _week("since", given.get("since", "")) or through
    return blast(
        version=version, markets=[market], since=since, through=through,
        threshold=_number("threshold", given.get("threshold", ""), _target()),
        within=_number("within", given.get("within", ""), _WITHIN), shown=shown_now(), actor=actor,
    )  # fmt: skip


def of_weeks(market: str, first: dt.date, last: dt.date, actor: User) -> Blast:
    """The same for the weeks of a case."""
    return asked(market, {"since": weeks.label(first), "through": weeks.label(last)}, actor)
