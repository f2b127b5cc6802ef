"""One market's page, and the page of a market that may not be seen."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdr_hub.hub.annotations import marks_of
from otdr_hub.hub.carriers import CarriersPart, carriers_part
from otdr_hub.hub.changes import change_between, shown_rate
from otdr_hub.hub.charts import WeekCells, week_cells
from otdr_hub.hub.contributions import contributions, contributions_printed
from otdr_hub.hub.lines import Beside, LineChart, line_chart
from otdr_hub.hub.numbers import count, fixed, percent_text, share_text, signed_hundredths, week_short
from otdr_hub.hub.parts import (
    AbsentRow,
    Coverage,
    Headline,
    Plate,
    absent_rows,
    before_last,
    coverage_words,
    headline,
    nameplate,
    publication_text,
)
from otdr_hub.hub.reading import Counts, MarketReading, Reading, Week
from otdr_hub.hub.record import NOTHING, Record
from otdr_hub.hub.sentences import finality_words, held_sentence, join_names
from otdr_hub.hub.series import recent
from otdr_hub.hub.titles import market_title


@dataclass(frozen=True, slots=True)
class Standing:
    """The strip above an inner page: the published number, its sentence, its id."""

    number: str
    coverage: Coverage
    publication: str


@dataclass(frozen=True, slots=True)
class SumLine:
    """A line of the reconciling table: what is added (or is the sum), for this week and the one before."""

    sign: str
    label: str
    values: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Every shipment due is in exactly one line; the difference is printed, not assumed."""

    heads: tuple[tuple[str, str], ...]
    lines: tuple[SumLine, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what is said about it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class MarketPage:
    """Everything on the page of a market that may be seen."""

    code: str
    name: str
    standing: Standing
    headline: Headline
    certified: str
    signed: str
    noted: bool
    disclosure: str
    held: str
    line: LineChart | None
    weeks: tuple[WeekCells, ...]
    reconciled: Reconciled
    to_headline: str
    facts: tuple[Fact, ...]
    nameplate: tuple[Plate, ...]
    carriers: CarriersPart | None


@dataclass(frozen=True, slots=True)
class NotShownPage:
    """A market of the scope that may not be seen: fixed words, no number."""

    market: AbsentRow
    standing: Standing | None


def market_page(reading: Reading, code: str, record: Record = NOTHING) -> MarketPage | None:
    """The page of a market; None when the reading does not hold it."""
    market = next((one for one in reading.markets if one.code == code and one.weeks), None)
    standing = standing_of(reading)
    if market is None or standing is None or reading.publication is None:
        return None
    now, before = market.weeks[-1], before_last(market.weeks)
    noted = market.state == "known_issue"
    version = {"version": reading.publication.version_name}
    return MarketPage(
        code=market.code,
        name=market.name,
        standing=standing,
        headline=headline(market.weeks),
        certified=(_("Shown with a note, %(version)s") if noted else _("Certified for %(version)s"))
        % version,
        signed=_("Signed by %(names)s.") % {"names": join_names(market.signed_by)}
        if market.signed_by
        else "",
        noted=noted,
        disclosure=market.disclosure,
        held=held_sentence(reading, market),
        line=_line(market, record),
        weeks=tuple(week_cells(week) for week in reversed(recent(market.weeks))),
        reconciled=_reconciled(now, before),
        to_headline=_to_headline(market, reading),
        facts=_facts(market, reading),
        nameplate=nameplate(reading.publication, now, market.as_of),
        carriers=carriers_part(market),
    )


def _line(market: MarketReading, record: Record) -> LineChart | None:
    weeks = recent(market.weeks)
    title = market_title(weeks, change_between(weeks[-1], before_last(weeks)))
    marks = marks_of(
        record.facts, [week.monday for week in weeks], {market.code: market.name}, only=market.code
    )
    return line_chart(weeks, title, market.name, Beside(marks=marks))


def not_shown_page(reading: Reading, code: str, record: Record = NOTHING) -> NotShownPage | None:
    """The page of a market of the scope that is not shown; None for a code that is not in it."""
    row = next((row for row in absent_rows(reading, record) if row.code == code), None)
    return None if row is None else NotShownPage(row, standing_of(reading))


def standing_of(reading: Reading) -> Standing | None:
    """The strip of an inner page; None while there is no number."""
    if reading.publication is None or not reading.rollup or not reading.markets:
        return None
    rate = shown_rate(reading.rollup[-1])
    number = "" if rate is None else percent_text(rate)
    return Standing(number, coverage_words(reading), publication_text(reading.publication))


def _reconciled(now: Week, before: Week | None) -> Reconciled:
    weeks = [now] if before is None else [now, before]
    counts = [week.counts for week in weeks]
    heads = tuple((week_short(week.monday), finality_words(week.finality).short.lower()) for week in weeks)

    def line(sign: str, label: str, values: list[int], kind: str = "") -> SumLine:
        return SumLine(sign, label, tuple(count(value) for value in values), kind)

    gaps = [c.due - (c.on_time + c.late + c.pending + c.unknown) for c in counts]
    return Reconciled(
        heads,
        (
            line("", _("On time"), [c.on_time for c in counts]),
            line("+", _("Late"), [c.late for c in counts]),
            line("+", _("Pending, still awaited"), [c.pending for c in counts]),
            line("+", _("No news from the carrier"), [c.unknown for c in counts]),
            line("=", _("Due"), [c.due for c in counts], "sum"),
            line("", _("Difference"), gaps, "part"),
        ),
    )


def _to_headline(market: MarketReading, reading: Reading) -> str:
    now, total = market.weeks[-1], reading.rollup[-1].counts
    if reading.is_behind(market):
        return _(
            "Not in the headline, which is of a later week: newer data of this market is not certified yet."
        )
    others = len(reading.summed)
    gap = total.due - sum(m.weeks[-1].counts.due for m in reading.summed if m.weeks)
    words = {
        "on_time": count(now.counts.on_time),
        "all_on_time": count(total.on_time),
        "due": count(now.counts.due),
        "all_due": count(total.due),
    }
    text = _("%(on_time)s of the %(all_on_time)s on time, and %(due)s of the %(all_due)s due.") % words
    adds_up = ngettext(
        "The %(number)d market shown adds up to the headline with a difference of %(gap)s.",
        "The %(number)d markets shown add up to the headline with a difference of %(gap)s.",
        others,
    )
    return f"{text} {adds_up % {'number': others, 'gap': count(gap)}}"


def _weighted(now: Counts, total: Counts) -> str:
    """What the market is of the headline: its weight times its rate, which is its on time by all due."""
    return _("%(weight)s × %(rate)s = %(points)s of the headline’s %(all)s points") % {
        "weight": share_text(now.due, total.due),
        "rate": percent_text(Fraction(now.on_time, now.due)) if now.due else _("no rate"),
        "points": fixed(Fraction(now.on_time, total.due) * 100, 2),
        "all": fixed(Fraction(total.on_time, total.due) * 100, 2),
    }


def _facts(market: MarketReading, reading: Reading) -> tuple[Fact, ...]:
    now, total = market.weeks[-1].counts, reading.rollup[-1].counts
    facts = []
    if total.due and not reading.is_behind(market):
        share = {"share": share_text(now.due, total.due)}
        facts.append(Fact(_("Weight"), _("%(share)s of shipments due in the markets shown") % share))
        facts.append(Fact(_("Weight × rate"), _weighted(now, total)))
    if now.due:
        known = {"share": share_text(now.due - now.unknown, now.due)}
        facts.append(Fact(_("Completeness"), _("%(share)s of shipments due are accounted for") % known))
    facts.append(Fact(_("Weeks"), _("Monday to Sunday by the promise, %(zone)s") % {"zone": market.zone}))
    printed = contributions_printed(contributions(reading))
    if market.code in printed:
        words = {
            "part": signed_hundredths(printed[market.code]),
            "total": signed_hundredths(sum(printed.values())),
        }
        facts.append(Fact(_("Its part"), _("%(part)s of the headline’s change of %(total)s points") % words))
    return tuple(facts)
