"""Open cases as the desk tells them: to whom they concern, and to whoever is about to sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.access.policy import may
from governance.cases import selectors
from governance.cases.models import Case
from governance.scope.models import ScopeDecision
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.items import Item, Section
from otdr_hub.hub.numbers import week_title

_CONCERNED = frozenset({"dpm", "data_engineer", "data_owner"})


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case over what is asked to be signed; `link` is empty for who may not read cases."""

    sentence: str
    link: str


def open_cases(person: User, now: dt.datetime) -> Section | None:
    """What is under investigation, with the steps that wait for the person's roles."""
    roles = person.roles
    if not roles & _CONCERNED and not (may(person, "case_work") and selectors.open_cases().exists()):
        return None
    items = tuple(
        _item(case, roles, now) for case in selectors.open_cases() if selectors.may_see(case, person)
    )
    if not items and not roles & _CONCERNED:
        return None
    return Section("cases", _("Under investigation"), items, _("No case is open."))


def _item(case: Case, roles: frozenset[str], now: dt.datetime) -> Item:
    waiting = [step for step in case.steps.filter(result=None) if step.role in roles]
    late = any(step.due_at < now for step in waiting)
    notes = [week_title(case.first_week)]
    if waiting:
        number = len(waiting)
        said = ngettext("%(number)d step of yours", "%(number)d steps of yours", number)
        notes.append(said % {"number": number})
    if "dpm" in roles:
        notes.append(_("yours to resolve"))
    mark = words.Mark("note", _("open, a step is late") if late else _("open"), "issue")
    what = f"{case}: {case.title}"
    return Item(what, reverse("triage:case", kwargs={"number": case.number}), tuple(notes), mark)


def over(digests: Iterable[str], person: User) -> tuple[OpenCase, ...]:
    """The open cases over what these digests would certify: whoever signs is told before."""
    reads = bool(may(person, "case_read"))
    found: dict[int, Case] = {}
    for one in ScopeDecision.objects.filter(digest__in=list(digests)):
        for case in selectors.covering(one.market_id, one.breakout, one.value, one.through):
            found[case.number] = case
    return tuple(
        OpenCase(
            selectors.refusal(case.market_id, case.breakout, case.value, case.last_week),
            reverse("triage:case", kwargs={"number": number}) if reads else "",
        )
        for number, case in sorted(found.items())
    )
