"""The audit page of a past moment. It reads the record; nothing on it is what executives see now."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from governance.access.policy import may
from governance.access.views import actor_of
from otdr_hub.hub.past import past_page
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, require


def _moment(text: str) -> dt.datetime:
    """A moment as a form or a person writes it; without an offset it is UTC."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            _("“%(text)s” is no moment; write it like 2026-11-20T12:00.") % {"text": text[:40]}
        ) from None
    try:
        at = found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except OverflowError:
        raise InvalidInputError(_("That is no moment of this record.")) from None
    if at > clock.now():
        raise InvalidInputError(_("That moment has not come yet; the record tells of the past."))
    return at


@cache_control(no_store=True)
@require_safe
def past(request: HttpRequest) -> HttpResponse:
    """What executives saw at `?at=`; now, where nothing is asked."""
    actor = actor_of(request)
    require(may(actor, "ledger_read"))
    text, refused, page = request.GET.get("at", ""), "", None
    try:
        page = past_page(_moment(text) if text else clock.now(), actor)
    except InvalidInputError as error:
        refused = str(error)
    context = {"page": page, "refused": refused, "typed": page.machine if page else ""}
    return render(request, "ledger/past.html", context, status=422 if refused else 200)
