"""The kill switch's page. Switching off is one form, sent once; it needs no script and no second look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from governance.access.fresh import fresh_required, take_draft
from governance.access.models import User
from governance.access.policy import may
from governance.access.views import actor_of
from governance.killswitch.models import GLOBAL, WHOLE, Shutoff
from governance.killswitch.selectors import is_open, of_key
from governance.killswitch.services import lift_ask, shutoff_activate, shutoff_explain
from governance.markets.selectors import names as market_names
from otdr_hub.hub.desk.forms import clean
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.noting import noted
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.switch.names import name_of
from otdr_hub.hub.switch.page import switch_page
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, NotAllowedError, require

_SAID: Final = "switch-said"
# Typed before everything goes dark; nothing else asks for a word.
TYPED: Final = "EVERYTHING"


def _render(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    page = switch_page(actor_of(request))
    sent = request.POST if request.method == "POST" else take_draft(request) or QueryDict()
    said = {"page": page, "problem": problem, "typed": TYPED, "sent": sent}
    if not problem:
        said["message"] = request.session.pop(_SAID, "")
    response = render(request, "switch/switch.html", said, status=status)
    if page.reading is None:
        return response
    # Beside each switch stands what the hub says now, and what it would say.
    noted(actor_of(request), "page", page.reading)
    return numbered(response, page.reading.epoch)


@cache_control(no_store=True)
@require_safe
def switch(request: HttpRequest) -> HttpResponse:
    """Every market's switch, and that of everything."""
    return _render(request)


def _done(request: HttpRequest, act: Callable[[], tuple[str, str]]) -> HttpResponse:
    """Do it and go back to the page, at the line it was done on; a refusal is said there."""
    try:
        said, place = act()
    except NotAllowedError:
        raise
    except DomainError as error:
        return _render(request, str(error), 409 if isinstance(error, ConflictError) else 422)
    request.session[_SAID] = said
    return HttpResponseRedirect(f"{reverse('switch:switch')}{place}")


def _place(shutoff: Shutoff) -> str:
    return f"#switch-{shutoff.market}" if shutoff.breakout == WHOLE else "#carriers"


def _names() -> dict[str, str]:
    return market_names()


def _sent_before(posted: QueryDict, key: tuple[str, str, str], actor: User) -> Shutoff | None:
    """The shutoff this very form has made already: the one that was next when its page was made."""
    nth = posted.get("round", "")
    if not nth.isdecimal():
        return None
    market, breakout, value = key
    made = Shutoff.objects.filter(market=market, breakout=breakout, value=value, by=actor)
    return made.filter(round=int(nth[:4])).first()


@cache_control(no_store=True)
@require_POST
def off(request: HttpRequest) -> HttpResponse:
    """Switch off, at once. The same form sent twice is one act."""
    return _done(request, lambda: _off(request.POST, actor_of(request)))


def _off(posted: QueryDict, actor: User) -> tuple[str, str]:
    given = {
        name: clean(posted.get(name, "")).strip()
        for name in ("market", "breakout", "value", "category", "reason")
    }
    given["breakout"] = given["breakout"] or WHOLE
    given["value"] = given["value"] or WHOLE
    key = (given["market"], given["breakout"], given["value"])
    if key[:2] == (GLOBAL, WHOLE) and posted.get("typed", "").strip() != TYPED:
        raise InvalidInputError(_("To switch everything off, type %(word)s.") % {"word": TYPED})
    shutoff = _sent_before(posted, key, actor)
    if shutoff is not None and not is_open(shutoff):
        raise ConflictError(_("This page was older than the last change. Nothing was done; press it again."))
    if shutoff is None:
        shutoff = shutoff_activate(**given, actor=actor)
    said = _("%(name)s is off since %(time)s. From now on no answer shows it.")
    words: dict[str, Any] = {"name": name_of(shutoff, _names()), "time": moment(shutoff.at)}
    owed = "" if shutoff.reason else " " + _("Say why within the hour, below.")
    return (said % words) + owed, _place(shutoff)


@cache_control(no_store=True)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Keep it off: what was asked about it is void."""
    require(may(actor_of(request), "shutoff_activate"))
    found = _found(number)

    def act() -> tuple[str, str]:
        known = of_key(found.market, found.breakout, found.value)
        if known is None or known.pk != found.pk:
            raise ConflictError(_("It is on again already. Switch it off there."))
        shutoff_activate(
            market=found.market, breakout=found.breakout, value=found.value, category="other",
            actor=actor_of(request), reason=clean(request.POST.get("reason", "")),
        )  # fmt: skip
        return _("It stays off. What was asked about it is void."), _place(found)

    return _done(request, act)


def _found(number: int) -> Shutoff:
    found = Shutoff.objects.filter(pk=number).select_related("by").first()
    if found is None:
        raise Http404
    return found


@cache_control(no_store=True)
@require_POST
def reason(request: HttpRequest, number: int) -> HttpResponse:
    """Say why, after the fact."""
    require(may(actor_of(request), "shutoff_explain"))
    found = _found(number)

    def act() -> tuple[str, str]:
        text = clean(request.POST.get("reason", ""))
        shutoff_explain(shutoff=found, reason=text, actor=actor_of(request))
        return _("The reason is on record."), _place(found)

    return _done(request, act)


def _page(request: HttpRequest, found: Shutoff) -> str:  # noqa: ARG001 (one page for all)
    return reverse("switch:switch")


@cache_control(no_store=True)
@require_POST
def on_request(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the departments to let it be shown again; from somebody who has just proven to be there."""
    require(may(actor_of(request), "lift_ask"))
    return cast(HttpResponse, _on_request(request, found=_found(number)))


@fresh_required(_page)
def _on_request(request: HttpRequest, found: Shutoff) -> HttpResponse:
    def act() -> tuple[str, str]:
        evidence = clean(request.POST.get("evidence", ""))
        asked = lift_ask(shutoff=found, evidence=evidence, actor=actor_of(request))
        said = _("Asked: request %(number)d waits for the departments.") % {"number": asked.pk}
        return said, _place(found)

    return _done(request, act)
