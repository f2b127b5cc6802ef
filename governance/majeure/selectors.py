"""Which declarations of force majeure count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from governance.majeure.models import ForceMajeure
from governance.signoffs.selectors import stands
from otdr_hub.lib.outcome import InvalidInputError

ACT = "majeure"


def in_force(markets: Collection[str], as_of: dt.datetime) -> list[ForceMajeure]:
    """Declarations about these markets that, at `as_of`, were signed and not withdrawn, oldest first.

    Signatures and withdrawals made later do not count, so the answer for a past moment never moves.
    """
    declared = ForceMajeure.objects.filter(market__in=markets, declared_at__lte=as_of)
    standing = declared.exclude(withdrawal__withdrawn_at__lte=as_of)
    return [item for item in standing if stands(ACT, item.digest, by=as_of)]


def state(majeure: ForceMajeure) -> str:
    """In one word where a declaration stands now: withdrawn, in force or unsigned."""
    if hasattr(majeure, "withdrawal"):
        return "withdrawn"
    return "in force" if stands(ACT, majeure.digest) else "unsigned"


def by_number(number: str) -> ForceMajeure:
    """The declaration of a number, given as `FM-3` or `3`. Raises InvalidInputError when there is none."""
    digits = number.upper().removeprefix("FM-")
    # More digits than a key can have would be an error of the database, not of the person.
    found = ForceMajeure.objects.filter(pk=int(digits)) if digits.isdecimal() and len(digits) < 19 else None
    majeure = found.first() if found is not None else None
    if majeure is None:
        raise InvalidInputError(
            _("There is no declaration of force majeure '%(number)s'.") % {"number": number}
        )
    return majeure
