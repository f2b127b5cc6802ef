"""The triage room: all cases, one case, and its tables to explore. Every act is a service call."""

from __future__ import annotations

from typing import Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access.fresh import fresh_required, take_draft
from governance.access.policy import may
from governance.access.views import actor_of
from governance.cases import selectors
from governance.cases.models import Case
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.hub.triage.acting import PROVEN, act_on, open_by_hand, text
from otdr_hub.hub.triage.explore import pictures_of
from otdr_hub.hub.triage.page import case_page, list_page
from otdr_hub.lib.outcome import ConflictError, DomainError, NotAllowedError, require

_SAID: Final = "triage-said"
_LARGEST: Final = 2**31


def status_of(error: DomainError) -> int:
    """The status of a page that says why something was not done."""
    if isinstance(error, NotAllowedError):
        return 403
    return 409 if isinstance(error, ConflictError) else 422


def case_of(number: int) -> Case:
    """The case of a number. Raises Http404 where there is none."""
    found = selectors.cases().filter(pk=number).first() if number < _LARGEST else None
    if found is None:
        raise Http404
    return found


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """All cases; a form opens one."""
    person, problem, status = actor_of(request), "", 200
    require(may(person, "case_read"))
    if request.method == "POST":
        require(may(person, "case_open"))
        try:
            case, said = open_by_hand(request.POST, person)
        except DomainError as error:
            problem, status = str(error), status_of(error)
        else:
            request.session[_SAID] = said
            return HttpResponseRedirect(reverse("triage:case", kwargs={"number": case.number}))
    shown = {"page": list_page(person), "problem": problem, "sent": request.POST}
    return render(request, "triage/list.html", shown, status=status)


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, number: int) -> HttpResponse:
    """One case, as far as the reader may see it; its forms come here."""
    require(may(actor_of(request), "case_read"))
    found = case_of(number)
    if request.method == "POST" and text(request.POST, "act") in PROVEN:
        require(may(actor_of(request), "case_resolve"))
        return cast(HttpResponse, _proven(request, found))
    return _case(request, found)


@fresh_required()
def _proven(request: HttpRequest, found: Case) -> HttpResponse:
    return _case(request, found)


def _case(request: HttpRequest, found: Case) -> HttpResponse:
    person, problem, status = actor_of(request), "", 200
    draft = take_draft(request) if request.method == "GET" else None
    sent = request.POST if request.method == "POST" else draft or QueryDict()
    if request.method == "POST":
        try:
            said = _act(request, found)
        except DomainError as error:
            problem, status = str(error), status_of(error)
        else:
            request.session[_SAID] = said
            return HttpResponseRedirect(request.path)
    address, epoch = request.build_absolute_uri(request.path), current_epoch()
    # A form comes back without the address it was on, and goes on with the assessment it was filled in for.
    chosen = sent.get("assessment") or request.GET.get("assessment", "")
    page = case_page(found, person, address=address, chosen=chosen)
    shown = {
        "page": page, "problem": problem, "is_draft": draft is not None, "sent": sent,
        "message": "" if problem else request.session.pop(_SAID, ""),
    }  # fmt: skip
    return numbered(render(request, "triage/case.html", shown, status=status), epoch)


def _act(request: HttpRequest, found: Case) -> str:
    """What is not shown to somebody is not worked on by them either."""
    person = actor_of(request)
    if not selectors.may_see(found, person):
        raise NotAllowedError(_("This case is not shown to you yet; the owner of the data is told first."))
    return act_on(found, request.POST, person)


@cache_control(no_store=True)
@require_safe
def explore(request: HttpRequest, number: int) -> HttpResponse:
    """The tables behind the pictures, to look into with a drawing program."""
    person = actor_of(request)
    require(may(person, "case_read"))
    found = case_of(number)
    page = case_page(found, person, chosen=request.GET.get("assessment", ""))
    if page.finding is None:
        raise Http404
    shown = {"page": page, "pictures": pictures_of(page.finding.digest)}
    return render(request, "triage/explore.html", shown)
