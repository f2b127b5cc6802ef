"""Carriers of the largest markets: which markets those are, and what would be seen once they are certified.

For who decides and signs; certified or not, and never served by the hub.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.models import ALL, CARRIER, GLOBAL
from governance.killswitch.selectors import standing
from governance.models import MetricVersion
from governance.publication.models import PublicationLine
from governance.versions.selectors import definition_of
from metrics.operator.effect import Newest
from metrics.recompute import storage
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import require
from otdr_hub.lib.suppress import Telling, withhold

LARGEST: Final = 5
# For how long a carrier without shipments counts as a small one, as in the view: then it has left.
AWAY: Final = dt.timedelta(days=56)


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier of a market in a week; a small one, or one that protects another, is `withheld`."""

    name: str
    due: int
    on_time: int
    withheld: bool

    @property
    def rate(self) -> Fraction | None:
        """On time / due, exactly; None when nothing was due."""
        return Fraction(self.on_time, self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class Visible:
    """What becomes visible of a week once the carriers of some markets are certified, by market; nothing of
    those whose carriers are switched off (`off`)."""

    monday: dt.date
    carriers: Mapping[str, tuple[Carrier, ...]]
    vintages: Mapping[str, str]
    off: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """The table as canonical JSON, which is what is filed."""
        return digest.canonical({
            "breakout": CARRIER, "week": self.monday, "vintages": dict(self.vintages),
            "alone": {
                market: [[one.name, one.due, one.on_time, one.withheld] for one in found]
                for market, found in self.carriers.items()
            },
            **({"off": self.off} if self.off else {}),
        })  # fmt: skip

    @property
    def digest(self) -> str:
        """The content address of the table."""
        return digest.of_bytes(self.content.encode())


def largest(*, found: Mapping[str, Newest], monday: dt.date, actor: User) -> tuple[str, ...]:
    """The five markets with most shipments due in a week, the largest first; by code where equal."""
    require(may(actor, "scope_read"))
    markets = {one.vintage: code for code, one in found.items()}
    due = {
        markets[row["vintage"]]: row["due"]
        for row in storage.weeks_of(list(markets))
        if row["week"] == monday and row["due"]
    }
    return tuple(sorted(due, key=lambda code: (-due[code], code))[:LARGEST])


def switched_off(market: str) -> set[str]:
    """Carriers that are off in a market, one by one; all of them under `*`."""
    rows = standing().filter(market__in=[market, GLOBAL], breakout=CARRIER)
    return set(rows.values_list("value", flat=True))


def _published(market: str) -> dict[str, int]:
    """Vintage -> the threshold it was published under with its carriers, the oldest first."""
    rows = PublicationLine.objects.filter(market=market, breakout=CARRIER).exclude(decision="")
    found: dict[str, int] = {}
    for row in rows.select_related("publication__version").order_by("publication"):
        found.setdefault(row.vintage, definition_of(row.publication.version).small_cell)
    return found


Told = dict[str, dict[str, tuple[int, int]]]


def _told(rows: Iterable[Mapping[str, Any]], monday: dt.date) -> tuple[Told, set[str]]:
    """(vintage -> carrier -> (due, on time) of a week, carriers with shipments in it or shortly before)."""
    found: Told = {}
    known = set()
    for row in rows:
        if monday - AWAY <= row["week"] <= monday and row["due"]:
            known.add(row["carrier"])
        if row["week"] == monday:
            found.setdefault(row["vintage"], {})[row["carrier"]] = (row["due"], row["on_time"])
    return found, known


def _thresholds(market: str, vintage: str, version: MetricVersion) -> dict[str, int]:
    """Vintage -> threshold of every telling a reader may have seen, and last of the one asked about."""
    found = _published(market)
    found.setdefault(vintage, definition_of(version).small_cell)
    return found


def carriers_in(*, market: str, vintage: str, version: MetricVersion, monday: dt.date) -> tuple[Carrier, ...]:
    """The carriers of one week of a vintage, the largest first, as the hub's view would withhold them."""
    thresholds = _thresholds(market, vintage, version)
    told, known = _told(storage.carriers_of(list(thresholds)), monday)
    now = told.get(vintage, {})
    off = switched_off(market)
    hidden = _hidden(thresholds, told, known, set(now) if ALL in off else off)
    return tuple(
        Carrier(name, due, on_time, name in hidden)
        for name, (due, on_time) in sorted(now.items(), key=lambda item: (-item[1][0], item[0]))
    )


def _hidden(
    thresholds: Mapping[str, int], told: Told, known: Collection[str], off: Collection[str] = ()
) -> frozenset[str]:
    tellings = [Telling(told[one], thresholds[one]) for one in thresholds if one in told]
    return withhold(tellings, off=off, known=known) if tellings else frozenset()


def withheld_in(
    *, market: str, vintage: str, version: MetricVersion, mondays: Collection[dt.date]
) -> frozenset[str]:
    """The carriers that are withheld in at least one of these weeks, none of them being switched off.

    Whoever shows sums of weeks leaves these out: of two sums that differ by a week, it is the difference.
    """
    thresholds = _thresholds(market, vintage, version)
    rows = storage.carriers_of(list(thresholds))
    return frozenset().union(*(_hidden(thresholds, *_told(rows, monday)) for monday in mondays))


def visible(
    *,
    found: Mapping[str, Newest],
    monday: dt.date,
    chosen: Sequence[str],
    version: MetricVersion,
    off: Collection[str] = (),
    actor: User,
) -> Visible:
    """What a certification of these markets' carriers would show of a week, and what it would withhold; none
    of a market whose carriers are switched off."""
    require(may(actor, "scope_decide"))
    return Visible(
        monday=monday,
        carriers={
            code: ()
            if code in off
            else carriers_in(market=code, vintage=found[code].vintage, version=version, monday=monday)
            for code in chosen
        },
        vintages={code: found[code].vintage for code in chosen},
        off=tuple(code for code in chosen if code in off),
    )
