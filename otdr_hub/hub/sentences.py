"""The words beside the numbers: pure functions, one for each thing that is said on a page.

A sentence that must be the same everywhere (page, print, API, export) has one function here.
Text about a market not shown is fixed: a free one could carry the number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from otdr_hub.hub.numbers import moment, share_text, week_name
from otdr_hub.hub.reading import Absent, MarketReading, Reading


@dataclass(frozen=True, slots=True)
class Words:
    """A state in one short word, one full sentence and the name of its glyph (not yet translated)."""

    short: str
    sentence: str
    glyph: str


ABSENCE: dict[str, Words] = {
    "switched_off": Words(
        gettext_noop("switched off"),
        gettext_noop(
            "Switched off: this market was taken off this page and stays off until it is signed again."
        ),
        "off",
    ),
    "needs_signing": Words(
        gettext_noop("needs signing again"),
        gettext_noop("Needs signing again: it was signed, and the data or the definition has moved since."),
        "waiting",
    ),
    "excluded": Words(
        gettext_noop("excluded by decision"),
        gettext_noop("Excluded by decision: this market is left out on purpose, by a decision on record."),
        "excluded",
    ),
    "undecided": Words(
        gettext_noop("not decided yet"),
        gettext_noop(
            "Not decided yet: this market may be shown once Finance, Legal and Logistics have signed."
        ),
        "undecided",
    ),
}
"""The four reasons a market is not shown, in the order in which they are said."""

EXPIRED = Words(
    gettext_noop("excluded by decision"),
    gettext_noop("Excluded by decision: it was shown with a note for a time, and that time is over."),
    "excluded",
)
"""Of a market that was excluded by the date of its own decision."""

FINALITY: dict[str, Words] = {
    "preliminary": Words(
        gettext_noop("Preliminary"),
        gettext_noop("Too early for a rate: deliveries are still due."),
        "preliminary",
    ),
    "provisional": Words(
        gettext_noop("Provisional"), gettext_noop("Late news from carriers can still move it."), "provisional"
    ),
    "final": Words(gettext_noop("Final"), gettext_noop("Reconciled and locked."), "final"),
    "restated": Words(
        gettext_noop("Restated"),
        gettext_noop("New data came after the lock; the cause is on record."),
        "restated",
    ),
}


def join_names(names: Sequence[str]) -> str:
    """ "Brazil", "Brazil and Germany", "Brazil, Germany and Japan"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def absence_words(reason: str) -> Words:
    """Short word, full sentence and glyph of a reason (or of `expired`), translated."""
    words = EXPIRED if reason == "expired" else ABSENCE[reason]
    return Words(_(words.short), _(words.sentence), words.glyph)


def absence_in_words(absent: Absent) -> str:
    """Why a market is not shown; what is switched off also says since when."""
    sentence = absence_words(absent.reason).sentence
    if absent.reason != "switched_off" or absent.since is None:
        return sentence
    return f"{sentence} {_('Off since %(time)s.') % {'time': moment(absent.since)}}"


def finality_words(finality: str) -> Words:
    """Word, sentence and glyph of a finality, translated."""
    words = FINALITY[finality]
    return Words(_(words.short), _(words.sentence), words.glyph)


def coverage_sentence(reading: Reading) -> str:
    """What the number covers and what it leaves out: byte-equal wherever the number is shown.

    So it does not change with the reader's language: page, paper, API and files say it in the source's words.
    """
    return " ".join(part for part in coverage_parts(reading) if part)


def coverage_parts(reading: Reading) -> tuple[str, str]:
    """The same sentence as (what is covered, what is not), for a page that sets the first in bold."""
    with override(None):
        return _coverage_parts(reading)


