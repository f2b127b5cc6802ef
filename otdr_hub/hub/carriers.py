"""The carriers of a market as its page shows them: ranked only where they can be told apart.

Everything here is worked out from what the guarded read gave: the market's own weeks and the carriers
that may be seen. Of those withheld nothing is known, so nothing can be said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from otdr_hub.hub.changes import Change, change_between, points_text
from otdr_hub.hub.charts import Label, at, axis_for
from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.numbers import (
    count,
    moment,
    percent,
    percent_text,
    share_text,
    signed_hundredths,
    week_name,
)
from otdr_hub.hub.ranking import REST, in_print, parts_of, ranked, unranked, week_of
from otdr_hub.hub.reading import CarrierCell, CarrierReading, CarrierWeek, MarketReading, Week
from otdr_hub.hub.sentences import absence_words, join_names
from otdr_hub.lib.kitagawa import in_hundredths
from otdr_hub.lib.suppress import RANKED_FROM

ENOUGH = Fraction(2, 3)
"""A change is put down to a carrier once its part is two thirds of it."""


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """One carrier that may be seen. `against` when it fell by more than noise."""

    name: str
    due: str
    share: str
    rate: str
    interval: str
    change: str
    part: str
    x1: str
    x2: str
    x: str
    against: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Carriers that share a place: a bracket and a rank range, one rank, or no rank at all."""

    title: str
    tied: bool
    rows: tuple[CarrierRow, ...]


@dataclass(frozen=True, slots=True)
class CarriersPart:
    """The carriers' part of a market's page: a table, or (`absent`) why there is none."""

    title: str
    absent: str
    glyph: str
    certified: str
    signed: str
    disclosure: str
    week: str
    before: str
    axis: tuple[Label, ...]
    groups: tuple[Group, ...]
    withheld: str
    withheld_why: str
    whole: CarrierRow | None
    note: str


def carriers_part(market: MarketReading) -> CarriersPart | None:
    """What is said of the carriers in the market's last week; None where they were not read."""
    found = market.carriers
    if found is None or not market.weeks:
        return None
    if found.reason is not None:
        return _empty(absence_of(found), absence_words(found.reason).glyph)
    now, before = market.weeks[-1], market.weeks[-2] if len(market.weeks) > 1 else None
    weeks = {week.monday: week for week in found.weeks}
    shown = weeks.get(now.monday, CarrierWeek(now.monday, (), rest=True))
    earlier = weeks.get(before.monday) if before else None
    groups = ranked(shown.cells)
    parts = parts_of(market, shown, earlier)
    table = _Table(now, before, shown, earlier, parts)
    return CarriersPart(
        title=_title(market, groups, parts),
        absent="",
        glyph="",
        certified=_("Carriers shown with a note")
        if found.state == "known_issue"
        else _("Carriers certified"),
        signed=_signed(found),
        disclosure=found.disclosure,
        week=week_name(now.monday),
        before=week_name(before.monday) if before else "",
        axis=table.axis_labels(),
        groups=_groups(groups, unranked(shown.cells), table),
        withheld=_("withheld") if shown.rest else "",
        withheld_why=_withheld(found.threshold, bool(shown.cells)) if shown.rest else "",
        whole=table.whole(),
        note=_note(table),
    )


def _empty(absent: str, glyph: str) -> CarriersPart:
    return CarriersPart(_("Carriers"), absent, glyph, "", "", "", "", "", (), (), "", "", None, "")


def absence_of(found: CarrierReading) -> str:
    """Why no carrier is shown, in the breakout's own words."""
    since = {"since": moment(found.since)} if found.since else {}
    if found.reason == "switched_off":
        said = _(
            "The carriers of this market were switched off on %(since)s; none is shown until signed again."
        )
        return said % since if since else _("The carriers of this market are switched off.")
    return {
        "needs_signing": _(
            "The carriers of this market need signing again: they were signed, and the data or the definition"
            " has moved since."
        ),
        "excluded": _("The carriers of this market are left out on purpose, by a decision on record."),
    }.get(
        found.reason or "",
        _(
            "The carriers of this market are not certified yet. They are certified on their own, by Finance,"
            " Legal and Logistics, and none is shown before."
        ),
    )


def _signed(found: CarrierReading) -> str:
    if not found.signed_by or found.signed_at is None:
        return ""
    words = {"names": join_names(found.signed_by), "at": moment(found.signed_at)}
    return _("By %(names)s, on their own, since %(at)s.") % words


def _withheld(threshold: int, some: bool) -> str:
    words = {"threshold": threshold}
    if not some:
        return (
            _(
                "Under %(threshold)d shipments, switched off, or too few carriers to hide one among: no"
                " carrier of this week is shown."
            )
            % words
        )
    return (
        _(
            "Under %(threshold)d shipments, switched off, or kept back so that none of these can be worked"
            " out. Neither their number nor their sum is shown."
        )
        % words
    )


