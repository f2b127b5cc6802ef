"""One market of a request in words and numbers: before and after, what moved, what lies behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.operator.effect import Sum
from metrics.operator.signing import Drift, Evidence, Source, Told
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.breakouts import in_words
from otdr_hub.hub.numbers import count, fingerprint, fixed, moment, percent_text, share_text, week_name
from otdr_hub.hub.sentences import finality_words, join_names
from otdr_hub.lib import weeks

_SHOWN_BATCHES = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what is said about it."""

    label: str
    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One week: its rate, and the integers behind it."""

    week: str
    rate: str
    counts: str
    state: str
    glyph: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a signer sees of one market; no number where `off` says since when it is switched off."""

    before: Reading | None
    before_note: str
    now: Reading | None
    change: str
    moved: str
    facts: tuple[Fact, ...]
    off: str = ""


def reading(week: Told) -> Reading:
    """A week as it is printed."""
    said = finality_words(week.finality)
    rate = week.rate
    return Reading(
        week=weeks.label(week.monday),
        rate="" if rate is None or week.is_too_early else percent_text(rate),
        counts=_("%(on_time)s of %(due)s") % {"on_time": count(week.on_time), "due": count(week.due)},
        state=said.short,
        glyph=said.glyph,
    )


def _rate(week: Told | None) -> str:
    return _("no rate") if week is None or week.rate is None else percent_text(week.rate)


def drift_sentence(drift: Drift) -> str:
    """What one signed week reads now, against what was signed and how far it might move."""
    words_ = {
        "week": week_name(drift.signed.monday).capitalize(),
        "now": _rate(drift.now),
        "was": _rate(drift.signed),
        "allowed": fixed(drift.tolerance),
    }
    if drift.points is None:
        return _("%(week)s was signed as %(was)s and has no rate any more.") % words_
    if drift.lost_news and abs(drift.points) <= drift.tolerance:
        return _("%(week)s has lost so much news from the carriers that it is no longer complete.") % words_
    words_["points"] = _size(abs(drift.points), drift.tolerance)
    if drift.is_outside:
        said = _(
            "%(week)s now reads %(now)s, signed as %(was)s: %(points)s points apart, %(allowed)s allowed."
        )
        return said % words_
    return _("%(week)s now reads %(now)s, signed as %(was)s: within the %(allowed)s points allowed.") % words_


def _size(points: Fraction, tolerance: Fraction) -> str:
    """To a tenth, unless a tenth would read as the tolerance itself."""
    return fixed(points) if round(points * 10) != round(tolerance * 10) else fixed(points, 2)


def why_again(drifts: tuple[Drift, ...]) -> str:
    """Why a market needs signing again, in one sentence; nothing where no signed week is outside."""
    outside = [one for one in drifts if one.is_outside]
    return drift_sentence(outside[0]) if outside else ""


def _change(found: Evidence) -> str:
    if found.now is None or found.last is None or found.now.rate is None or found.last.rate is None:
        return ""
    return words.signed_points((found.now.rate - found.last.rate) * 100)


def _moved(found: Evidence) -> str:
    """In one sentence what the data told since, against what was signed before."""
    if found.off is not None:
        return _("No page shows its number, so nobody can agree to it. Ask for it to be on again first.")
    if found.before is None:
        return ""
    if found.before.version_id != found.decision.version_id:
        return _("The definition has changed since it was signed: %(old)s, now %(new)s.") % {
            "old": found.before.version.name, "new": found.decision.version.name,
        }  # fmt: skip
    outside = why_again(found.drifts)
    if outside:
        return outside
    if found.drifts:
        return drift_sentence(found.drifts[0])
    return _("No week signed before has moved.")


def _batches(source: Source, is_first: bool) -> str:
    total = ngettext("%(number)d batch", "%(number)d batches", source.batches) % {"number": source.batches}
    if is_first:
        return total
    if not source.new:
        return _("%(total)s, none of them new") % {"total": total}
    names = [f"{number} ({file})" for number, file in source.new[:_SHOWN_BATCHES]]
    more = len(source.new) - len(names)
    if more:
        names.append(ngettext("%(number)d more", "%(number)d more", more) % {"number": more})
    return _("%(total)s, new since it was signed: %(names)s") % {"total": total, "names": join_names(names)}


def _restated(mondays: tuple[dt.date, ...]) -> str:
    return _("Locked weeks told otherwise than they were locked: %(weeks)s") % {
        "weeks": join_names([weeks.label(monday) for monday in mondays])
    }


def _rate_of(part: Sum) -> str:
    counts = _("%(on_time)s of %(due)s") % {"on_time": count(part.on_time), "due": count(part.due)}
    return counts if part.rate is None else f"{percent_text(part.rate)} ({counts})"


def _facts(found: Evidence) -> tuple[Fact, ...]:
    facts = []
    if found.now is not None and found.now.due:
        known = share_text(found.now.due - found.now.unknown, found.now.due)
        facts.append(
            Fact(_("Completeness"), _("%(share)s of shipments due accounted for") % {"share": known})
        )
        facts.append(Fact(_("State"), finality_words(found.now.finality).sentence))
    if found.carriers:
        facts.append(Fact(_("Carriers"), in_words(found.carriers)))
    if found.rollup is not None:
        said = _("%(included)s with what was decided together, %(left_out)s without it")
        sums = {"included": _rate_of(found.rollup[0]), "left_out": _rate_of(found.rollup[1])}
        facts.append(Fact(_("Roll-up"), said % sums))
    elif found.is_rollup_dark:
        facts.append(
            Fact(_("Roll-up"), _("on no page while a market is switched off: its number may be in it"))
        )
    guard = (
        _("It stands while no signed week moves by more than %(points)s points.")
        if not found.carriers
        else _("It stands while no signed week moves by more than %(points)s points, nor a ranked carrier’s.")
    )
    facts.append(Fact(_("Guard"), guard % {"points": fixed(found.tolerance)}))
    if found.source is not None:
        facts.append(Fact(_("Data as of"), moment(found.source.as_of)))
        facts.append(Fact(_("Input"), _batches(found.source, found.before is None)))
        facts.append(
            Fact(_("Computed by"), _("%(name)s, who does not sign") % {"name": found.source.queued_by})
        )
        facts.append(Fact(_("Run"), fingerprint(found.source.run), is_code=True))
        facts.append(Fact(_("Files read"), fingerprint(found.source.pin), is_code=True))
    if found.restated:
        facts.append(Fact(_("Restated"), _restated(found.restated)))
    facts.append(Fact(_("Fingerprint"), fingerprint(found.decision.digest), is_code=True))
    return tuple(facts)


def shown(found: Evidence) -> Shown:
    """The evidence of one line as finished text."""
    note = "" if found.before else _("not signed before")
    off = _("switched off since %(when)s") % {"when": moment(found.off)} if found.off else ""
    return Shown(
        before=reading(found.last) if found.last else None,
        before_note=note,
        now=reading(found.now) if found.now else None,
        change=_change(found),
        moved=_moved(found),
        facts=_facts(found),
        off=off,
    )
