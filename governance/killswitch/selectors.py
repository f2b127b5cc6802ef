"""What is switched off, since when, why, and what is asked about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from governance.killswitch.models import ALL, GLOBAL, WHOLE, LiftAsk, Shutoff, ShutoffLift
from governance.signoffs.models import Signature
from governance.signoffs.selectors import answers

# Within what time who switched off without a reason has to give it; then everybody who may is asked.
REASON_WITHIN: Final = dt.timedelta(hours=1)


def words_of(market: str, breakout: str, value: str) -> str:
    """A scope key as the record names it: the market alone, or with the carriers meant."""
    if breakout == WHOLE:
        return market
    return f"{market}, {'all carrier figures' if value == ALL else f'carrier {value}'}"


def standing() -> QuerySet[Shutoff]:
    """All shutoffs in effect, oldest first."""
    return Shutoff.objects.filter(lift=None).select_related("by", "explained__given_by").order_by("pk")


def in_effect(markets: Collection[str]) -> list[Shutoff]:
    """Shutoffs in effect of these markets as a whole and of everything, oldest first."""
    return list(standing().filter(market__in=[*markets, GLOBAL], breakout=WHOLE))


def of_key(market: str, breakout: str, value: str) -> Shutoff | None:
    """The shutoff in effect of exactly this scope key."""
    return standing().filter(market=market, breakout=breakout, value=value).first()


def is_open(shutoff: Shutoff) -> bool:
    """Whether it is in effect, as the tables say now."""
    return not ShutoffLift.objects.filter(shutoff=shutoff).exists()


def history() -> QuerySet[Shutoff]:
    """All shutoffs there were, newest first."""
    found = Shutoff.objects.select_related("by", "explained__given_by", "lift__ask__asked_by")
    return found.prefetch_related("repeats__by").order_by("-pk")


def unexplained() -> QuerySet[Shutoff]:
    """Shutoffs without a reason, oldest first; one that was lifted still owes its reason."""
    return Shutoff.objects.filter(reason="", explained=None).select_related("by").order_by("pk")


def killers(shutoff: Shutoff) -> set[int]:
    """Ids of everybody who switched it off, or off once more."""
    return {shutoff.by_id, *shutoff.repeats.values_list("by_id", flat=True)}


def shown_again(shutoff: Shutoff) -> str:
    """What would be shown again, as the database names it: digests, one certified line each."""
    with connection.cursor() as cursor:
        key = [shutoff.market, shutoff.breakout, shutoff.value]
        cursor.execute("SELECT governance_shown_again(%s, %s, %s)", key)
        return str(cursor.fetchone()[0])


def is_void(ask: LiftAsk) -> str:
    """Why an asking cannot succeed any more; empty while it can."""
    if not is_open(ask.shutoff):
        return "lifted"
    if ask.repeats != ask.shutoff.repeats.count():
        return "repeated"
    newest = ask.shutoff.asks.order_by("-pk").first()
    if newest is not None and newest.pk != ask.pk:
        return "newer"
    if answers([ask.digest]).filter(verdict=Signature.Verdict.REJECT).exists():
        return "rejected"
    return "" if ask.content == shown_again(ask.shutoff) else "moved"


def open_ask(shutoff: Shutoff) -> LiftAsk | None:
    """The asking for this shutoff to end that can still succeed."""
    newest = shutoff.asks.select_related("asked_by", "shutoff").order_by("-pk").first()
    return newest if newest is not None and not is_void(newest) else None
