"""What the launch wants of a person: the verdict of a seat, or the decision from the chair."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.decisions.board import newest_verdicts
from governance.decisions.selectors import in_force, is_held
from governance.launch.seats import CHAIR, title
from governance.launch.selectors import current, plan_of, seats_of
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.items import Item, Section


def at_the_table(person: User, now: dt.datetime) -> Section | None:  # noqa: ARG001 (all are asked alike)
    """The seats a person speaks for: those that have said nothing, and the chair without a decision."""
    launch = current()
    seats = seats_of(launch, person) if launch is not None else ()
    if launch is None or not seats:
        return None
    said, decision = newest_verdicts(launch), in_force(launch)
    note = _("launch on %(day)s") % {"day": words.day(plan_of(launch).review_on)}
    link = reverse("hub:decisions")
    items = [
        Item(_("%(seat)s has not said go or no-go") % {"seat": title(seat.name)}, link, (launch.name, note))
        for seat in seats
        if seat.name not in said and decision is None
    ]
    if any(seat.name == CHAIR for seat in seats) and (decision is None or is_held(launch)):
        held = words.Mark("note", _("held: a gate no longer holds"), "issue") if decision else None
        items.append(Item(_("The launch is not decided"), link, (launch.name, note), held))
    return Section("table", _("Go or no-go"), tuple(items), _("Nothing is left to say before the launch."))
