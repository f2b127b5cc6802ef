"""What is off, and why, as a reader calls it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.killswitch.models import ALL, GLOBAL, WHOLE, Shutoff
from governance.killswitch.services import CATEGORIES
from otdr_hub.hub.annotations import category_words


def choices() -> tuple[tuple[str, str], ...]:
    """The categories a person may choose, with their words."""
    return tuple((value, category_words(value)) for value in CATEGORIES)


def name_of(shutoff: Shutoff, names: dict[str, str]) -> str:
    """What is off, in words: a market, carrier figures of it, or everything."""
    if shutoff.breakout == WHOLE:
        return _("Everything") if shutoff.market == GLOBAL else names.get(shutoff.market, shutoff.market)
    where = _("every market") if shutoff.market == GLOBAL else names.get(shutoff.market, shutoff.market)
    if shutoff.value == ALL:
        return _("All carrier figures of %(market)s") % {"market": where}
    return _("Carrier %(carrier)s in %(market)s") % {"carrier": shutoff.value, "market": where}


def reason_of(shutoff: Shutoff) -> str:
    """Why, as given at once or later."""
    explained = getattr(shutoff, "explained", None)
    return shutoff.reason or (explained.reason if explained else "")
