"""What is asked about a blast radius: market, weeks, threshold. From an address, or from a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.rules.models import Target
from metrics.operator.blast import Blast, blast
from metrics.operator.effect import last_whole_week, newest
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError

# Where no target is fixed: what penalties are commonly agreed at.
_THRESHOLD: Final = Decimal(90)
_WITHIN: Final = Decimal(2)


def _week(name: str, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return weeks.parse(text)
    except ValueError as error:
        raise InvalidInputError(f"{name}: {error}") from None


def _number(name: str, text: str, otherwise: Decimal) -> Decimal:
    if not text:
        return otherwise
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise InvalidInputError(
            _("%(name)s: '%(text)s' is no number; write it like 90 or 92.5.")
            % {"name": name, "text": text[:20]}
        ) from None
    if not found.is_finite() or not 0 <= found <= 100:
        raise InvalidInputError(
            _("%(name)s: %(text)s is out of range; write 0 to 100.") % {"name": name, "text": text[:20]}
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
        within=_number("within", given.get("within", ""), _WITHIN), actor=actor,
    )  # fmt: skip


def of_weeks(market: str, first: dt.date, last: dt.date, actor: User) -> Blast:
    """The same for the weeks of a case."""
    return asked(market, {"since": weeks.label(first), "through": weeks.label(last)}, actor)
