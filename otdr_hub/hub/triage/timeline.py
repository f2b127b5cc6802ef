"""What happened in a case, newest first: acts of people and of the product alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from governance.cases.models import Case, CaseEvidence, CaseNote, CaseStepResult
from otdr_hub.hub.numbers import fingerprint, moment, moment_text
from otdr_hub.hub.triage import words
from otdr_hub.hub.triage.parts import Event

_Told = tuple[dt.datetime, str, str, str]


def timeline_of(case: Case, notes: Iterable[CaseNote], evidence: Iterable[CaseEvidence]) -> tuple[Event, ...]:
    """Every entry, newest first."""
    told: list[_Told] = [
        (case.opened_at, _("Opened: %(title)s") % {"title": case.title}, "", case.opened_by.username)
    ]
    told += [
        (one.frozen_at, _("Evidence frozen: assessment %(name)s") % {"name": fingerprint(one.assessment)}, "",
         one.frozen_by.username)
        for one in evidence
    ]  # fmt: skip
    told += [(one.at, _kind(one), one.text, one.by.username) for one in notes]
    results = CaseStepResult.objects.filter(step__case=case).select_related("step", "by")
    told += [
        (one.at, _("Step %(number)d: %(what)s") % {"number": one.step.position, "what": one.step.what},
         one.found, one.by.username)
        for one in results
    ]  # fmt: skip
    told += _ends(case)
    told.sort(key=lambda one: one[0], reverse=True)
    return tuple(
        Event(moment(at), moment_text(at), what, text, by, i == 0)
        for i, (at, what, text, by) in enumerate(told)
    )


def _kind(note: CaseNote) -> str:
    return {
        "word_sent": _("Private word to the owner"),
        "owner_reply": _("The owner's reply"),
        "shown_wider": _("Shown to everybody concerned"),
        "claim": _("An explanation put forward"),
        "proposal": _("Proposed: %(verdict)s") % {"verdict": words.verdict(note.verdict)},
    }.get(note.kind, _("Note"))


def _ends(case: Case) -> list[_Told]:
    told: list[_Told] = []
    for one in case.verdicts.select_related("by", "reopening__by"):
        said = _("Resolved: %(verdict)s") % {"verdict": words.verdict(one.verdict)}
        told.append((one.at, said, one.reason, one.by.username))
        back = getattr(one, "reopening", None)
        if back is not None:
            told.append((back.at, _("Reopened"), back.reason, back.by.username))
    return told
