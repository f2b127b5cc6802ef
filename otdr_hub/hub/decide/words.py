"""Words and glyphs the page and the minutes share."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Final

from django.urls import Resolver404, resolve
from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.decisions.models import LaunchDecision, Verdict
from governance.launch.seats import title
from otdr_hub.hub.numbers import NBSP

# The verb that opens a page; one that is not named here is open to whoever is signed in.
_OPENED_BY: Final = {"/batches/": "operator_read", "/scope/": "scope_read", "/ledger/": "ledger_read"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as icon, word and style; colour only for what is an exception."""

    glyph: str
    word: str
    style: str


@dataclass(frozen=True, slots=True)
class Due:
    """A condition, the day it is due, whose it is."""

    text: str
    due: str
    machine: str
    seat: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict as it was given: by whom, for which seat, in which words."""

    seat: str
    person: str
    mark: Mark
    reason: str
    conditions: tuple[Due, ...]
    appeals: bool
    at: str
    machine: str


def gate_mark(state: str) -> Mark:
    """How a gate stands."""
    return {
        "ok": Mark("go", _("holds"), "mark-quiet"),
        "open": Mark("waiting", _("open"), "mark-if"),
        "blocked": Mark("nogo", _("blocked"), "mark-nogo"),
    }[state]


def verdict_mark(verdict: str) -> Mark:
    """How a seat voted."""
    return {
        "go": Mark("go", _("Go"), "mark-quiet"),
        "go_with_conditions": Mark("if", _("Go, if"), "mark-if"),
        "no_go": Mark("nogo", _("No-go"), "mark-nogo"),
    }[verdict]


def silent_mark(*, is_held: bool) -> Mark:
    """A seat that has said nothing, or that nobody holds."""
    word = _("not yet spoken") if is_held else _("nobody yet")
    return Mark("waiting" if is_held else "undecided", word, "mark-silent")


def kind_words(kind: str) -> tuple[str, str]:
    """A decision's name, and what it means for the hub."""
    return {
        "launch_full": (_("Launch full"), _("every priority market is shown")),
        "launch_partial": (_("Launch partial"), _("what is signed is shown, the rest is named as left out")),
        "launch_with_disclosure": (
            _("Launch with disclosure"),
            _("known issues are shown, each with its sentence"),
        ),
        "block": (_("Block"), _("nothing is launched; always open to the chair")),
    }[kind]


def day(at: dt.date) -> str:
    """A day in words: "Fri 4 Dec 2026"."""
    return date_text(at, "D j M Y").replace(" ", NBSP)


def moment(at: dt.datetime) -> str:
    """A moment in words, in UTC: "Fri 4 Dec 2026, 12:00 UTC"."""
    return f"{date_text(at.astimezone(dt.UTC), 'D j M Y, H:i')} UTC"


def dues(seat: str, conditions: str, today: dt.date) -> tuple[Due, ...]:
    """The conditions of a verdict, from their canonical JSON."""
    found = []
    for item in json.loads(conditions):
        due = dt.date.fromisoformat(item["due_on"])
        found.append(Due(item["text"], day(due), item["due_on"], title(seat), due < today))
    return tuple(found)


def said(verdict: Verdict, today: dt.date) -> Said:
    """A stored verdict, ready to print."""
    return Said(
        seat=title(verdict.seat),
        person=verdict.person.username,
        mark=verdict_mark(verdict.verdict),
        reason=verdict.reason,
        conditions=dues(verdict.seat, verdict.conditions, today),
        appeals=verdict.appeals,
        at=moment(verdict.given_at),
        machine=verdict.given_at.isoformat(),
    )


def is_against(verdict: Verdict) -> bool:
    """Dissent: a seat that said no-go."""
    return verdict.verdict == Verdict.Word.NO_GO


def way_to(link: str, reader: User) -> str:
    """The address of a page that says more, where there is one and this reader may open it."""
    verb = _OPENED_BY.get(link)
    try:
        return link if link and resolve(link) and (verb is None or may(reader, verb)) else ""
    except Resolver404:
        return ""


KINDS = tuple(LaunchDecision.Kind.values)
WORDS = tuple(Verdict.Word.values)
