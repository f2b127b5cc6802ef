"""The kill switch's page as one frozen object.

Its numbers come from the guarded reading alone. Where that cannot be had the page still opens: switching
off needs no number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.models import GLOBAL, WHOLE, Shutoff
from governance.killswitch.selectors import history, standing, unexplained
from governance.markets.selectors import names as market_names
from otdr_hub.errors import UNAVAILABLE
from otdr_hub.hub.annotations import category_words
from otdr_hub.hub.desk import words
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.sentences import absence_words
from otdr_hub.hub.switch.names import choices, name_of, reason_of
from otdr_hub.hub.switch.preview import becomes, everything, preview
from otdr_hub.hub.switch.rows import Off, Row, offs_of, owes
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import Refused, WithheldError

_FLIPS: Final = 40


@dataclass(frozen=True, slots=True)
class Flip:
    """One line of the history: when, who, what was done, and why where the reader may know."""

    at: str
    machine: str
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A shutoff whose reason was not given."""

    number: int
    name: str
    sentence: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class SwitchPage:
    """Everything on the page; `unread` is said where the numbers cannot be read."""

    summary: str
    rows: tuple[Row, ...]
    carriers: tuple[Off, ...]
    everything: Row
    owed: tuple[Owed, ...]
    flips: tuple[Flip, ...]
    categories: tuple[tuple[str, str], ...]
    acts: bool
    asks: bool
    reads: bool
    why_not: str
    unread: str
    reading: Reading | None


def read_or_none() -> Reading | None:
    """What may be seen now; None where it cannot be read: to stop a number nobody has to see it."""
    try:
        return read_hub()
    except (*UNAVAILABLE, WithheldError):
        return None


def _mark(off: Off | None, is_dark: bool, reading: Reading | None, code: str) -> words.Mark:
    if off is not None:
        return words.Mark("off", _("Off"), "off")
    if is_dark:
        return words.Mark("off", _("Off with everything"), "off")
    absent = {one.code: one for one in reading.not_shown} if reading else {}
    if code in absent:
        said = absence_words(absent[code].reason)
        return words.Mark(said.glyph, _("On, %(why)s") % {"why": said.short})
    return words.Mark("certified", _("On"), "certified")


def _last(code: str, flips: dict[str, Shutoff]) -> str:
    """What happened to a switch that is on."""
    before = flips.get(code)
    if before is None:
        return _("Never switched off.")
    lift = before.lift
    said = {"off": moment(before.at), "on": moment(lift.lifted_at), "name": lift.ask.asked_by.username}
    return _("On again since %(on)s, asked by %(name)s. It was off from %(off)s.") % said


def _rows(reading: Reading | None, reader: User, now: dt.datetime, names: dict[str, str]) -> list[Row]:
    whole = list(standing().filter(breakout=WHOLE))
    offs = dict(zip((one.market for one in whole), offs_of(whole, names, reader, now), strict=True))
    rounds = dict(
        Shutoff.objects.filter(breakout=WHOLE).order_by().values_list("market").annotate(n=Count("pk"))
    )
    lifted = history().exclude(lift=None).filter(breakout=WHOLE).reverse()
    before = {one.market: one for one in lifted}
    is_dark = GLOBAL in offs
    found = []
    for code, name in (*names.items(), (GLOBAL, _("Everything"))):
        off = offs.get(code)
        seen = None
        if reading is not None and off is None and not is_dark:
            seen = everything(reading) if code == GLOBAL else preview(reading, code)
        is_shown = reading is not None and any(one.code == code for one in reading.markets)
        row = Row(
            code=code,
            name=name,
            mark=_mark(off, is_dark, reading, code),
            note="" if off else _last(code, before),
            off=off,
            round=rounds.get(code, 0),
            becomes=becomes(seen) if seen and (is_shown or code == GLOBAL) else "",
            preview=seen if is_shown or code == GLOBAL else None,
        )
        found.append(row)
    return found


def _flips(names: dict[str, str], may_read: bool) -> tuple[Flip, ...]:
    """What was done at the switch, the newest first, by the order in which it was recorded."""
    found: list[tuple[dt.datetime, int, Flip]] = []

    def add(at: dt.datetime, who: str, what: str, why: str) -> None:
        line = Flip(moment(at), at.isoformat(), who, what, why if may_read else "")
        found.append((at, len(found), line))

    for one in history()[:_FLIPS]:
        name: dict[str, Any] = {"name": name_of(one, names)}
        kind = {**name, "category": category_words(one.category)}
        add(one.at, one.by.username, _("%(name)s off, %(category)s") % kind, reason_of(one))
        for again in one.repeats.all():
            kind = {**name, "category": category_words(again.category)}
            said = _("%(name)s off once more while it was asked on, %(category)s") % kind
            add(again.at, again.by.username, said, again.reason)
        lift = getattr(one, "lift", None)
        if lift is not None:
            add(lift.lifted_at, lift.ask.asked_by.username, _("%(name)s on again") % name, lift.ask.evidence)
    return tuple(line for _at, _place, line in sorted(found, key=lambda item: item[:2], reverse=True))


def _owed(names: dict[str, str], reader: User, now: dt.datetime) -> tuple[Owed, ...]:
    return tuple(
        Owed(one.pk, name_of(one, names), owes(one, now), one.by_id == reader.pk) for one in unexplained()
    )


def switch_page(reader: User) -> SwitchPage:
    """The page for one reader: what is off, what may be done, and what doing it would say."""
    reading, now = read_or_none(), clock.now()
    names = market_names()
    *rows, last = _rows(reading, reader, now, names)
    carriers = offs_of(list(standing().exclude(breakout=WHOLE)), names, reader, now)
    off = sum(row.mark.style == "off" for row in rows)
    acts, reads = may(reader, "shutoff_activate"), may(reader, "shutoff_read")
    return SwitchPage(
        summary=ngettext("%(on)d on, %(off)d off", "%(on)d on, %(off)d off", len(rows))
        % {"on": len(rows) - off, "off": off},
        rows=tuple(rows),
        carriers=carriers,
        everything=last,
        owed=_owed(names, reader, now) if acts else (),
        flips=_flips(names, bool(reads)),
        categories=choices(),
        acts=bool(acts),
        asks=bool(may(reader, "lift_ask")),
        reads=bool(reads),
        why_not=acts.reason if isinstance(acts, Refused) else "",
        unread="" if reading else _("The numbers cannot be read now. Switching off works all the same."),
        reading=reading,
    )
