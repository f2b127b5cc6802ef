"""Corrections as sentences: what was stopped or restated of what somebody saw. No number, no free text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.access.policy import may
from governance.publication.models import PublicationRead
from governance.publication.notices.selectors import Notice, notices, to_acknowledge
from otdr_hub.hub.desk.items import Item, Section
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.numbers import moment, moment_text, week_name
from otdr_hub.hub.publications.pages import names
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib.outcome import Refused
from otdr_hub.lib.shortid import name_of

Surface = PublicationRead.Surface
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One correction for its reader."""

    event: str
    what: str
    seen: str
    acknowledged: str


@dataclass(frozen=True, slots=True)
class Readers:
    """One correction for who answers for it: who has taken note, and who has not."""

    what: str
    known: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """The page of a person; `readers` is None for who has no business with others' corrections, and
    `why_not` says why somebody may not take note of their own."""

    open: tuple[NoticeRow, ...]
    done: tuple[NoticeRow, ...]
    readers: tuple[Readers, ...] | None
    why_not: str


def what(one: Notice, called: Mapping[str, str]) -> str:
    """What changed and since when."""
    about = {"market": called.get(one.of, one.of), "at": moment(one.since)}
    if one.kind == "restated":
        week, _sep, by = one.more.partition(" ")
        words = {**about, "week": week_name(dt.date.fromisoformat(week)), "by": by}
        said = _("%(market)s, %(week)s, was restated after its lock; %(by)s shows other data since %(at)s.")
        return said % words
    if one.kind == "taken_back":
        numbers = _of(one)
        back = ngettext(
            "%(names)s was taken back on %(at)s.", "%(names)s were taken back on %(at)s.", len(numbers)
        )
        return back % {**about, "names": join_names([name_of(number) for number in numbers])}
    if one.of == "global":
        return _("Everything was switched off on %(at)s.") % about
    said = {
        "switched_off": _("%(market)s was switched off on %(at)s."),
        "excluded": _("%(market)s was excluded by decision on %(at)s."),
        "expired": _("The time for which %(market)s was shown with a note ended on %(at)s."),
        "unsigned": _("A signature for %(market)s was taken back on %(at)s."),
    }[one.kind]
    return said % about


def _of(one: Notice) -> list[int]:
    return sorted({number for number, _surface in one.seen})


def seen(one: Notice) -> str:
    """Where its reader saw the number: "You opened it (P-4, P-5) and exported it as CSV (P-5)." """
    said = {
        "page": _("opened it"), "api": _("read it through the API"), "csv": _("exported it as CSV"),
        "xlsx": _("exported it as a workbook"), "pdf": _("exported it as PDF"), "print": _("printed it"),
    }  # fmt: skip
    parts = []
    for surface in Surface.values:
        numbers = sorted(number for number, where in one.seen if where == surface)
        if numbers:
            parts.append(f"{said[surface]} ({join_names([name_of(number) for number in numbers])})")
    return _("Before that you %(parts)s.") % {"parts": join_names(parts)}


def _row(one: Notice, called: Mapping[str, str]) -> NoticeRow:
    at = moment(one.acknowledged_at) if one.acknowledged_at else ""
    return NoticeRow(one.event, what(one, called), seen(one), at)


def notices_page(person: User) -> NoticesPage:
    """A person's corrections, those not yet acknowledged first."""
    called, found, answer = names(), notices(person.pk), may(person, "notice_acknowledge")
    rows = [_row(one, called) for one in found]
    return NoticesPage(
        open=tuple(row for row in rows if not row.acknowledged),
        done=tuple(row for row in rows if row.acknowledged)[:_MOST],
        readers=_readers(called) if may(person, "notices_read") else None,
        why_not=answer.reason if isinstance(answer, Refused) else "",
    )


def _readers(called: Mapping[str, str]) -> tuple[Readers, ...]:
    people = dict(User.objects.values_list("pk", "username"))
    by_event: dict[str, list[Notice]] = {}
    for one in notices():
        by_event.setdefault(one.event, []).append(one)
    return tuple(_reached(same, people, called) for same in list(by_event.values())[:_MOST])


def _reached(same: Sequence[Notice], people: Mapping[int, str], called: Mapping[str, str]) -> Readers:
    known = sorted(
        (people[one.person], one.acknowledged_at) for one in same if one.acknowledged_at is not None
    )
    return Readers(
        what(same[0], called),
        tuple(f"{name}, {moment(at)}" for name, at in known),
        tuple(sorted(people[one.person] for one in same if one.acknowledged_at is None)),
    )


def section(person: User, now: dt.datetime) -> Section | None:  # noqa: ARG001 (as every source is asked)
    """The corrections in "What needs you"; nothing while there is none."""
    if not may(person, "notice_acknowledge"):
        return None
    called = names()
    items = tuple(
        Item(
            what(one, called), reverse("publications:notices"), (seen(one),),
            Mark("note", _("to take note of"), "issue"),
        )
        for one in to_acknowledge(person.pk)
    )  # fmt: skip
    return Section("corrections", _("Corrections"), items, "") if items else None


def payload(found: Sequence[Notice]) -> list[dict[str, Any]]:
    """Corrections for the API."""
    called = names()
    return [_told(one, called) for one in found]


def _told(one: Notice, called: Mapping[str, str]) -> dict[str, Any]:
    return {
        "event": one.event, "kind": one.kind, "since": moment_text(one.since), "sentence": what(one, called),
        "markets": list(one.markets),
        "seen": [{"publication": name_of(number), "surface": surface} for number, surface in one.seen],
        "acknowledged_at": moment_text(one.acknowledged_at) if one.acknowledged_at else None,
    }  # fmt: skip
