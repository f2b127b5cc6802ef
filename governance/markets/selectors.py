"""What the markets are called."""

from __future__ import annotations

from collections.abc import Collection

from governance.markets.models import Market


def names(codes: Collection[str] | None = None) -> dict[str, str]:
    """Code -> name of the registered markets, or of those among `codes`; by priority, then by code."""
    found = Market.objects.order_by("priority", "code")
    if codes is not None:
        found = found.filter(pk__in=codes)
    return dict(found.values_list("code", "name"))
