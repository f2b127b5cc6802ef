"""The list of publications and the page of one, as frozen text. Numbers come from the guarded read alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.markets.selectors import names as market_names
from governance.publication.models import Publication
from governance.publication.selectors import State, publications, states, why_not_again
from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.market import Fact
from otdr_hub.hub.numbers import count, fingerprint, moment, percent_text, week_dates, week_name, week_title
from otdr_hub.hub.parts import AbsentRow, Coverage, absent_rows, coverage_words
from otdr_hub.hub.publications import words
from otdr_hub.hub.publications.comparing import Comparison, compared, comparison
from otdr_hub.hub.reading import MarketReading, Reading, Week
from otdr_hub.hub.sentences import held_sentence, join_names
from otdr_hub.lib.shortid import code_of, name_of, short_id

PAGE: Final = 30


@dataclass(frozen=True, slots=True)
class ListRow:
    """One publication in the list."""

    number: int
    name: str
    at: str
    machine: str
    by: str
    week: str
    version: str
    change: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class ListPage:
    """Publications, newest first; `older` is the number to go on with, or 0."""

    rows: tuple[ListRow, ...]
    older: int


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A market that may be seen, in the publication's own week."""

    code: str
    name: str
    is_noted: bool
    said: str
    as_of: str
    on_time: str
    due: str
    rate: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the publication says, as far as it may be seen now; `rows` add up to `sum`."""

    week: str
    rate: str
    coverage: Coverage
    rows: tuple[NumberRow, ...]
    behind: tuple[NumberRow, ...]
    sum: NumberRow | None
    absent: tuple[AbsentRow, ...]


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """Everything on the page; `numbers` is None where nothing of it may be seen now."""

    number: int
    name: str
    code: str
    title: str
    mark: Mark
    state: str
    change: str
    facts: tuple[Fact, ...]
    digest: str
    numbers: Numbers | None
    no_numbers: str
    comparison: Comparison | None
    others: tuple[str, ...]
    against: str
    newest: int
    may_roll_back: bool
    why_not: str


def names() -> dict[str, str]:
    """Market code -> name."""
    return market_names()


def before(one: Publication) -> Publication | None:
    """The publication before it."""
    return publications().filter(number=one.number - 1).first()


def list_page(until: int | None) -> ListPage:
    """Publications up to a number (the newest when None)."""
    found = publications() if until is None else publications().filter(number__lte=until)
    rows = list(found[: PAGE + 1])
    older = rows[PAGE].number if len(rows) > PAGE else 0
    shown, known = rows[:PAGE], states(rows[:PAGE])
    earlier = {one.number: one for one in rows}
    called = names()
    return ListPage(tuple(_list_row(one, earlier.get(one.number - 1), known, called) for one in shown), older)


def _list_row(
    one: Publication, previous: Publication | None, known: dict[int, State], called: words.Names
) -> ListRow:
    return ListRow(
        number=one.number, name=name_of(one.number), at=moment(one.published_at),
        machine=one.published_at.isoformat(), by=words.by(one), week=week_title(one.through),
        version=one.version.name, change=words.change_sentence(one, previous, called),
        mark=words.mark(known[one.number]),
    )  # fmt: skip


def publication_page(one: Publication, readings: Sequence[Reading], person: User) -> PublicationPage:
    """The page of one publication; `readings` are of it and, if there is one, of what it is compared with."""
    called, state = names(), states([one])[one.number]
    reading = readings[0]
    other = readings[1] if len(readings) > 1 else None
    newest = Publication.objects.values_list("number", flat=True).first() or 0
    others = Publication.objects.exclude(pk=one.pk).values_list("number", flat=True)[:PAGE]
    against = other.publication.number if other and other.publication else 0
    numbers = _numbers(reading)
    return PublicationPage(
        number=one.number,
        name=name_of(one.number),
        code=code_of(one.number, one.digest),
        title=f"{week_name(one.through).capitalize()}, {week_dates(one.through)}",
        mark=words.mark(state),
        state=words.state_sentence(state, called),
        change=words.change_sentence(one, before(one), called),
        facts=_facts(one),
        digest=one.digest,
        numbers=numbers,
        no_numbers="" if numbers else _no_numbers(reading),
        comparison=comparison(compared(other, reading)) if other else None,
        others=tuple(name_of(number) for number in others),
        against=name_of(against) if against else "",
        newest=newest,
        may_roll_back=bool(may(person, "publication_rollback")) and one.number != newest,
        why_not=why_not_again(one),
    )


def _facts(one: Publication) -> tuple[Fact, ...]:
    lines = [line for line in one.lines.all() if line.decision]
    held = sum(line.is_held for line in lines)
    markets = _("%(shown)d of %(all)d named to be shown") % {"shown": len(lines), "all": one.lines.count()}
    if held:
        markets += ", " + _("%(held)d of them as last signed") % {"held": held}
    return (
        Fact(_("Published"), f"{moment(one.published_at)}, {words.by(one)}"),
        Fact(_("Week"), week_title(one.through)),
        Fact(_("Data as of"), moment(one.as_of)),
        Fact(_("Definition"), f"{one.version.name} · {fingerprint(one.version_id)}"),
        Fact(_("Markets"), markets),
        Fact(_("Verify code"), short_id(one.number, one.digest)),
    )


def _no_numbers(reading: Reading) -> str:
    if reading.taken_back_by:
        return _("It was taken back, so its numbers are not shown here.")
    return _("No market of it may be seen now, so there is no number here.")


def _numbers(reading: Reading) -> Numbers | None:
    if not reading.rollup or reading.taken_back_by:
        return None
    total = reading.rollup[-1]
    rate = shown_rate(total)
    behind = [market for market in reading.held if reading.is_behind(market) and market.weeks]
    return Numbers(
        week=week_title(total.monday),
        rate="" if rate is None else percent_text(rate),
        coverage=coverage_words(reading),
        rows=tuple(_row(reading, market, total) for market in reading.summed),
        behind=tuple(_row(reading, market, market.weeks[-1]) for market in behind),
        sum=NumberRow("", _("Sum of the markets above"), False, "", "", *_cells(total)),
        absent=absent_rows(reading),
    )


def _row(reading: Reading, market: MarketReading, of: Week) -> NumberRow:
    week = next(week for week in market.weeks if week.monday == of.monday)
    signed = _("Signed by %(names)s.") % {"names": join_names(market.signed_by)} if market.signed_by else ""
    said = " ".join(filter(None, (market.disclosure, signed, held_sentence(reading, market))))
    at = moment(market.as_of) if market.as_of else ""
    return NumberRow(market.code, market.name, market.state == "known_issue", said, at, *_cells(week))


def _cells(week: Week) -> tuple[str, str, str]:
    rate = shown_rate(week)
    return count(week.counts.on_time), count(week.counts.due), "" if rate is None else percent_text(rate)
