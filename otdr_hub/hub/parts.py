"""What both pages carry: headline, coverage, nameplate, markets not shown. Text only, ready to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from otdr_hub.hub.annotations import category_words, reason_words
from otdr_hub.hub.changes import aim_parts, change_between, change_parts, shown_rate
from otdr_hub.hub.marks import Rule, rule
from otdr_hub.hub.numbers import NBSP, count, day, fingerprint, moment, percent, week_dates, week_name
from otdr_hub.hub.reading import Absent, Publication, Reading, Week
from otdr_hub.hub.record import NOTHING, Left, Record
from otdr_hub.hub.sentences import Words, absence_words, coverage_parts, coverage_sentence, finality_words
from otdr_hub.lib.shortid import code_of, short_id


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
    aim: str = ""
    aim_rest: str = ""
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Plate:
    """One entry of the nameplate; `kind` is time, state, count or code."""

    label: str
    value: str
    kind: str
    machine: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A fact of an absence: what it is, and a day, a moment or a name; `machine` is set for the first two."""

    label: str
    text: str
    machine: str = ""


@dataclass(frozen=True, slots=True)
class AbsentRow:
    """A market in its place in the list, with a fixed sentence and never a number but a date's."""

    name: str
    code: str
    short: str
    sentence: str
    glyph: str
    details: tuple[Detail, ...] = ()


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


def headline(weeks: Sequence[Week], target: Decimal | None = None) -> Headline:
    """The last of these weeks as a reading, beside its target in per cent."""
    now, before = weeks[-1], before_last(weeks)
    rate, change = shown_rate(now), change_between(now, before)
    lead, rest = change_parts(change)
    aim, aim_rest = aim_parts(now, target)
    return Headline(
        week=week_name(now.monday),
        dates=week_dates(now.monday),
        number="" if rate is None else percent(rate),
        lead=lead,
        rest=rest,
        rule=rule(now, before, target),
        finality=finality_words(now.finality),
        aim=aim,
        aim_rest=aim_rest,
        falls=change is not None and not change.within_noise and change.points < 0,
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
    says = reverse("versions:version", args=[publication.version_name])
    plates.append(Plate(_("Metric version"), version, "code", publication.version_digest, says))
    shown, behind = publication_text(publication), reverse("hub:about")
    plates.append(Plate(_("Publication"), shown, "code", publication.digest, behind))
    return tuple(plates)


def publication_text(publication: Publication) -> str:
    """A publication as a reader quotes it: "P-1 · 7f3a 91c4"."""
    return short_id(publication.number, publication.digest).replace(" ", NBSP)


def verify_code(publication: Publication) -> str:
    """The same as it stands in an address: "P-1-7f3a91c4"."""
    return code_of(publication.number, publication.digest)


def absent_rows(reading: Reading, record: Record = NOTHING) -> tuple[AbsentRow, ...]:
    """The markets not shown, in the order of the scope (by name)."""
    rows = []
    for absent in sorted(reading.not_shown, key=lambda market: market.name):
        left = record.left_out.get(absent.code)
        words = absence_words("expired" if left and left.kind == "expired" else absent.reason)
        details = _details(absent, left)
        rows.append(AbsentRow(absent.name, absent.code, words.short, words.sentence, words.glyph, details))
    return tuple(rows)


def _details(absent: Absent, left: Left | None) -> tuple[Detail, ...]:
    """When, whose, until when: dates and names from the record, never what somebody wrote."""
    found = []
    if absent.reason == "switched_off" and absent.since:
        found.append(Detail(_("Since"), moment(absent.since), absent.since.isoformat()))
    if left is None:
        return tuple(found)
    if left.category:
        found.append(Detail(_("Why"), category_words(left.category)))
    if left.reason:
        found.append(Detail(_("Why"), reason_words(left.reason)))
    if left.kind == "excluded" and left.since:
        found.append(Detail(_("Decided"), day(left.since), left.since.date().isoformat()))
    if left.owner:
        found.append(Detail(_("Owner"), left.owner))
    if left.review_on:
        label = _("Review") if left.kind == "excluded" else _("Ended")
        found.append(Detail(label, day(left.review_on), left.review_on.isoformat()))
    return tuple(found)


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
