"""What is switched off, and since when."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from governance.killswitch.models import GLOBAL, WHOLE, Shutoff


def standing() -> QuerySet[Shutoff]:
    """All shutoffs in effect, oldest first."""
    return Shutoff.objects.filter(lift=None).select_related("by", "explained").order_by("pk")


def in_effect(markets: Collection[str]) -> list[Shutoff]:
    """Shutoffs in effect of these markets as a whole and of everything, oldest first."""
    return list(standing().filter(market__in=[*markets, GLOBAL], breakout=WHOLE))


def of_key(market: str, breakout: str, value: str) -> Shutoff | None:
    """The shutoff in effect of exactly this scope key."""
    return standing().filter(market=market, breakout=breakout, value=value).first()


def shown_again(shutoff: Shutoff) -> str:
    """What would be shown again, as the database names it: digests, one certified line each."""
    with connection.cursor() as cursor:
        key = [shutoff.market, shutoff.breakout, shutoff.value]
        cursor.execute("SELECT governance_shown_again(%s, %s, %s)", key)
        return str(cursor.fetchone()[0])
