"""What executives saw at a past moment, for an audit page: the same sentences, from the record alone.

Which markets could be seen comes from `governance.audit.past`. The numbers are those of the vintages the
publication names, read from the compute zone for who may read history; no executive surface uses this.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.audit.past import Past, Published, Standing, seen_at
from metrics.periods.models import PeriodLock
from metrics.recompute import storage
from otdr_hub.hub.guarded import departments
from otdr_hub.hub.numbers import fingerprint, moment
from otdr_hub.hub.page import HubPage, hub_page
from otdr_hub.hub.reading import Absent, Counts, Coverage, MarketReading, Publication, Reading, Week
from otdr_hub.hub.sentences import absence_words, coverage_parts, join_names
from otdr_hub.lib.outcome import require
from otdr_hub.lib.shortid import short_id

Stored = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class PastRow:
    """One market at the moment: shown or not, with which words, and who made it so."""

    code: str
    name: str
    is_shown: bool
    short: str
    glyph: str
    words: str
    because: str
    when: str


@dataclass(frozen=True, slots=True)
class PastPage:
    """Everything on the page; `hub` holds the numbers, for who may read them."""

    at: str
    machine: str
    entry: int
    facts: tuple[tuple[str, str], ...]
    lead: str
    rest: str
    rows: tuple[PastRow, ...]
    hub: HubPage | None
    why_not: str


def _publication(found: Published) -> Publication:
    return Publication(
        found.number, found.digest, found.at.astimezone(dt.UTC), found.as_of.astimezone(dt.UTC),
        found.through, found.version_name, found.version,
    )  # fmt: skip


def _locks(past: Past) -> dict[tuple[str, dt.date], str]:
    """(market, Monday) -> the root locked by then."""
    version = past.publication.version if past.publication else ""
    locks = PeriodLock.objects.filter(version_id=version, locked_at__lte=past.moment).order_by("pk")
    return {(lock.market, lock.week): lock.root for lock in locks}


def _weeks(market: Standing, rows: list[dict[str, Any]], floor: Decimal, locks: Any) -> tuple[Week, ...]:
    """The weeks that could be shown, by the rules of `hub.page`."""
    found = []
    for row in rows:
        late = market.through is None or row["week"] > market.through or not row["due"] or row["pending"]
        if late or market.as_of is None or row["matures_at"] > market.as_of:
            continue
        if row["unknown"] > (1 - floor) * row["due"]:
            continue
        root = locks.get((market.code, row["week"]))
        finality = "provisional" if root is None else "final" if root == row["root"] else "restated"
        counts = Counts(row["due"], row["on_time"], row["late"], row["pending"], row["unknown"])
        found.append(Week(row["week"], counts, finality))
    return tuple(found)


def _sum(weeks: Sequence[Week]) -> Week:
    parts = [week.counts for week in weeks]
    total = Counts(*(sum(getattr(one, name) for one in parts) for name in Counts.__slots__))
    kinds = {week.finality for week in weeks}
    least = next((kind for kind in ("provisional", "restated") if kind in kinds), "final")
    return Week(weeks[0].monday, total, least)


def _rollup(markets: Sequence[MarketReading], through: dt.date) -> tuple[Week, ...]:
    """Sums over the markets with the publication's own last week, in weeks in which all of them have one."""
    current = [market for market in markets if market.through == through]
    by_week: dict[dt.date, list[Week]] = defaultdict(list)
    for market in current:
        for week in market.weeks:
            by_week[week.monday].append(week)
    return tuple(_sum(by_week[day]) for day in sorted(by_week) if len(by_week[day]) == len(current))


def _coverage(past: Past, stored: Stored) -> Coverage:
    through = past.publication.through if past.publication else None
    shown = [one for one in past.markets if one.reason is None and one.through == through]

    def due(markets: Sequence[Standing]) -> int:
        return sum(
            row["due"] for one in markets for row in stored.get(one.vintage, []) if row["week"] == through
        )

    return Coverage(len(shown), len(past.markets), due(shown), due(past.markets))


def reading_of(past: Past, stored: Stored) -> Reading:
    """The reading of that moment; `stored` are the weeks of its vintages, or nothing for no numbers."""
    names, locks = departments(), _locks(past) if stored else {}
    floor = Decimal(past.publication.floor) if past.publication else Decimal(0)
    markets = tuple(
        MarketReading(
            one.code, one.name, one.zone, one.state, one.disclosure,
            tuple(names.get(role, role) for role in one.signed_by),
            _weeks(one, stored.get(one.vintage, []), floor, locks),
            through=one.through, as_of=one.as_of.astimezone(dt.UTC) if one.as_of else None,
            is_held=one.is_held,
        )
        for one in past.markets if one.reason is None
    )  # fmt: skip
    return Reading(
        epoch=0,
        read_at=past.moment,
        publication=_publication(past.publication) if past.publication else None,
        rollup=_rollup(markets, past.publication.through) if past.publication and stored else (),
        markets=markets,
        not_shown=tuple(
            Absent(one.code, one.name, one.reason, one.since)
            for one in past.markets
            if one.reason is not None
        ),
        coverage=_coverage(past, stored),
    )


def stored_weeks(past: Past, actor: User) -> Stored:
    """The weeks of every vintage the publication names. Raises NotAllowedError."""
    require(may(actor, "history_read"))
    found: Stored = defaultdict(list)
    for row in storage.weeks_of([one.vintage for one in past.markets if one.vintage]):
        found[row["vintage"]].append(row)
    return found


def _row(market: Standing) -> PastRow:
    if market.reason is None:
        noted = market.state == "known_issue"
        short = _("shown with a note") if noted else _("shown")
        names = join_names([departments().get(role, role) for role in market.signed_by])
        words = market.disclosure or _("Signed by %(names)s.") % {"names": names}
        glyph = "note" if noted else "certified"
    else:
        absence = absence_words(market.reason)
        short, words, glyph = absence.short, absence.sentence, absence.glyph
    return PastRow(
        market.code, market.name, market.reason is None, short, glyph, words, market.because,
        moment(market.at) if market.at else "",
    )  # fmt: skip


def past_page(at: dt.datetime, actor: User) -> PastPage:
    """The page of a moment (aware), for a reader of the record."""
    require(may(actor, "ledger_read"))
    past, reads = seen_at(at), may(actor, "history_read")
    reading = reading_of(past, stored_weeks(past, actor) if reads else {})
    facts: list[tuple[str, str]] = []
    if past.publication is not None:
        one = past.publication
        facts = [
            (_("Publication"), short_id(one.number, one.digest)),
            (_("Published"), f"{moment(one.at)}, {one.by}"),
            (_("Definition"), f"{one.version_name} · {fingerprint(one.version)}"),
            (_("Data as of"), moment(one.as_of)),
        ]
    lead, rest = coverage_parts(reading)
    return PastPage(
        at=moment(at), machine=at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M"), entry=past.entry,
        facts=tuple(facts), lead=lead, rest=rest, rows=tuple(map(_row, past.markets)),
        hub=hub_page(reading) if reads and reading.rollup else None,
        why_not="" if reads else getattr(reads, "reason", ""),
    )  # fmt: skip
