"""One line per switch: its state in words, since when, who and why, and what may be done about it.

Reasons and evidence are free text and may carry a number, so they are told only to who may act or audit
(`shutoff_read`); everybody else reads state, time and category, which cannot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.models import LiftAsk, Shutoff
from governance.killswitch.selectors import REASON_WITHIN, newest_asks, voids
from governance.signoffs.models import SignoffLine
from governance.signoffs.selectors import missing_by_digest
from otdr_hub.hub.annotations import category_words
from otdr_hub.hub.desk import words
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.switch.names import name_of, reason_of
from otdr_hub.hub.switch.preview import Preview


@dataclass(frozen=True, slots=True)
class Asking:
    """That it was asked to be on again: in words, and where it is signed. `is_open` while it can succeed."""

    sentence: str
    link: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Off:
    """A shutoff in effect, in words."""

    number: int
    name: str
    since: str
    machine: str
    who: str
    category: str
    reason: str
    owes: str
    asking: Asking | None


@dataclass(frozen=True, slots=True)
class Row:
    """A market's switch. `round` tells a form sent twice from a new one."""

    code: str
    name: str
    mark: words.Mark
    note: str
    off: Off | None
    round: int
    becomes: str = ""
    preview: Preview | None = None


def owes(shutoff: Shutoff, now: dt.datetime) -> str:
    """By when the reason is owed; nothing once it is given."""
    if reason_of(shutoff):
        return ""
    due = shutoff.at + REASON_WITHIN
    if due <= now:
        return _("The reason is overdue since %(time)s.") % {"time": moment(due)}
    return _("The reason is owed by %(time)s.") % {"time": moment(due)}


_VOID = {
    "repeated": gettext_noop("It was switched off once more after that, so it must be asked again."),
    "rejected": gettext_noop("A department rejected it. It may be asked again with other evidence."),
    "moved": gettext_noop(
        "What would be shown has changed since. Ask again: the signatures are over what is shown."
    ),
}


def _asking(ask: LiftAsk, void: str, request: int | None, missing: Sequence[str]) -> Asking:
    link = reverse("desk:signoff", kwargs={"number": request}) if request else ""
    said = {"name": ask.asked_by.username, "time": moment(ask.asked_at)}
    lead = _("%(name)s asked on %(time)s to switch it on again.") % said
    if void:
        why = _(_VOID[void]) if void in _VOID else ""
        return Asking(f"{lead} {why}".strip(), link, is_open=False)
    names = words.join_departments(list(missing))
    return Asking(f"{lead} {_('Missing: %(names)s.') % {'names': names}}", link, is_open=True)


def _askings(shutoffs: Sequence[Shutoff]) -> dict[int, Asking]:
    """Shutoff -> how it was asked for last; as many questions for many as for one."""
    asks = newest_asks(shutoffs)
    digests = [ask.digest for ask in asks.values()]
    void, missing = voids(asks.values()), missing_by_digest("shutoff_lift", digests)
    lines = SignoffLine.objects.filter(digest__in=digests).order_by("-request_id")
    requests = dict(lines.values_list("digest", "request_id"))
    return {
        off: _asking(ask, void[ask.pk], requests.get(ask.digest), missing[ask.digest])
        for off, ask in asks.items()
    }


def offs_of(
    shutoffs: Sequence[Shutoff], names: dict[str, str], reader: User, now: dt.datetime
) -> tuple[Off, ...]:
    """Shutoffs as this reader may know them, in their order."""
    may_read, askings = bool(may(reader, "shutoff_read")), _askings(shutoffs)
    return tuple(
        Off(
            number=shutoff.pk,
            name=name_of(shutoff, names),
            since=moment(shutoff.at),
            machine=shutoff.at.isoformat(),
            who=shutoff.by.username,
            category=category_words(shutoff.category),
            reason=reason_of(shutoff) if may_read else "",
            owes=owes(shutoff, now),
            asking=askings.get(shutoff.pk),
        )
        for shutoff in shutoffs
    )
