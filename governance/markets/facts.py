"""Markets as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.markets.models import Market


def of(markets: Iterable[Market]) -> Facts:
    """What the ledger says of these markets."""
    return {
        "markets": {
            item.code: {"name": item.name, "zone": item.zone, "priority": item.priority} for item in markets
        }
    }


def stored() -> Facts:
    """The same of every registered market."""
    return of(Market.objects.all())
