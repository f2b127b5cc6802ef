"""The ledger's pages as frozen objects that hold finished text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.audit.history import KINDS, Chosen
from governance.audit.telling import Told, told
from governance.audit.verdict import Checked, Verdict
from governance.ledger.models import Entry
from otdr_hub.lib.outcome import Answer, Refused

# The scheduler makes a full check every 30 s; one older than this means that it does not run.
_OLD = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the history."""

    seq: int
    told: Told
    time: str
    machine: str


@dataclass(frozen=True, slots=True)
class Run:
    """Entries that follow one another and claim one moment, or none."""

    claimed: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries recorded on one day, newest first."""

    name: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """The verdict: a sentence, what is known beside it, and whether something is wrong."""

    lead: str
    rest: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A control: whether it may be used, and if not why."""

    is_open: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Everything on `/ledger/`."""

    verdict: Said
    days: tuple[Day, ...]
    older: str
    asked: Chosen
    day: str
    people: tuple[str, ...]
    markets: tuple[tuple[str, str], ...]
    verify: Way
    export: Way
    now: str
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry, whole. `payload` is empty for who may not read it, and `why_not` says so."""

    seq: int
    sentence: str
    facts: tuple[tuple[str, str], ...]
    prints: tuple[tuple[str, str], ...]
    checkpoint: str
    payload: str
    why_not: str
    before: int | None
    after: int | None


def moment(at: dt.datetime) -> str:
    """An instant in words, in UTC, to the second: the order of acts is told by their numbers."""
    return f"{date_text(at.astimezone(dt.UTC), 'j M Y, H:i:s')} UTC"


def _claimed(at: dt.datetime | None) -> str:
    if at is None:
        return ""
    return _("A demonstration’s past, claimed for %(at)s") % {"at": moment(at)}


def way(answer: Answer) -> Way:
    """A policy's answer as a control."""
    return Way(bool(answer), answer.reason if isinstance(answer, Refused) else "")


def _line(entry: Entry, names: Mapping[str, str]) -> Line:
    at = entry.recorded_at.astimezone(dt.UTC)
    time = f"{date_text(at, 'H:i:s')} UTC"
    return Line(entry.seq, told(entry, names), time, at.isoformat())


def _day_of(entry: Entry) -> str:
    return date_text(entry.recorded_at.astimezone(dt.UTC), "l j F Y")


def _runs(entries: Iterable[Entry], names: Mapping[str, str]) -> Iterator[Run]:
    for claimed, run in groupby(entries, key=lambda entry: entry.claimed_at):
        yield Run(_claimed(claimed), tuple(_line(entry, names) for entry in run))


def _days(entries: Sequence[Entry], names: Mapping[str, str]) -> tuple[Day, ...]:
    return tuple(Day(name, tuple(_runs(day, names))) for name, day in groupby(entries, key=_day_of))


def _checked(checked: Checked, now: dt.datetime) -> tuple[str, str]:
    """(how the last full check is said, what is wrong with it)."""
    at = moment(checked.at)
    if checked.problem:
        return _("Does not hold, checked %(at)s.") % {"at": at}, checked.problem
    said = ngettext(
        "Verified %(at)s: %(number)s entry holds, and the tables say what it says.",
        "Verified %(at)s: all %(number)s entries hold, and the tables say what they say.",
        checked.entries,
    ) % {"at": at, "number": f"{checked.entries:,}"}
    if now - checked.at > _OLD:
        said += " " + _("That is long ago: the scheduler checks every 30 seconds while it runs.")
    return said, ""


def said(verdict: Verdict, now: dt.datetime) -> Said:
    """The verdict line: the last full check, and whether the end of the chain is signed."""
    lead, wrong = _("Not verified yet."), ""
    if verdict.checked is not None:
        lead, wrong = _checked(verdict.checked, now)
    number = f"{verdict.entries:,}"
    if verdict.is_signed and verdict.signed_at:
        rest = _("The last entry, %(number)s, was signed %(at)s.") % {
            "number": number, "at": moment(verdict.signed_at)
        }  # fmt: skip
    elif not verdict.entries:
        rest = _("Nothing has been recorded yet.")
    else:
        rest = _("Entry %(number)s is the last; signed are the first %(signed)s.") % {
            "number": number, "signed": f"{verdict.signed:,}"
        }  # fmt: skip
    return Said(lead, f"{wrong}. {rest}" if wrong else rest, bool(wrong))


def history_page(
    *,
    entries: Sequence[Entry],
    older: int | None,
    asked: Chosen,
    verdict: Verdict,
    people: Sequence[str],
    markets: Sequence[tuple[str, str]],
    ways: tuple[Way, Way],
    now: dt.datetime,
) -> HistoryPage:
    """The history. `ways` are verifying now and the export."""
    query = asked.query()
    return HistoryPage(
        verdict=said(verdict, now),
        days=_days(entries, dict(markets)),
        older=f"?{urlencode({**query, 'before': str(older)})}" if older else "",
        asked=asked,
        day=asked.day.isoformat() if asked.day else "",
        people=tuple(people),
        markets=tuple(markets),
        verify=ways[0],
        export=ways[1],
        kinds=tuple((code, _(words)) for code, words in KINDS),
        now=now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M"),
    )


def entry_page(
    entry: Entry, *, names: Mapping[str, str], checkpoint: str, last: int, payload: Answer
) -> EntryPage:
    """One entry. `payload` says whether what it holds may be read, `last` is the last entry's number."""
    facts = [(_("Recorded"), moment(entry.recorded_at))]
    if entry.claimed_at:
        facts.append((_("Claimed for"), f"{moment(entry.claimed_at)} ({_('a demonstration’s past')})"))
    facts += [(_("By"), entry.actor), (_("Kind"), entry.action), (_("Subject"), entry.subject)]
    return EntryPage(
        seq=entry.seq,
        sentence=str(told(entry, names)),
        facts=tuple(facts),
        prints=((_("Its own"), entry.hash), (_("The entry before"), entry.prev_hash)),
        checkpoint=checkpoint,
        payload=_pretty(entry.payload) if payload else "",
        why_not=way(payload).why_not,
        before=entry.seq - 1 if entry.seq > 1 else None,
        after=entry.seq + 1 if entry.seq < last else None,
    )


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
