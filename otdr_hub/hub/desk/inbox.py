"""What needs you: one list per person, by what their roles let them do. Finished text only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.access.policy import DEPARTMENTS, may
from governance.access.selectors import acting_for
from governance.markets.selectors import names as market_names
from governance.signoffs.models import Requirement, RequirementChange
from governance.signoffs.outstanding import Outstanding, outstanding
from governance.signoffs.selectors import Waiting, asked_of
from metrics.events.models import Batch
from metrics.operator.lockable import lockable
from metrics.recompute.models import Run
from metrics.recompute.states import RunState
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.cases import open_cases
from otdr_hub.hub.desk.items import Item, Section
from otdr_hub.hub.desk.owed import reasons_owed
from otdr_hub.hub.desk.seats import at_the_table
from otdr_hub.hub.desk.standing import standings, version_in_effect
from otdr_hub.hub.numbers import moment, week_title
from otdr_hub.hub.publications import correcting
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib import clock, weeks

_LOOK_BACK: Final = dt.timedelta(days=14)
_MOST: Final = 10
SOON: Final = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Everything on the page; `nothing` is set for whoever is never asked for anything here."""

    title: str
    summary: str
    sections: tuple[Section, ...]
    nothing: str


def _asked(waiting: Waiting, now: dt.datetime) -> Item:
    request = waiting.request
    late = request.answer_by is not None and request.answer_by <= now
    notes = [
        words.lines(len(waiting.lines)),
        _("for %(department)s") % {"department": words.department(waiting.role)},
        _("asked %(time)s ago by %(name)s")
        % {"time": words.ago(request.opened_at, now), "name": request.opened_by.username},
    ]
    if waiting.is_escalated:
        notes.append(_("passed on to the deputy"))
    mark = words.Mark("waiting", words.answer_by(request.answer_by, now), "issue" if late else "")
    link = f"{reverse('desk:signoff', kwargs={'number': request.pk})}?for={waiting.role}"
    return Item(request.summary, link, tuple(notes), mark)


def _to_sign(person: User, now: dt.datetime) -> Section | None:
    signs = bool(person.roles & set(DEPARTMENTS)) or bool(acting_for(person, now))
    if not signs:
        return None
    found = tuple(_asked(one, now) for one in asked_of(person))
    return Section(
        "sign",
        _("To sign"),
        found,
        _("Nothing waits for your signature. A new request appears here by itself."),
    )


def _unanswered(one: Outstanding, now: dt.datetime) -> Item:
    request = one.request
    notes = [words.lines(one.lines)]
    if one.missing:
        names = words.join_departments(sorted(one.missing))
        notes.append(_("%(names)s missing") % {"names": names})
    if one.against:
        notes.append(
            ngettext(
                "%(number)d line asked about or rejected",
                "%(number)d lines asked about or rejected",
                one.against,
            )
            % {"number": one.against}
        )
    if request.escalations.all():
        notes.append(_("passed on to the deputy"))
    late = request.answer_by is not None and request.answer_by <= now
    against = bool(one.against)
    mark = words.Mark(
        "note" if against else "waiting",
        _("needs an answer of yours") if against else words.answer_by(request.answer_by, now),
        "issue" if late or against else "",
    )
    return Item(request.summary, reverse("desk:signoff", kwargs={"number": request.pk}), tuple(notes), mark)


def _open_requests(person: User, now: dt.datetime) -> Section | None:
    if not person.roles & {"dpm", "auditor"}:
        return None
    found = tuple(_unanswered(one, now) for one in outstanding())
    return Section(
        "open", _("Requests without all answers"), found, _("Every request has all its signatures.")
    )


_STATES: Final = ("undecided", "again", "expired", "off")


