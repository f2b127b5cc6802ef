"""Requests: the list with its form, one request, its assessment and its decision. Posts lead back."""

from __future__ import annotations

import re
from typing import Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.access.fresh import fresh_required, take_draft
from governance.access.policy import may
from governance.access.views import actor_of
from governance.requests.models import MetricRequest
from governance.requests.services import request_answer, request_make
from otdr_hub.hub.requests.assessing import assess
from otdr_hub.hub.requests.listing import AskForm, list_page
from otdr_hub.hub.requests.page import request_page, typed_answers
from otdr_hub.lib.outcome import ConflictError, DomainError, NotAllowedError, require

_NUMBER: Final = re.compile("[0-9]{1,18}")


def _of(number: int) -> MetricRequest:
    found = MetricRequest.objects.filter(pk=number).select_related("asked_by").first()
    if found is None:
        raise Http404
    return found


def _impact(typed: str) -> int:
    """The number of an assessment; that of none for anything else, also for what is too long to be read."""
    return int(typed) if _NUMBER.fullmatch(typed) else 0


def _page_of(request: HttpRequest, number: int) -> str:  # noqa: ARG001 (asked with the request)
    return reverse("requests:request", args=[number])


def _status(error: DomainError) -> int:
    return 409 if isinstance(error, ConflictError) else 422


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    """All requests; sent as a form, a new one."""
    actor = actor_of(request)
    require(may(actor, "scope_read"))
    form, status = AskForm(), 200
    if request.method == "POST":
        form = AskForm.typed(request.POST)
        try:
            made = request_make(
                title=form.title, asks=form.asks, purpose=form.purpose, markets=form.markets, actor=actor
            )
        except NotAllowedError:
            raise
        except DomainError as error:
            form, status = form.with_error(error), _status(error)
        else:
            return HttpResponseRedirect(reverse("requests:request", args=[made.pk]))
    return render(request, "requests/list.html", {"page": list_page(actor, form)}, status=status)


@cache_control(no_store=True)
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One request, with the form of who decides."""
    require(may(actor_of(request), "scope_read"))
    found = _of(number)
    draft = take_draft(request)
    typed = typed_answers(draft, found) if draft else None
    return render(request, "requests/request.html", {"page": request_page(found, actor_of(request), typed)})


@cache_control(no_store=True)
@require_POST
def assessment(request: HttpRequest, number: int) -> HttpResponse:
    """Assess it by the newest data."""
    actor = actor_of(request)
    require(may(actor, "request_assess"))
    require(may(actor, "scope_decide"))
    found = _of(number)
    try:
        assess(request=found, actor=actor)
    except NotAllowedError:
        raise
    except DomainError as error:
        page = request_page(found, actor, wrong=str(error))
        return render(request, "requests/request.html", {"page": page}, status=_status(error))
    return HttpResponseRedirect(reverse("requests:request", args=[number]))


@cache_control(no_store=True)
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponseBase:
    """Decide. Who may not is refused before being asked to prove anything."""
    require(may(actor_of(request), "request_answer"))
    _of(number)
    return cast(HttpResponse, _answer(request, number))


@fresh_required(page=_page_of)
def _answer(request: HttpRequest, number: int) -> HttpResponse:
    actor, found = actor_of(request), _of(number)
    typed = typed_answers(request.POST, found)
    try:
        request_answer(
            request=found, answers=typed, impact=_impact(request.POST.get("impact", "")), actor=actor
        )
    except NotAllowedError:
        raise
    except DomainError as error:
        page = request_page(found, actor, typed, str(error))
        return render(request, "requests/request.html", {"page": page}, status=_status(error))
    return HttpResponseRedirect(reverse("requests:request", args=[number]))
