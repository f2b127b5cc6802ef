"""The scope board, deciding several markets, publishing. First a look, then a form of its own."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access.fresh import fresh_required
from governance.access.policy import may
from governance.access.views import actor_of
from otdr_hub.hub.desk.board import board_page
from otdr_hub.hub.desk.decide_page import decide_page
from otdr_hub.hub.desk.deciding import decide
from otdr_hub.hub.desk.forms import Choice, choice_of
from otdr_hub.hub.desk.publishing import publish, publish_page
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, NotAllowedError, require

_SAID = "desk-said"


def _board(request: HttpRequest, choice: Choice, problem: str = "", status: int = 200) -> HttpResponse:
    message = "" if problem else request.session.pop(_SAID, "")
    epoch = current_epoch()
    page = board_page(actor_of(request), choice, message)
    return numbered(
        render(request, "desk/scope.html", {"page": page, "problem": problem}, status=status), epoch
    )


@cache_control(no_store=True)
@require_safe
def scope(request: HttpRequest) -> HttpResponse:
    """Every market of the scope; the form of who decides begins here."""
    return _board(request, choice_of(request.GET))


def _chosen(request: HttpRequest) -> str:
    """The page of a choice, with all of it in its address: coming back from a proof loses nothing."""
    fields = choice_of(request.POST).fields()
    return f"{reverse('desk:decide')}?{urlencode(fields)}"


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def deciding(request: HttpRequest) -> HttpResponse:
    """What a choice would do; sent as a form, the decision."""
    require(may(actor_of(request), "scope_decide"))
    return cast(HttpResponse, _deciding(request))


@fresh_required(_chosen)
def _deciding(request: HttpRequest) -> HttpResponse:
    actor, problem, status = actor_of(request), "", 200
    choice = choice_of(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        try:
            asked = decide(choice, actor=actor)
        except NotAllowedError:
            raise
        except DomainError as error:
            problem, status = str(error), 409 if isinstance(error, ConflictError) else 422
        else:
            request.session[_SAID] = ngettext(
                "%(number)d market decided; the departments are asked to sign.",
                "%(number)d markets decided; the departments are asked to sign them in one sitting.",
                len(choice.markets),
            ) % {"number": len(choice.markets)}
            return HttpResponseRedirect(reverse("desk:signoff", kwargs={"number": asked.pk}))
    epoch = current_epoch()
    try:
        page = decide_page(choice, actor, problem)
    except (InvalidInputError, ConflictError) as error:
        return _board(request, choice, problem or str(error), 422)
    return numbered(render(request, "desk/decide.html", {"page": page}, status=status), epoch)


def _publish_page(request: HttpRequest) -> str:
    return f"{reverse('desk:publish')}?{urlencode({'week': request.POST.get('week', '')})}"


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def publishing(request: HttpRequest) -> HttpResponse:
    """What would be shown; sent as a form, the publication."""
    require(may(actor_of(request), "publication_publish"))
    return cast(HttpResponse, _publishing(request))


@fresh_required(_publish_page)
def _publishing(request: HttpRequest) -> HttpResponse:
    actor, problem, status = actor_of(request), "", 200
    sent = request.POST if request.method == "POST" else request.GET
    week = sent.get("week", "")
    if request.method == "POST":
        try:
            publication = publish(week, seen=sent.get("seen", ""), actor=actor)
        except NotAllowedError:
            raise
        except DomainError as error:
            problem, status = str(error), 409 if isinstance(error, ConflictError) else 422
        else:
            said = _("%(publication)s is published; the hub shows it from now on.")
            request.session[_SAID] = said % {"publication": publication}
            return HttpResponseRedirect(reverse("desk:scope"))
    try:
        page = publish_page(week, actor, problem)
    except InvalidInputError as error:
        page, status = publish_page("", actor, problem or str(error)), 422
    return render(request, "desk/publish.html", {"page": page}, status=status)