def _coverage_parts(reading: Reading) -> tuple[str, str]:
    coverage = reading.coverage
    numbers = {"shown": coverage.markets_shown, "scope": coverage.markets_in_scope}
    if reading.publication is None:
        return _("No number is shown: nothing has been published yet."), ""
    if not coverage.markets_shown:
        lead = _("Covers none of %(scope)d markets: no number is shown.") % numbers
    else:
        if coverage.markets_shown == coverage.markets_in_scope:
            markets = (
                ngettext("the only market", "all %(scope)d markets", coverage.markets_in_scope) % numbers
            )
        else:
            markets = _("%(shown)d of %(scope)d markets") % numbers
        lead = _("Covers %(markets)s.") % {"markets": markets}
        if coverage.due_in_scope:
            share = share_text(coverage.due_shown, coverage.due_in_scope)
            lead = _("Covers %(markets)s and %(share)s of shipments due.") % {
                "markets": markets,
                "share": share,
            }
    left_out = [_left_out(reading, reason) for reason in ABSENCE]
    noted = [market.name for market in reading.markets if market.state == "known_issue"]
    if noted:
        left_out.append(
            ngettext("%(names)s is shown with a note.", "%(names)s are shown with a note.", len(noted))
            % {"names": join_names(noted)}
        )
    left_out += [_behind(reading), _waiting(reading)]
    return lead, " ".join(filter(None, left_out))


def _behind(reading: Reading) -> str:
    """Markets shown with an earlier last week, which are not in the number, by that week."""
    said = []
    late = [one for one in reading.held if reading.is_behind(one)]
    for monday in sorted({one.through for one in late if one.through}):
        names = [one.name for one in late if one.through == monday]
        said.append(
            ngettext(
                "%(names)s is shown up to %(week)s and not counted in: newer data waits for signatures.",
                "%(names)s are shown up to %(week)s and not counted in: newer data waits for signatures.",
                len(names),
            )
            % {"names": join_names(names), "week": week_name(monday)}
        )
    return " ".join(said)


def _waiting(reading: Reading) -> str:
    """Markets counted in as they were last signed."""
    said = []
    kept = [one for one in reading.held if not reading.is_behind(one) and one.as_of]
    for at in sorted({one.as_of for one in kept if one.as_of}):
        names = [one.name for one in kept if one.as_of == at]
        said.append(
            ngettext(
                "%(names)s is counted as signed, with data as of %(at)s: newer data waits for signatures.",
                "%(names)s are counted as signed, with data as of %(at)s: newer data waits for signatures.",
                len(names),
            )
            % {"names": join_names(names), "at": moment(at)}
        )
    return " ".join(said)


def held_sentence(reading: Reading, market: MarketReading) -> str:
    """What is said beside a market that is shown as it was last signed; nothing where it is not."""
    if market not in reading.held or market.as_of is None or market.through is None:
        return ""
    words = {"week": week_name(market.through), "at": moment(market.as_of)}
    return _("Last signed number: %(week)s, data as of %(at)s. Newer data waits for signatures.") % words


def overdue_sentence(reading: Reading) -> str:
    """What is said over a number that is not the newest there should be; nothing while it is."""
    shown = reading.publication
    if shown is None or not reading.rollup:
        return ""
    last = reading.rollup[-1].monday
    words = {
        "week": week_name(last),
        "at": moment(shown.as_of),
        "next": week_name(last + dt.timedelta(days=7)).capitalize(),
    }
    if last < shown.through:
        return (
            _("Last certified number: %(week)s. Not every market shown has a rate for a later week yet.")
            % words
        )
    settled = dt.timedelta(days=settings.OVERDUE_DAYS)
    if reading.read_at < dt.datetime.combine(last, dt.time(), tzinfo=dt.UTC) + settled:
        return ""
    text = _("Last certified number: %(week)s, data as of %(at)s. %(next)s is due and not published.")
    return text % words


def _left_out(reading: Reading, reason: str) -> str:
    absent: list[Absent] = [market for market in reading.not_shown if market.reason == reason]
    number = len(absent)
    if not number:
        return ""
    names = join_names(sorted(market.name for market in absent))
    if number == reading.coverage.markets_in_scope and number > 2:
        names = _("All %(number)d markets") % {"number": number}
    pattern = {
        "switched_off": ngettext("%(names)s is switched off.", "%(names)s are switched off.", number),
        "needs_signing": ngettext(
            "%(names)s is not shown: it needs signing again.",
            "%(names)s are not shown: they need signing again.",
            number,
        ),
        "excluded": ngettext(
            "%(names)s is not shown: excluded by decision.",
            "%(names)s are not shown: excluded by decision.",
            number,
        ),
        "undecided": ngettext(
            "%(names)s is not shown: not decided yet.", "%(names)s are not shown: not decided yet.", number
        ),
    }[reason]
    return pattern % {"names": names}
