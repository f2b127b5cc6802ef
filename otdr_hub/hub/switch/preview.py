"""What the hub would say with one market less, from what may be seen now and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.numbers import percent_text
from otdr_hub.hub.parts import empty_state
from otdr_hub.hub.reading import Absent, Counts, Coverage, MarketReading, Reading, Week
from otdr_hub.hub.sentences import coverage_sentence


@dataclass(frozen=True, slots=True)
class Preview:
    """The headline before and after as text (empty: none), and the sentence that would go with it."""

    before: str
    after: str
    sentence: str


def without(reading: Reading, code: str) -> Reading:
    """The reading as it would be with this market switched off: the same sums, over the others."""
    gone = next((market for market in reading.markets if market.code == code), None)
    absent = tuple(
        Absent(code, one.name, "switched_off", reading.read_at) if one.code == code else one
        for one in reading.not_shown
    )
    if gone is None:
        return replace(reading, not_shown=absent)
    rest = replace(
        reading,
        markets=tuple(market for market in reading.markets if market.code != code),
        not_shown=(*absent, Absent(code, gone.name, "switched_off", reading.read_at)),
    )
    return replace(
        rest, rollup=summed(rest.summed), coverage=_coverage(reading, rest, gone in reading.summed)
    )


def summed(markets: Sequence[MarketReading]) -> tuple[Week, ...]:
    """Weeks that each of the markets has, added up; a sum is as final as the least final of its parts."""
    if not markets:
        return ()
    by_week: dict[dt.date, list[Week]] = {}
    for market in markets:
        for week in market.weeks:
            by_week.setdefault(week.monday, []).append(week)
    return tuple(
        Week(monday, _added([one.counts for one in weeks]), _least_final([one.finality for one in weeks]))
        for monday, weeks in sorted(by_week.items())
        if len(weeks) == len(markets)
    )


def _added(parts: Sequence[Counts]) -> Counts:
    return Counts(
        sum(one.due for one in parts),
        sum(one.on_time for one in parts),
        sum(one.late for one in parts),
        sum(one.pending for one in parts),
        sum(one.unknown for one in parts),
    )


def _least_final(parts: Sequence[str]) -> str:
    return next((one for one in ("provisional", "restated") if one in parts), "final")


def _coverage(reading: Reading, rest: Reading, is_counted: bool) -> Coverage:
    """The coverage with one market less; without a share where its week is not among those shown."""
    old = reading.coverage
    if not is_counted or reading.publication is None:
        return old
    through = reading.publication.through
    due = [week.counts.due for market in rest.summed for week in market.weeks if week.monday == through]
    whole = old.due_in_scope if len(due) == len(rest.summed) else 0
    return replace(old, markets_shown=len(rest.summed), due_shown=sum(due), due_in_scope=whole)


def _headline(reading: Reading) -> str:
    weeks = () if empty_state(reading) else reading.rollup
    rate = shown_rate(weeks[-1]) if weeks else None
    return "" if rate is None else percent_text(rate)


def preview(reading: Reading, code: str) -> Preview:
    """What switching one market off would make of the headline."""
    after = without(reading, code)
    return Preview(_headline(reading), _headline(after), coverage_sentence(after))


def everything(reading: Reading) -> Preview:
    """What switching everything off would make of it: no number at all."""
    gone = tuple(Absent(one.code, one.name, "switched_off", reading.read_at) for one in reading.markets)
    rest = tuple(replace(one, reason="switched_off", since=reading.read_at) for one in reading.not_shown)
    dark = replace(
        reading, markets=(), not_shown=(*gone, *rest), rollup=(),
        coverage=replace(reading.coverage, markets_shown=0, due_shown=0),
    )  # fmt: skip
    return Preview(_headline(reading), "", coverage_sentence(dark))


def becomes(found: Preview) -> str:
    """The change in one sentence."""
    if not found.before:
        return _("The hub has no number now, and has none afterwards.")
    if not found.after:
        return _("%(before)s goes, and no number comes in its place.") % {"before": found.before}
    if found.before == found.after:
        return _("%(before)s stays %(after)s.") % {"before": found.before, "after": found.after}
    return _("%(before)s becomes %(after)s.") % {"before": found.before, "after": found.after}
