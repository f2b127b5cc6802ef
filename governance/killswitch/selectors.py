"""What is switched off, since when, why, and what is asked about it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.killswitch.models import ALL, GLOBAL, WHOLE, LiftAsk, Shutoff, ShutoffLift, ShutoffRepeat
from governance.markets.models import Market
from governance.signoffs.models import Signature
from governance.signoffs.selectors import answers

# Within what time who switched off without a reason has to give it; then everybody who may is asked.
REASON_WITHIN: Final = dt.timedelta(hours=1)


def words_of(market: str, breakout: str, value: str) -> str:
    """A scope key in words: the market alone, or with the carriers meant."""
    if breakout == WHOLE:
        return market
    if value == ALL:
        return _("%(market)s, all carrier figures") % {"market": market}
    return _("%(market)s, carrier %(carrier)s") % {"market": market, "carrier": value}


def recorded_words(market: str, breakout: str, value: str) -> str:
    """The same in the source's words, for the ledger: what is on record is so in every language."""
    with override(None):
        return words_of(market, breakout, value)


def standing() -> QuerySet[Shutoff]:
    """All shutoffs in effect, oldest first."""
    return Shutoff.objects.filter(lift=None).select_related("by", "explained__given_by").order_by("pk")


def in_effect(markets: Collection[str]) -> list[Shutoff]:
    """Shutoffs in effect of these markets as a whole and of everything, oldest first."""
    return list(standing().filter(market__in=[*markets, GLOBAL], breakout=WHOLE))


@dataclass(frozen=True, slots=True)
class Dark:
    """What is switched off at one moment, for pages whose counts no view of the hub guards.

    `whole` says since when a market is off; `carriers` since when all or any one of its carrier figures are,
    with the market or by themselves: where one is off, the others would give it away.
    """

    whole: Mapping[str, dt.datetime]
    carriers: Mapping[str, dt.datetime]

    def since(self, market: str, breakout: str = WHOLE) -> dt.datetime | None:
        """Since when the figures of a market, or of its carriers, are on no page; None while they may be."""
        return (self.whole if breakout == WHOLE else self.carriers).get(market)


def dark() -> Dark:
    """What is switched off now. Whoever shows counts reads the epoch before this, and the counts after it."""
    codes = list(Market.objects.order_by("priority", "code").values_list("code", flat=True))
    whole: dict[str, dt.datetime] = {}
    carriers: dict[str, dt.datetime] = {}
    for one in standing():
        for code in codes if one.market == GLOBAL else (one.market,):
            carriers.setdefault(code, one.at)
            if one.breakout == WHOLE:
                whole.setdefault(code, one.at)
    return Dark(whole, carriers)


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


def _shown_again(shutoffs: Sequence[Shutoff]) -> dict[int, str]:
    columns = [[one.pk for one in shutoffs]]
    columns += [[getattr(one, name) for one in shutoffs] for name in ("market", "breakout", "value")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT off, governance_shown_again(market, breakout, value)"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) x(off, market, breakout, value)",
            columns,
        )
        return dict(cursor.fetchall())


def shown_again(shutoff: Shutoff) -> str:
    """What would be shown again, as the database names it: digests, one certified line each."""
    return _shown_again([shutoff])[shutoff.pk]


def newest_asks(shutoffs: Iterable[Shutoff]) -> dict[int, LiftAsk]:
    """Shutoff -> the newest asking for it to end, where there is one."""
    asks = LiftAsk.objects.filter(shutoff__in=[one.pk for one in shutoffs])
    asks = asks.order_by("shutoff_id", "-pk").distinct("shutoff_id").select_related("asked_by", "shutoff")
    return {ask.shutoff_id: ask for ask in asks}


def voids(asks: Collection[LiftAsk]) -> dict[int, str]:
    """Asking -> why it cannot succeed any more, empty while it can; as many questions for many as for one."""
    if not asks:
        return {}
    offs = [ask.shutoff_id for ask in asks]
    lifted = set(ShutoffLift.objects.filter(shutoff__in=offs).values_list("shutoff_id", flat=True))
    repeats = Counter(ShutoffRepeat.objects.filter(shutoff__in=offs).values_list("shutoff_id", flat=True))
    newest = newest_asks(ask.shutoff for ask in asks)
    rejected = answers([ask.digest for ask in asks]).filter(verdict=Signature.Verdict.REJECT)
    against = set(rejected.values_list("digest", flat=True))
    now = _shown_again([ask.shutoff for ask in asks])

    def why(ask: LiftAsk) -> str:
        off = ask.shutoff_id
        tests = (
            ("lifted", off in lifted), ("repeated", ask.repeats != repeats[off]),
            ("newer", newest[off].pk != ask.pk), ("rejected", ask.digest in against),
            ("moved", ask.content != now[off]),
        )  # fmt: skip
        return next((name for name, holds in tests if holds), "")

    return {ask.pk: why(ask) for ask in asks}


def is_void(ask: LiftAsk) -> str:
    """Why an asking cannot succeed any more; empty while it can."""
    return voids([ask])[ask.pk]


def open_asks(shutoffs: Iterable[Shutoff]) -> dict[int, LiftAsk]:
    """Shutoff -> the asking for it to end that can still succeed."""
    newest = newest_asks(shutoffs)
    void = voids(newest.values())
    return {off: ask for off, ask in newest.items() if not void[ask.pk]}


def open_ask(shutoff: Shutoff) -> LiftAsk | None:
    """The asking for this shutoff to end that can still succeed."""
    return open_asks([shutoff]).get(shutoff.pk)
