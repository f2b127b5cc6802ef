"""The section about a blast radius as a frozen object, for a page of its own and for any other page."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.markets.models import Market
from governance.models import PublicationRead
from metrics.operator.blast import Blast, WeekEffect
from metrics.operator.effect import Sum
from metrics.operator.near import Near
from otdr_hub.hub.desk.words import signed_points
from otdr_hub.hub.numbers import moment, percent_text, week_name
from otdr_hub.hub.sentences import join_names


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week's roll-up with and without, over all markets and over the constant set."""

    week: str
    included: str
    left_out: str
    points: str
    steady_included: str
    steady_left_out: str
    is_suspect: bool


@dataclass(frozen=True, slots=True)
class NearRow:
    """A carrier or lane near the threshold."""

    market: str
    kind: str
    name: str
    included: str
    left_out: str
    said: str


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """Who has seen what."""

    person: str
    publication: str
    how: str
    what: str
    at: str


@dataclass(frozen=True, slots=True)
class BlastPart:
    """Everything in the section."""

    title: str
    lead: str
    threshold: str
    weeks: tuple[WeekRow, ...]
    steady: str
    near: tuple[NearRow, ...]
    near_said: str
    readers: tuple[ReaderRow, ...]
    readers_said: str


def _rate(part: Sum) -> str:
    return percent_text(part.rate) if part.rate is not None else _("no rate")


def _points(points: Fraction | None) -> str:
    return "" if points is None else signed_points(points)


def _week(one: WeekEffect, found: Blast) -> WeekRow:
    return WeekRow(
        week_name(one.monday).capitalize(), _rate(one.included), _rate(one.left_out), _points(one.points),
        _rate(one.steady_included), _rate(one.steady_left_out), one.monday >= found.since,
    )  # fmt: skip


def _near(one: Near, names: dict[str, str]) -> NearRow:
    said = _("crosses the threshold by it") if one.crosses else _("near the threshold")
    kind = _("carrier") if one.kind == "carrier" else _("lane")
    return NearRow(
        names.get(one.market, one.market), kind, one.name, _rate(one.included), _rate(one.left_out), said
    )


def _lead(found: Blast, names: list[str]) -> str:
    last = found.weeks[-1] if found.weeks else None
    if last is None or last.included.rate is None:
        return _("There is no roll-up to compare in this week.")
    said = _("With %(names)s the roll-up of %(week)s is %(with)s, without %(without)s: %(points)s points.")
    if last.is_untold:
        said = _(
            "The hub would not tell %(week)s of %(names)s: it is too young, too small, or too much of it is"
            " unknown. Shown or not, the roll-up is %(with)s."
        )
    elif last.points is None:
        said = _("With %(names)s the roll-up of %(week)s is %(with)s; without, nothing is shown of it.")
    return said % {
        "names": join_names(names), "week": week_name(last.monday), "with": _rate(last.included),
        "without": _rate(last.left_out), "points": _points(last.points),
    }  # fmt: skip


def _near_said(found: Blast, names: dict[str, str]) -> str:
    """How many cross the threshold, or that none may be told, which is not that there is none."""
    if found.near_off:
        said = _("Carrier figures of %(names)s are switched off, so no carrier and no lane is told.")
        return said % {"names": join_names([names[code] for code in found.near_off])}
    crossing = sum(one.crosses for one in found.near)
    return ngettext(
        "%(number)d carrier or lane crosses %(threshold)s %% by it; small ones are withheld.",
        "%(number)d carriers or lanes cross %(threshold)s %% by it; small ones are withheld.", crossing,
    ) % {"number": crossing, "threshold": f"{found.threshold:f}"}  # fmt: skip


def blast_part(found: Blast) -> BlastPart:
    """The section of a blast radius."""
    names = dict(Market.objects.values_list("code", "name"))
    called = [names[code] for code in found.markets]
    surfaces = dict(PublicationRead.Surface.choices)
    people = len({one.person for one in found.readers})
    return BlastPart(
        title=_("If %(names)s were shown") % {"names": join_names(called)},
        lead=_lead(found, called),
        threshold=f"{found.threshold:f}",
        weeks=tuple(_week(one, found) for one in found.weeks),
        steady=ngettext(
            "The constant set is %(number)d market with every week.",
            "The constant set is %(number)d markets with every week.", len(found.steady),
        ) % {"number": len(found.steady)},
        near=tuple(_near(one, names) for one in found.near),
        near_said=_near_said(found, names),
        readers=tuple(
            ReaderRow(one.person, one.publication, _(str(surfaces[one.surface])), one.what, moment(one.at))
            for one in found.readers
        ),
        readers_said=ngettext(
            "%(number)d person has seen it.", "%(number)d persons have seen it.", people
        ) % {"number": people} if people else _("Nobody has seen it on the hub."),
    )  # fmt: skip
