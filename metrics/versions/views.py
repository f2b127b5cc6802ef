"""Pages of metric versions: the list with a form that proposes one, and one version with what may be done."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from governance.access.fresh import fresh_required
from governance.access.models import User
from governance.access.policy import may
from governance.access.views import actor_of
from governance.audit.pages import way
from governance.ledger.selectors import epoch as current_epoch
from governance.models import MetricVersion
from governance.versions.selectors import unchanged_since
from metrics.versions import pages
from metrics.versions.controls import DECIDING, perform
from metrics.versions.detail import version_page
from metrics.versions.forms import Proposal, proposal
from metrics.versions.proposals import proposed
from metrics.versions.report import approvers
from otdr_hub.lib import clock
from otdr_hub.lib.numbered import read_under
from otdr_hub.lib.outcome import DomainError, NotAllowedError, require


def _list(request: HttpRequest, form: Proposal, status: int = 200) -> HttpResponse:
    actor, today = actor_of(request), clock.now().date()
    found = MetricVersion.objects.select_related("author", "successor").order_by("-proposed_at")
    page = pages.ListPage(
        rows=tuple(pages.row(one, unchanged_since(one), approvers(one), today) for one in found),
        propose=way(may(actor, "version_propose")),
        form=form,
    )
    return render(request, "versions/list.html", {"page": page}, status=status)


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """All versions; a posted form proposes one."""
    if request.method != "POST":
        return _list(request, Proposal())
    require(may(actor_of(request), "version_propose"))
    form = Proposal(request.POST.get("document", ""), request.POST.get("reason", ""))
    try:
        form = proposal(request.POST.dict(), request.FILES.get("file"))
        made = proposed(form.document, form.reason, actor_of(request))
    except DomainError as error:
        return _list(request, form.with_problem(str(error)), status=422)
    return HttpResponseRedirect(reverse("versions:version", kwargs={"name": made.name}))


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, name: str) -> HttpResponseBase:
    """One version. What decides about numbers takes somebody who has just proven to be there."""
    actor = actor_of(request)
    found = MetricVersion.objects.select_related("author", "successor").filter(name=name).first()
    if found is None:
        raise Http404
    if request.method == "POST" and request.POST.get("act") in DECIDING:
        return _decide(request, found, actor)
    return _version(request, found, actor)


@fresh_required()
def _decide(request: HttpRequest, found: MetricVersion, actor: User) -> HttpResponse:
    return _version(request, found, actor)


def _version(request: HttpRequest, found: MetricVersion, actor: User) -> HttpResponse:
    refused, status = "", 200
    if request.method == "POST":
        try:
            request.session["said"] = perform(found, request.POST.dict(), actor)
        except DomainError as error:
            found.refresh_from_db()
            refused, status = str(error), 403 if isinstance(error, NotAllowedError) else 422
        else:
            return HttpResponseRedirect(request.path)
    # Where something is switched off while this is counted, the page is made again.
    epoch = current_epoch()
    page = version_page(found, actor, compare="compare" in request.GET)
    context = {
        "page": page, "refused": refused, "typed": request.POST,
        "said": "" if refused else request.session.pop("said", ""),
    }  # fmt: skip
    return read_under(render(request, "versions/version.html", context, status=status), epoch)
