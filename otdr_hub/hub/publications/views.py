"""Publications, verifying a code, corrections: pages. Numbers are read once, in one statement."""

from __future__ import annotations

from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.access.fresh import fresh_required, take_draft
from governance.access.policy import may
from governance.access.views import actor_of
from governance.publication.models import Publication
from governance.publication.notices.services import notice_acknowledge
from governance.publication.selectors import publications
from governance.publication.services import publication_rollback
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_publications
from otdr_hub.hub.noting import noted
from otdr_hub.hub.publications.correcting import notices_page
from otdr_hub.hub.publications.pages import list_page, publication_page
from otdr_hub.hub.publications.verifying import verify
from otdr_hub.lib.outcome import ConflictError, DomainError, NotAllowedError, require
from otdr_hub.lib.shortid import name_of, number_in

_SAID: Final = "publications-said"


def publication_of(ref: str) -> Publication:
    """The publication called `P-12` or `12`. Raises Http404."""
    number = number_in(ref)
    found = publications().filter(number=number).first() if number else None
    if found is None:
        raise Http404
    return found


def against(one: Publication, asked: str) -> int:
    """The number of what a publication is compared with: what is asked for, or the one before; 0 for none."""
    if not asked:
        return one.number - 1
    other = publication_of(asked)
    return 0 if other.number == one.number else other.number


@cache_control(no_store=True)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All publications, newest first, each with its state and what it changed."""
    text = request.GET.get("until", "")
    until = number_in(text) if text else None
    if text and until is None:
        raise Http404
    return render(request, "publications/list.html", {"page": list_page(until)})


def _page(request: HttpRequest, one: Publication, status: int = 200, **more: Any) -> HttpResponse:
    person = actor_of(request)
    other = against(one, request.GET.get("against", ""))
    readings = read_publications(*(number for number in (one.number, other) if number))
    page = publication_page(one, readings, person)
    noted(person, "page", *readings)
    answer = render(request, "publications/publication.html", {"page": page, **more}, status=status)
    return numbered(answer, readings[0].epoch)


@cache_control(no_store=True)
@require_safe
def publication(request: HttpRequest, ref: str) -> HttpResponse:
    """One publication: what it names, its numbers as far as they may be seen now, and what it changed."""
    one = publication_of(ref)
    typed = take_draft(request)
    said = request.session.pop(_SAID, "")
    return _page(request, one, typed=typed.get("reason", "") if typed else "", said=said)


@cache_control(no_store=True)
@require_POST
def rollback(request: HttpRequest, ref: str) -> HttpResponse:
    """Show it again, in one act, by somebody who has just proven to be there."""
    require(may(actor_of(request), "publication_rollback"))
    return cast(HttpResponse, _rollback(request, ref))


def _its_page(request: HttpRequest, ref: str) -> str:  # noqa: ARG001 (asked with the request)
    return reverse("publications:publication", kwargs={"ref": ref})


@fresh_required(_its_page)
def _rollback(request: HttpRequest, ref: str) -> HttpResponse:
    one, reason = publication_of(ref), request.POST.get("reason", "")
    try:
        again = publication_rollback(
            publication=one, reason=reason, over=number_in(request.POST.get("over", "")),
            actor=actor_of(request),
        )  # fmt: skip
    except NotAllowedError:
        raise
    except DomainError as error:
        status = 409 if isinstance(error, ConflictError) else 422
        return _page(request, one, status, problem=str(error), typed=reason)
    words = {"again": str(again), "name": name_of(one.number)}
    request.session[_SAID] = _("%(name)s is shown again as %(again)s; the hub shows it from now on.") % words
    return HttpResponseRedirect(reverse("publications:publication", kwargs={"ref": str(again)}))


@cache_control(no_store=True)
@require_safe
def verifying(request: HttpRequest, code: str = "") -> HttpResponse:
    """Is a code printed beside a number still good? Without one, the form to type it."""
    text = code or request.GET.get("code", "").strip()
    answer = verify(text) if text else None
    status = 404 if answer is not None and not answer.publication else 200
    return render(request, "publications/verify.html", {"answer": answer, "typed": text[:60]}, status=status)


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Corrections of what the reader opened or exported; sent as a form, they are acknowledged."""
    person, problem = actor_of(request), ""
    if request.method == "POST":
        try:
            said = notice_acknowledge(events=request.POST.getlist("event"), actor=person)
        except NotAllowedError:
            raise
        except DomainError as error:
            problem = str(error)
        else:
            text = ngettext("Noted: %(n)d correction.", "Noted: %(n)d corrections.", len(said))
            request.session[_SAID] = text % {"n": len(said)}
            return HttpResponseRedirect(reverse("publications:notices"))
    context = {
        "page": notices_page(person), "problem": problem, "said": request.session.pop(_SAID, "")
    }  # fmt: skip
    return render(request, "publications/notices.html", context, status=422 if problem else 200)