def _to_decide(person: User, now: dt.datetime) -> Section | None:  # noqa: ARG001 (all are asked alike)
    if not may(person, "scope_decide"):
        return None
    found = standings(actor=person)
    soon = clock.now().date() + SOON
    said = {
        "undecided": _("not decided yet"),
        "again": _("needs signing again"),
        "expired": _("its date has passed"),
        "off": _("switched off"),
    }
    items = []
    for state in _STATES:
        # What is asked already waits for the departments, not for who decides.
        names = [
            one.market.name for one in found if one.state == state and not (state == "again" and one.missing)
        ]
        if names:
            items.append(Item(f"{join_names(names)}: {said[state]}", reverse("desk:scope"), ()))
    ending = [
        one for one in found
        if one.state in ("noted", "not_shown") and one.decision and one.decision.review_on
        and one.decision.review_on <= soon
    ]  # fmt: skip
    for one in ending:
        if one.decision is not None and one.decision.review_on is not None:
            note = _("on %(day)s") % {"day": words.day(one.decision.review_on)}
            what = _("%(name)s: the decision is to be reviewed") % {"name": one.market.name}
            items.append(Item(what, reverse("desk:scope"), (note,)))
    return Section(
        "scope",
        _("Markets to decide"),
        tuple(items),
        _("Every market is decided, and no decision ends soon."),
    )


def _feed(person: User, now: dt.datetime) -> Section | None:
    if "data_engineer" not in person.roles:
        return None
    since = now - _LOOK_BACK
    refused = Batch.objects.filter(state=Batch.State.REFUSED, taken_at__gte=since).order_by("-pk")[:_MOST]
    failed = Run.objects.filter(state=RunState.FAILED, queued_at__gte=since).order_by("-queued_at")[:_MOST]
    items = [
        Item(
            _("%(file)s was refused") % {"file": batch.filename},
            reverse("batches:batch", kwargs={"number": batch.pk}),
            (batch.problem, moment(batch.taken_at)),
            words.Mark("off", _("refused"), "off"),
        )
        for batch in refused
    ]
    items += [
        Item(
            _("The recompute %(run)s failed") % {"run": run.digest[:8]},
            "",
            (run.problem, moment(run.finished_at or run.queued_at)),
            words.Mark("off", _("failed"), "off"),
        )
        for run in failed
    ]
    return Section(
        "feed",
        _("Input and runs"),
        tuple(items),
        _("No delivery was refused and no recompute failed in two weeks."),
    )


def _books(person: User, now: dt.datetime) -> Section | None:  # noqa: ARG001 (all are asked alike)
    version = version_in_effect()
    if not may(person, "period_lock") or version is None:
        return None
    names = market_names()
    items = tuple(
        Item(
            _("%(week)s may be locked") % {"week": capfirst(week_title(monday))},
            "",
            (
                join_names([names[code] for code in codes]),
                _("by command: periods lock --week %(week)s") % {"week": weeks.label(monday)},
            ),
        )
        for monday, codes in lockable(version=version, actor=person)
    )
    return Section("books", _("Weeks to lock"), items, _("No week waits to be locked."))


def _house(person: User, now: dt.datetime) -> Section | None:
    if "admin" not in person.roles:
        return None
    in_force = Requirement.objects.filter(change=OuterRef("pk"))
    changes = RequirementChange.objects.filter(~Exists(in_force)).select_related("proposed_by")
    items = [
        Item(
            _("Proposed: %(count)d × %(role)s for %(act)s")
            % {"count": one.count, "role": words.department(one.role), "act": one.act},
            "",
            (one.reason, _("by %(name)s, %(time)s ago")
             % {"name": one.proposed_by.username, "time": words.ago(one.proposed_at, now)}),
            words.Mark("waiting", _("waits for signatures")),
        )
        for one in changes
    ]  # fmt: skip
    return Section(
        "house",
        _("House rules"),
        tuple(items),
        _("No change of a requirement is open."),
    )


Source = Callable[[User, dt.datetime], Section | None]
# In the order of the page; a source answers None to whom it does not concern.
SOURCES: Final[tuple[Source, ...]] = (
    reasons_owed, correcting.section, _to_sign, open_cases, at_the_table, _to_decide, _open_requests, _books,
    _feed, _house,
)  # fmt: skip


def inbox_page(person: User) -> InboxPage:
    """The page of one person."""
    now = clock.now()
    sections = tuple(found for source in SOURCES if (found := source(person, now)) is not None)
    number = sum(len(one.items) for one in sections)
    summary = ngettext("%(number)d thing", "%(number)d things", number) % {"number": number}
    if not sections:
        summary = ""
    return InboxPage(
        title=_("What needs you"),
        summary=summary if number else "",
        sections=sections,
        nothing=""
        if sections
        else _("Your role is never asked to decide or sign. The numbers are on the hub."),
    )
