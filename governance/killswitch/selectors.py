"""What is switched off."""

from __future__ import annotations

from collections.abc import Collection

from governance.killswitch.models import GLOBAL, Shutoff


def in_effect(markets: Collection[str]) -> list[Shutoff]:
    """Shutoffs of these markets and of everything, oldest first."""
    return list(Shutoff.objects.filter(market__in=[*markets, GLOBAL]).order_by("pk"))
