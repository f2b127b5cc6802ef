"""Words the pages of the desk share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdr_hub.hub.numbers import MINUS, fixed


@dataclass(frozen=True, slots=True)
class Mark:
    """A state: a glyph, a word, and whether it is against, a caution or neither (its style)."""

    glyph: str
    word: str
    style: str = ""


def department(role: str) -> str:
    """A role as a department is called on a page."""
    names = {"finance": _("Finance"), "legal": _("Legal"), "logistics": _("Logistics")}
    return names.get(role, role)


def join_departments(roles: list[str]) -> str:
    """ "Finance", "Finance and Legal", "Finance, Legal and Logistics"."""
    names = [department(role) for role in roles]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def verdict(value: str) -> str:
    """An answer, as it is said of a person: "approved"."""
    return {
        "approve": _("approved"),
        "except": _("approved with an exception"),
        "ask": _("asked"),
        "reject": _("rejected"),
    }[value]


def choices(*, agreeing: bool) -> tuple[tuple[str, str], ...]:
    """The answers one may give to a line, to agree or not; the last one gives none."""
    agreed = (("approve", _("Approve")), ("except", _("With an exception"))) if agreeing else ()
    return (
        *agreed,
        ("ask", _("Ask")),
        ("reject", _("Reject")),
        ("leave", _("Leave open")),
    )


def scope_state(state: str) -> Mark:
    """What a decision lets a market be."""
    return {
        "certified": Mark("certified", _("may be shown"), "certified"),
        "known_issue": Mark("note", _("shown with a note"), "issue"),
        "excluded": Mark("excluded", _("not shown")),
    }[state]


def lines(number: int) -> str:
    """ "1 line", "12 lines"."""
    return ngettext("%(number)d line", "%(number)d lines", number) % {"number": number}


def ago(then: dt.datetime, now: dt.datetime) -> str:
    """A time between two moments, in the largest whole unit: "3 hours", "2 days"; at least a minute."""
    seconds = round(max((now - then).total_seconds(), 0) / 60) * 60
    if seconds >= 86_400:
        number = int(seconds // 86_400)
        return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}
    if seconds >= 3_600:
        number = int(seconds // 3_600)
        return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
    number = max(int(seconds // 60), 1)
    return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}


def answer_by(moment: dt.datetime | None, now: dt.datetime) -> str:
    """By when an answer is wanted, and how long that is."""
    if moment is None:
        return _("no date set")
    if moment <= now:
        return _("overdue by %(time)s") % {"time": ago(moment, now)}
    return _("answer within %(time)s") % {"time": ago(now, moment)}


def day(value: dt.date) -> str:
    """A day in words: "9 Nov 2026"."""
    return str(date_text(value, "j M Y"))


def signed_points(points: Fraction) -> str:
    """A change with its sign, to a tenth: "+0.3", "−0.5", "0.0"; one that is less than a tenth says so."""
    if points and not round(points * 10):
        return _("less than +0.1") if points > 0 else _("less than %(minus)s0.1") % {"minus": MINUS}
    text = fixed(points)
    return text if points <= 0 else f"+{text}"