class _Table:
    """Rows on one scale, for one week against the one before."""

    def __init__(
        self,
        now: Week,
        before: Week | None,
        shown: CarrierWeek,
        earlier: CarrierWeek | None,
        parts: Mapping[str, Fraction],
    ) -> None:
        self._now, self._before = now, before
        self._parts = in_print(parts)
        self._change = sum(parts.values(), Fraction(0)) if parts else None
        self._earlier = {one.carrier: one for one in earlier.cells} if earlier else {}
        ends = [end * 100 for one in shown.cells for end in wilson(one.on_time, one.due)]
        if now.counts.due:
            ends += [end * 100 for end in wilson(now.counts.on_time, now.counts.due)]
        self.axis = axis_for(ends or [Fraction(0), Fraction(100)], most=4)

    def axis_labels(self) -> tuple[Label, ...]:
        """The scale over the drawn intervals."""
        steps = self.axis.steps()
        ends = {0: "start", len(steps) - 1: "end"}
        return tuple(
            Label(at(self.axis.share(value) * 100), self.axis.label(value), ends.get(i, "middle"))
            for i, value in enumerate(steps)
        )

    def row(self, cell: CarrierCell) -> CarrierRow:
        """One carrier; a week in which it was not shown gives no change."""
        was = self._earlier.get(cell.carrier)
        week = week_of(cell, self._now)
        before = week_of(was, self._before) if was and self._before else None
        return self._row(cell.called, week, before, self._parts.get(cell.carrier))

    def whole(self) -> CarrierRow:
        """The market itself, by its own counts; its part is the whole change, withheld carriers included."""
        total = in_hundredths([self._change]) if self._change is not None else ()
        return self._row(_("Whole market"), self._now, self._before, total[0] if total else None)

    def _row(self, name: str, week: Week, before: Week | None, part: int | None) -> CarrierRow:
        counts = week.counts
        low, high = wilson(counts.on_time, counts.due)
        change = change_between(week, before)
        x1, x2 = (self.axis.share(end * 100) * 100 for end in (low, high))
        return CarrierRow(
            name=name,
            due=count(counts.due),
            share=share_text(counts.due, self._now.counts.due),
            rate=percent_text(Fraction(counts.on_time, counts.due)),
            interval=_("%(low)s to %(high)s") % {"low": percent(low), "high": percent(high)},
            change=_moved(change, self._before),
            part="" if part is None else signed_hundredths(part),
            x1=at(x1),
            x2=at(x2),
            x=at(self.axis.share(Fraction(counts.on_time, counts.due) * 100) * 100),
            against=change is not None and not change.within_noise and change.points < 0,
        )


def _moved(change: Change | None, before: Week | None) -> str:
    if change is None:
        return _("not shown in %(week)s") % {"week": week_name(before.monday)} if before else _("first week")
    if change.within_noise:
        return _("within noise")
    words = {"points": points_text(change.points)}
    return (_("down %(points)s") if change.points < 0 else _("up %(points)s")) % words


def _groups(
    groups: Sequence[tuple[CarrierCell, ...]], small: Sequence[CarrierCell], table: _Table
) -> tuple[Group, ...]:
    found, place = [], 1
    for group in groups:
        last = place + len(group) - 1
        words = {"number": len(group), "first": place, "last": last}
        title = (
            _("Not separable: these %(number)d share ranks %(first)d to %(last)d; none can be put first.")
            if len(group) > 1
            else _("Separable: rank %(first)d")
        )
        found.append(Group(title % words, len(group) > 1, tuple(table.row(one) for one in group)))
        place = last + 1
    if small:
        title = _("Fewer than %(least)d shipments: shown, too few to rank") % {"least": RANKED_FROM}
        found.append(Group(title, False, tuple(table.row(one) for one in small)))
    return tuple(found)


def _title(
    market: MarketReading, groups: Sequence[tuple[CarrierCell, ...]], parts: Mapping[str, Fraction]
) -> str:
    """What the table says, in a sentence: who made the change, or who stands clear."""
    change = change_between(market.weeks[-1], market.weeks[-2] if len(market.weeks) > 1 else None)
    cells = {one.carrier: one for group in groups for one in group}
    if change is not None and not change.within_noise:
        name = max(cells, key=lambda one: abs(parts.get(one, Fraction(0))), default=REST)
        mine = parts.get(name, Fraction(0)) * 100
        if name in cells and mine * change.points > 0 and abs(mine) >= ENOUGH * abs(change.points):
            words = {"name": cells[name].called, "rate": percent_text(cells[name].rate)}
            said = _("%(name)s explains the fall: %(rate)s on time")
            return (said if change.points < 0 else _("%(name)s explains the rise: %(rate)s on time")) % words
    if len(groups) > 1 and len(groups[-1]) == 1:
        return _("%(name)s stands below the others") % {"name": groups[-1][0].called}
    if len(groups) > 1 and len(groups[0]) == 1:
        return _("%(name)s stands above the others") % {"name": groups[0][0].called}
    if len(groups) > 1:
        return _("Carriers, in groups that can be told apart")
    return _("Carriers: the data cannot order them") if groups else _("Carriers, too small to be ranked")


def _note(table: _Table) -> str:
    text = _(
        "The bar through each point is the 95 % interval. A carrier is ranked, among those shown, only from"
        " 400 shipments on and where its interval stands clear. The table is its own twin."
    )
    if table.axis.low:
        text = f"{text} {_('Axis cut at %(low)s %%.') % {'low': table.axis.label(table.axis.low)}}"
    return text
