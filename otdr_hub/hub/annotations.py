"""Marks on a weekly line: what was decided, switched off or changed, in the week in which it was.

Words are composed here from closed kinds, dates, and the names of markets and versions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from governance.killswitch.models import Shutoff
from governance.scope.states import ExclusionReason
from otdr_hub.hub.numbers import week_short
from otdr_hub.hub.record import EVERYTHING, Fact
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib.weeks import monday_of

MOST_NAMES = 3

_LAUNCHES: Mapping[str, str] = {
    "launch_full": gettext_noop("Go/no-go: launch in full"),
    "launch_partial": gettext_noop("Go/no-go: launch for part of the markets"),
    "launch_with_disclosure": gettext_noop("Go/no-go: launch with a disclosure"),
    "block": gettext_noop("Go/no-go: no launch"),
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One numbered mark: the Monday of its week, None when that is after the last week drawn."""

    number: int
    monday: dt.date | None
    week: str
    text: str


def category_words(category: str) -> str:
    """A category of the kill switch in words; one that is not known here says no more than it must."""
    known = category if category in Shutoff.Category.values else Shutoff.Category.OTHER
    return _(Shutoff.Category(known).label)


def reason_words(reason: str) -> str:
    """Why a market was excluded, in the closed words a decision's reason may begin with."""
    return _(ExclusionReason(reason).label)


def marks_of(
    facts: Iterable[Fact], mondays: Sequence[dt.date], names: Mapping[str, str], only: str = ""
) -> tuple[Annotation, ...]:
    """The marks of a line over these weeks, one a week, oldest first; `only` keeps one market's (and what
    is about everything). What came after the last week is one mark at the end."""
    if not mondays:
        return ()
    by_week: dict[dt.date | None, list[Fact]] = {}
    for fact in facts:
        monday = monday_of(fact.at.astimezone(dt.UTC).date())
        if monday < mondays[0] or (only and fact.market not in (EVERYTHING, only)):
            continue
        by_week.setdefault(monday if monday <= mondays[-1] else None, []).append(fact)
    after = _("after %(week)s") % {"week": week_short(mondays[-1])}
    order = sorted(by_week, key=lambda monday: monday or dt.date.max)
    return tuple(
        Annotation(number, monday, week_short(monday) if monday else after, _say(by_week[monday], names))
        for number, monday in enumerate(order, 1)
    )


def _say(facts: Sequence[Fact], names: Mapping[str, str]) -> str:
    said: list[str] = []
    for kind, words in _KINDS.items():
        said += words([one for one in facts if one.kind == kind], names)
    return "; ".join(said)


def _who(facts: Sequence[Fact], names: Mapping[str, str]) -> tuple[str, int]:
    """The markets of these facts as words, and how many."""
    codes = sorted({one.market for one in facts}, key=lambda code: names.get(code, code))
    if len(codes) > MOST_NAMES:
        return ngettext("%(number)d market", "%(number)d markets", len(codes)) % {"number": len(codes)}, len(
            codes
        )
    return join_names([names.get(code, code) for code in codes]), len(codes)


def _versions(facts: Sequence[Fact], _names: Mapping[str, str]) -> list[str]:
    return [_("%(version)s in effect") % {"version": one.detail} for one in facts]


def _shown(facts: Sequence[Fact], names: Mapping[str, str]) -> list[str]:
    if not facts:
        return []
    who, number = _who(facts, names)
    return [ngettext("%(names)s first shown", "%(names)s first shown", number) % {"names": who}]


def _excluded(facts: Sequence[Fact], names: Mapping[str, str]) -> list[str]:
    if not facts:
        return []
    who, number = _who(facts, names)
    return [ngettext("%(names)s excluded", "%(names)s excluded", number) % {"names": who}]


def _noted(facts: Sequence[Fact], names: Mapping[str, str]) -> list[str]:
    if not facts:
        return []
    who, number = _who(facts, names)
    text = ngettext(
        "known issue in %(names)s, shown with a note", "known issues in %(names)s, shown with a note", number
    )
    return [text % {"names": who}]


def _off(facts: Sequence[Fact], names: Mapping[str, str]) -> list[str]:
    said = []
    for category in dict.fromkeys(one.detail for one in facts):
        same = [one for one in facts if one.detail == category]
        if any(one.market == EVERYTHING for one in same):
            said.append(_("everything switched off (%(why)s)") % {"why": category_words(category)})
            continue
        who, number = _who(same, names)
        text = ngettext("%(names)s switched off (%(why)s)", "%(names)s switched off (%(why)s)", number)
        said.append(text % {"names": who, "why": category_words(category)})
    return said


def _on(facts: Sequence[Fact], names: Mapping[str, str]) -> list[str]:
    if not facts:
        return []
    if any(one.market == EVERYTHING for one in facts):
        return [_("everything switched on again")]
    who, number = _who(facts, names)
    return [ngettext("%(names)s switched on again", "%(names)s switched on again", number) % {"names": who}]


def _launches(facts: Sequence[Fact], _names: Mapping[str, str]) -> list[str]:
    return [_(_LAUNCHES.get(one.detail, _LAUNCHES["block"])) for one in facts]


_KINDS: Mapping[str, Callable[[Sequence[Fact], Mapping[str, str]], list[str]]] = {
    "version": _versions,
    "launch": _launches,
    "shown": _shown,
    "known_issue": _noted,
    "excluded": _excluded,
    "off": _off,
    "on": _on,
}
