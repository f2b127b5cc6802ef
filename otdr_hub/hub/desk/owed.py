"""Reasons that are owed: whoever switched off without one is asked until it is given."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.selectors import REASON_WITHIN, unexplained
from governance.markets.selectors import names as market_names
from otdr_hub.hub.annotations import category_words
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.items import Item, Section
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.switch.names import name_of


def reasons_owed(person: User, now: dt.datetime) -> Section | None:
    """One's own at once; those of others, an hour later, are asked of everybody who may give them."""
    if not may(person, "shutoff_explain"):
        return None
    asked = [one for one in unexplained() if one.by_id == person.pk or one.at + REASON_WITHIN <= now]
    if not asked:
        return None
    names = market_names()
    items = []
    for one in asked:
        due = one.at + REASON_WITHIN
        late = due <= now
        note = _("%(category)s, by %(name)s, %(time)s") % {
            "category": category_words(one.category), "name": one.by.username, "time": moment(one.at),
        }  # fmt: skip
        mark = words.Mark("waiting", words.answer_by(due, now), "issue" if late else "")
        what = _("Say why %(name)s was switched off") % {"name": name_of(one, names)}
        items.append(Item(what, f"{reverse('switch:switch')}#owed", (note,), mark))
    return Section("owed", _("Switched off without a reason"), tuple(items), "")
