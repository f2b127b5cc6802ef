"""The hub's page as one frozen object: every text on it, and nothing a template has to work out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdr_hub.hub.annotations import marks_of
from otdr_hub.hub.changes import Change, change_between, points_text, shown_rate
from otdr_hub.hub.charts import interval_text
from otdr_hub.hub.contributions import contributions, contributions_printed
from otdr_hub.hub.lines import Beside, LineChart, line_chart
from otdr_hub.hub.market import MarketPage, NotShownPage, market_page, not_shown_page
from otdr_hub.hub.marks import Bar, Spark, bars, sparks
from otdr_hub.hub.numbers import count, percent, percent_text, signed_hundredths, week_name
from otdr_hub.hub.parts import (
    AbsentRow,
    Coverage,
    Empty,
    Headline,
    Plate,
    absent_rows,
    before_last,
    coverage_words,
    empty_state,
    headline,
    nameplate,
)
from otdr_hub.hub.reading import MarketReading, Reading, Week
from otdr_hub.hub.record import NOTHING, Record
from otdr_hub.hub.sentences import held_sentence, overdue_sentence
from otdr_hub.hub.series import recent, series_of
from otdr_hub.hub.titles import rollup_title, steady_note

__all__ = ["HubPage", "MarketPage", "NotShownPage", "hub_page", "market_page", "not_shown_page"]


@dataclass(frozen=True, slots=True)
class MarketRow:
    """One market that may be seen: its place in the list and its line in the table."""

    code: str
    name: str
    number: str
    delta: str
    part: str
    note: str
    spark: Spark | None
    bar: Bar | None
    on_time: str
    due: str
    rate: str
    interval: str
    before: str
    held: str = ""


@dataclass(frozen=True, slots=True)
class Markets:
    """The list of markets, by contribution to the change, and the sum line of its table; `behind` are
    those shown with an earlier week, which the sum leaves out."""

    rows: tuple[MarketRow, ...]
    behind: tuple[MarketRow, ...]
    absent: tuple[AbsentRow, ...]
    title: str
    note: str
    lines_class: str
    before_week: str
    sum: MarketRow | None


@dataclass(frozen=True, slots=True)
class HubPage:
    """Everything on the hub; `empty` is set when there is no number, and then `headline` is not."""

    coverage: Coverage
    headline: Headline | None
    line: LineChart | None
    nameplate: tuple[Plate, ...]
    markets: Markets
    held: tuple[str, ...]
    empty: Empty | None
    overdue: str = ""


def hub_page(reading: Reading, record: Record = NOTHING) -> HubPage:
    """The page of the roll-up over the markets that may be seen, with what is on record beside it."""
    empty = empty_state(reading)
    weeks = () if empty else reading.rollup
    change = change_between(weeks[-1], before_last(weeks)) if weeks else None
    parts = {} if empty else contributions(reading)
    named = [(market.name, parts[market.code] * 100) for market in reading.markets if market.code in parts]
    publication = reading.publication
    return HubPage(
        coverage=coverage_words(reading),
        headline=headline(weeks, record.target(weeks[-1].monday)) if weeks else None,
        line=_line(reading, record, rollup_title(recent(weeks), change, named)) if weeks else None,
        nameplate=nameplate(publication, weeks[-1] if weeks else None) if publication else (),
        markets=_markets(reading, record, weeks, change, parts),
        held=tuple(f"{one.name}: {held_sentence(reading, one)}" for one in reading.held) if weeks else (),
        empty=empty,
        overdue=overdue_sentence(reading) if weeks else "",
    )


def _line(reading: Reading, record: Record, title: str) -> LineChart | None:
    """The headline week by week, the constant set beside it, and what happened when."""
    series = series_of(reading)
    mondays = [week.monday for week in series.weeks]
    names = {one.code: one.name for one in reading.markets} | {
        one.code: one.name for one in reading.not_shown
    }
    number = len(series.steady_codes)
    same = ngettext("The same market", "The same %(number)d markets", number) % {"number": number}
    beside = Beside(
        marks=marks_of(record.facts, mondays, names),
        steady=series.steady,
        steady_name=same,
        markets=() if series.is_constant else series.markets,
        target=tuple(record.target(monday) for monday in mondays),
        note=steady_note(series),
    )
    return line_chart(series.weeks, title, _shown(reading), beside)


def _shown(reading: Reading) -> str:
    number = len(reading.summed)
    return ngettext("%(number)d market shown", "%(number)d markets shown", number) % {"number": number}


def _markets(
    reading: Reading,
    record: Record,
    weeks: Sequence[Week],
    change: Change | None,
    parts: dict[str, Fraction],
) -> Markets:
    order = sorted(
        reading.summed, key=lambda market: (-abs(parts.get(market.code, Fraction(0))), market.name)
    )
    behind = [market for market in reading.held if reading.is_behind(market) and market.weeks]
    if not weeks:
        order, behind = [], []
    absent = absent_rows(reading, record)
    changes = [change_between(m.weeks[-1], before_last(m.weeks)) if m.weeks else None for m in order]
    printed = contributions_printed(parts)
    hundredths = [printed[market.code] for market in order] if parts else []
    quiet = [one is None or one.within_noise for one in changes]
    drawn: Sequence[Bar | None] = bars(hundredths, quiet) if parts else [None] * len(order)
    total = sum(hundredths)
    lines = sparks([recent(market.weeks) for market in order])
    rows = tuple(
        _row(reading, market, one, spark, bar)
        for market, one, spark, bar in zip(order, changes, lines, drawn, strict=True)
    )
    late = tuple(_row(reading, market, None, None, None) for market in behind)
    before = before_last(weeks)
    return Markets(
        rows=rows,
        behind=late,
        absent=absent,
        title=_list_title(bool(parts), change, all(quiet)),
        note=_list_note(signed_hundredths(total) if parts else "", len(recent(weeks)), change),
        lines_class=f"lines-{max(1, -(-(len(rows) + len(late) + len(absent)) // 2))}",
        before_week=week_name(before.monday).capitalize() if before else "",
        sum=_sum_row(reading, weeks, signed_hundredths(total) if parts else "") if weeks else None,
    )


def _row(
    reading: Reading, market: MarketReading, change: Change | None, spark: Spark | None, bar: Bar | None
) -> MarketRow:
    now, before = market.weeks[-1], before_last(market.weeks)
    rate = shown_rate(now)
    return MarketRow(
        code=market.code,
        name=market.name,
        number="" if rate is None else percent(rate),
        delta=week_name(now.monday) if reading.is_behind(market) else _delta(change),
        part=bar.text if bar else "",
        note=market.disclosure if market.state == "known_issue" else "",
        held=held_sentence(reading, market),
        spark=spark,
        bar=bar,
        **_cells(now, before),
    )


def _sum_row(reading: Reading, weeks: Sequence[Week], total: str) -> MarketRow:
    now, before = weeks[-1], before_last(weeks)
    bar = Bar("", "", "", "", total) if total else None
    return MarketRow("", _shown(reading), "", "", "", "", None, bar, **_cells(now, before))


def _cells(now: Week, before: Week | None) -> dict[str, str]:
    rate = shown_rate(now)
    earlier = shown_rate(before) if before else None
    return {
        "on_time": count(now.counts.on_time),
        "due": count(now.counts.due),
        "rate": "" if rate is None else percent_text(rate),
        "interval": interval_text(now),
        "before": "" if earlier is None else percent_text(earlier),
    }


def _delta(change: Change | None) -> str:
    if change is None:
        return _("first week")
    if change.within_noise:
        return _("within noise")
    size = {"points": points_text(change.points)}
    return (_("down %(points)s points") if change.points < 0 else _("up %(points)s points")) % size


def _list_title(split: bool, change: Change | None, all_quiet: bool) -> str:
    if not split:
        return _("Markets")
    if all_quiet and change is not None and change.within_noise:
        return _("No market moved by more than noise")
    return _("Where the change came from")


def _list_note(total: str, number: int, change: Change | None) -> str:
    if not total or change is None:
        return ""
    return _("Points of the %(total)s, largest first. Lines: %(number)d weeks, one scale, own median.") % {
        "total": total,
        "number": number,
    }
