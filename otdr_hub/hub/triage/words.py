"""Words of the triage room: what is fixed, in one place; and the private word to the owner, without blame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.cases.models import CARRIER, Case
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.numbers import week_title


def role(name: str) -> str:
    """A role as people call it."""
    return {
        "dpm": _("Decision program manager"),
        "finance": _("Finance"),
        "legal": _("Legal"),
        "logistics": _("Logistics"),
        "bizops": _("BizOps"),
        "data_owner": _("Owner of the data"),
        "data_engineer": _("Data engineering"),
    }.get(name, name)


def roles_that_work() -> tuple[tuple[str, str], ...]:
    """Who may answer for a step of a plan."""
    names = ("data_engineer", "data_owner", "logistics", "finance", "legal", "dpm")
    return tuple((name, role(name)) for name in names)


def verdicts() -> tuple[tuple[str, str, str], ...]:
    """The verdicts a case may end in: value, word, what it means."""
    return (
        ("real_change", _("A real change"), _("Deliveries did change; the numbers tell it.")),
        ("data_defect", _("A data defect"), _("The data changed and the deliveries did not.")),
        ("definition_change", _("A change of definition"), _("What is counted, or how, changed.")),
        ("undetermined", _("Undetermined"), _("It cannot be told with what there is.")),
    )


def verdict(value: str) -> str:
    """A verdict in a word."""
    return next((word for name, word, _means in verdicts() if name == value), value)


def state(is_open: bool, is_wide: bool) -> Mark:
    """How a case stands."""
    if not is_open:
        return Mark("certified", _("resolved"))
    return Mark("note", _("open") if is_wide else _("open, not yet shown wider"), "issue")


def title_of(case: Case) -> str:
    """What a case is about: the market, a carrier of it, the weeks."""
    market = case.market.name
    if case.breakout == CARRIER:
        market = _("%(market)s, carrier %(carrier)s") % {"market": market, "carrier": case.value}
    return _("%(market)s, %(weeks)s") % {"market": market, "weeks": weeks_of(case)}


def of_whole(case: Case) -> str:
    """Said where a case is of one carrier and what was found is of its whole market; empty elsewhere."""
    if case.breakout != CARRIER:
        return ""
    return _(
        "What was found is about the whole of %(market)s, not about one carrier of it: the engine looks at"
        " markets."
    ) % {"market": case.market.name}


def weeks_of(case: Case) -> str:
    """The weeks of a case in words."""
    if case.first_week == case.last_week:
        return week_title(case.first_week)
    return _("%(first)s to %(last)s") % {
        "first": week_title(case.first_week), "last": week_title(case.last_week)
    }  # fmt: skip


def opened_how(case: Case) -> str:
    """Who or what opened it."""
    return {
        Case.Origin.DETECTION: _("opened by the detector"),
        Case.Origin.CHECK: _("opened by a check"),
    }.get(Case.Origin(case.origin), _("opened by %(name)s") % {"name": case.opened_by.username})


def letter(case: Case, document: Mapping[str, Any] | None, address: str, names: str) -> str:
    """The private word to the owner of the data, to be read over before it is sent.

    Its subject is a field, a batch or a week, never a person; it holds no number, for it is kept on record.
    """
    subject = (document or {}).get("verdict", {}).get("subject", "")
    about = (
        _("In the input of %(market)s for %(weeks)s, %(subject)s looks unlike the weeks before.")
        if subject
        else _(
            "The rate of %(market)s for %(weeks)s looks unlike the weeks before, and we do not know why yet."
        )
    ) % {"market": case.market.name, "weeks": weeks_of(case), "subject": subject}
    return "\n\n".join(
        [
            _("Hello %(names)s,") % {"names": names or _("whoever keeps this data")},
            about,
            _(
                "You hear of it first. Nobody beyond those who look into it has been told; what we see, with"
                " its evidence, is on the page of case %(case)s: %(address)s"
            )
            % {"case": case, "address": address},
            _(
                "Three questions. Is this known to you, or planned? Which explanation do you think fits, and"
                " what would we see in the data if it holds? What have we overlooked?"
            ),
            _(
                "Your answer stands in the case word for word, beside the evidence, and your explanation is"
                " tested like every other one. Until the case is resolved these weeks are neither certified"
                " nor newly shown."
            ),
        ]
    )


def due(at: dt.datetime, now: dt.datetime, is_done: bool) -> Mark | None:
    """Whether a step is late; nothing for one that is done or has time."""
    return Mark("waiting", _("late"), "issue") if not is_done and at < now else None
