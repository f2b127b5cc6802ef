"""The message that goes back to who asked, filled from what is on record. Somebody reads it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from governance.requests.models import MetricRequest, RequestAnswer
from governance.requests.selectors import Standing
from otdr_hub.hub.numbers import day
from otdr_hub.hub.sentences import join_names


def draft(request: MetricRequest, stand: Standing, names: Mapping[str, str]) -> str:
    """The text of the message; empty before anything is decided. `names` are those of markets, by code."""
    answers, impact = stand.answers, stand.impact
    if not answers:
        return ""
    parts = [_("Hello %(who)s,") % {"who": request.asked_by.username}, _asked(request, names)]
    parts += _said(list(answers.values()), names)
    open_ones = [names[code] for code in request.codes if code not in answers]
    if open_ones:
        parts.append(_("Not decided yet: %(names)s.") % {"names": join_names(open_ones)})
    if impact is not None:
        parts += [text for code, text in impact.said if not code]
    parts.append(_("The record of this is %(request)s.") % {"request": request})
    return "\n\n".join(parts)


def _asked(request: MetricRequest, names: Mapping[str, str]) -> str:
    return _("on %(day)s you asked: %(asks)s The markets: %(names)s.") % {
        "day": day(request.asked_at),
        "asks": f"“{request.asks}”",
        "names": join_names([names[code] for code in request.codes]),
    }


def _said(answers: Sequence[RequestAnswer], names: Mapping[str, str]) -> list[str]:
    """First what is granted, together; then each that is not, with its condition or reason."""
    granted = [one for one in answers if one.answer == RequestAnswer.Word.YES]
    found = []
    if granted:
        found.append(
            _("Yes for %(names)s.") % {"names": join_names([names[one.market_id] for one in granted])}
        )
        found += [f"{names[one.market_id]}: {one.reason}" for one in granted if one.reason]
    for one in answers:
        said = {"name": names[one.market_id], "reason": one.reason, "condition": one.condition}
        if one.answer == RequestAnswer.Word.NOT_YET:
            found.append(_("Not yet for %(name)s: %(reason)s It will be, once: %(condition)s") % said)
        elif one.answer == RequestAnswer.Word.NO:
            found.append(_("No for %(name)s: %(reason)s") % said)
    return found
