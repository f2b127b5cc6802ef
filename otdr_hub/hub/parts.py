"""What both pages carry: headline, coverage, nameplate, markets not shown. Text only, ready to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from otdr_hub.hub.marks import Rule, rule
from otdr_hub.hub.numbers import NBSP, count, fingerprint, moment, percent, week_dates, week_name
from otdr_hub.hub.reading import Publication, Reading, Week
from otdr_hub.hub.sentences import (
    Words,
    absence_words,
    change_between,
    change_parts,
    coverage_parts,
    coverage_sentence,
    finality_words,
    shown_rate,
)
from otdr_hub.lib.shortid import short_id


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage sentence, whole and in its two parts (the first is set in bold)."""

    sentence: str
    lead: str
    rest: str


@dataclass(frozen=True, slots=True)
class Headline:
    """A reading: week, number, change in words, scale. No number while the week is preliminary."""

    week: str
    dates: str
    number: str
    lead: str
    rest: str
    rule: Rule | None
    finality: Words


@dataclass(frozen=True, slots=True)
class Plate:
    """One entry of the nameplate; `kind` is time, state, count or code."""

    label: str
    value: str
    kind: str
    machine: str = ""


@dataclass(frozen=True, slots=True)
class AbsentRow:
    """A market in its place in the list, with a fixed sentence and never a number."""

    name: str
    code: str
    short: str
    sentence: str
    glyph: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is no number, who changes that, and what happens next."""

    title: str
    why: str
    who: str
    next_step: str


def coverage_words(reading: Reading) -> Coverage:
    """The sentence that never leaves the number."""
    lead, rest = coverage_parts(reading)
    return Coverage(coverage_sentence(reading), lead, rest)


def before_last(weeks: Sequence[Week]) -> Week | None:
    """The week a headline is compared with."""
    return weeks[-2] if len(weeks) > 1 else None


def headline(weeks: Sequence[Week]) -> Headline:
    """The last of these weeks as a reading."""
    now, before = weeks[-1], before_last(weeks)
    rate = shown_rate(now)
    lead, rest = change_parts(change_between(now, before))
    return Headline(
        week=week_name(now.monday),
        dates=week_dates(now.monday),
        number="" if rate is None else percent(rate),
        lead=lead,
        rest=rest,
        rule=rule(now, before),
        finality=finality_words(now.finality),
    )


def nameplate(
    publication: Publication, week: Week | None, own: dt.datetime | None = None
) -> tuple[Plate, ...]:
    """When, in what state, over how much, by which definition, under which id. `own` is the moment of a
    single market's data where that is not the publication's."""
    at = own or publication.as_of
    as_of = Plate(_("As of"), moment(at), "time", at.isoformat())
    plates = [as_of]
    if week is not None:
        words = finality_words(week.finality)
        plates.append(Plate(_("State"), words.short, "state", words.glyph))
        plates.append(Plate(_("Shipments due"), count(week.counts.due), "count"))
    version = f"{publication.version_name} · {fingerprint(publication.version_digest)}"
    plates.append(Plate(_("Metric version"), version, "code", publication.version_digest))
    plates.append(Plate(_("Publication"), publication_text(publication), "code", publication.digest))
    return tuple(plates)


def publication_text(publication: Publication) -> str:
    """A publication as a reader quotes it: "P-1 · 7f3a 91c4"."""
    return short_id(publication.number, publication.digest).replace(" ", NBSP)


def absent_rows(reading: Reading) -> tuple[AbsentRow, ...]:
    """The markets not shown, in the order of the scope (by name)."""
    rows = []
    for absent in sorted(reading.not_shown, key=lambda market: market.name):
        words = absence_words(absent.reason)
        rows.append(AbsentRow(absent.name, absent.code, words.short, words.sentence, words.glyph))
    return tuple(rows)


def empty_state(reading: Reading) -> Empty | None:
    """Why the hub has no number; None when it has one."""
    if reading.publication is None:
        return Empty(
            _("No number yet"),
            _("Nothing has been published. A number appears here once a market is certified."),
            _("Finance, Legal and Logistics sign each market; one refusal keeps it off this page."),
            _("The number appears with the first publication. Reload this page then."),
        )
    if not reading.markets or not reading.rollup:
        return Empty(
            _("No number now"),
            _("No market may be shown at present, so there is no rate to show either."),
            _("Finance, Legal and Logistics can bring a market back by signing it again."),
            _("The number returns with the first market that may be shown. Reload this page then."),
        )
    return None
