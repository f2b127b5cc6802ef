"""Decide: the page everybody reads, two forms, and the minutes. Posted forms lead back to the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from governance.access.fresh import fresh_required, take_draft
from governance.access.models import User
from governance.access.policy import may
from governance.decisions import board
from governance.decisions.models import LaunchDecision
from governance.decisions.selectors import may_decide
from governance.decisions.services import decision_make, preview_look, verdict_give
from governance.launch.models import Launch
from governance.launch.selectors import current
from otdr_hub.hub.decide.carrying import CarryForm, carry_out
from otdr_hub.hub.decide.forms import ChairForm, VerdictForm
from otdr_hub.hub.decide.hypothetical import hypothetical
from otdr_hub.hub.decide.minutes import minutes_page
from otdr_hub.hub.decide.page import decide_page
from otdr_hub.hub.decide.words import KINDS, kind_words
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.market import standing_of
from otdr_hub.hub.noting import noted
from otdr_hub.hub.page import hub_page
from otdr_hub.hub.record import read_record
from otdr_hub.hub.stamp import on_a_wall
from otdr_hub.lib.outcome import ConflictError, DomainError, NotAllowedError, require

_CHANGED: Final = gettext_lazy("Another launch was planned since the page was opened; look at it again.")


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


def _launch() -> Launch:
    launch = current()
    if launch is None:
        raise Http404
    return launch


def _status(error: DomainError) -> int:
    return 409 if isinstance(error, ConflictError) else 422


def _page(
    request: HttpRequest,
    *,
    verdict: VerdictForm | None = None,
    chair: ChairForm | None = None,
    carry: CarryForm | None = None,
    status: int = 200,
) -> HttpResponse:
    launch, reading = current(), read_hub()
    standing = standing_of(reading)
    if standing is not None:
        noted(_actor(request), "page", reading)
    if launch is None:
        empty = render(request, "decide/empty.html", {"standing": standing}, status=status)
        return numbered(empty, reading.epoch)
    page = decide_page(
        board.read(launch), reader=_actor(request), standing=standing, verdict=verdict, chair=chair,
        carry=carry,
    )  # fmt: skip
    if request.GET.get("present"):
        wall = render(request, "decide/present.html", {"page": page}, status=status)
        return on_a_wall(numbered(wall, reading.epoch))
    return numbered(render(request, "decide/decide.html", {"page": page}, status=status), reading.epoch)


@cache_control(no_store=True)
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """The page of the current launch; `?present=1` for a projector."""
    draft = take_draft(request)
    if draft is None:
        return _page(request)
    if "owner" in draft or "carry" in draft:
        return _page(request, carry=replace(CarryForm.typed(draft), is_draft=True))
    return _page(request, chair=replace(ChairForm.typed(draft), is_draft=True))


@cache_control(no_store=True)
@require_POST
def verdict(request: HttpRequest) -> HttpResponse:
    """My seat's verdict. What cannot be used is said beside its field, with what was typed."""
    launch, form = _launch(), VerdictForm.typed(request.POST)
    try:
        if form.launch != str(launch.pk):
            raise ConflictError(_CHANGED)
        verdict_give(
            launch=launch, seat=form.seat, verdict=form.verdict, reason=form.reason,
            conditions=form.conditions(), appeals=form.appeals, actor=_actor(request),
        )  # fmt: skip
    except NotAllowedError:
        raise
    except DomainError as error:
        return _page(request, verdict=form.with_error(error), status=_status(error))
    return HttpResponseRedirect(f"{reverse('hub:decisions')}#seats")


@cache_control(no_store=True)
@require_POST
def decide(request: HttpRequest) -> HttpResponseBase:
    """The chair's decision. Who is not the chair is refused before being asked to prove anything."""
    require(may_decide(_launch(), _actor(request)))
    return _decide(request)


@fresh_required(page=lambda _: reverse("hub:decisions"))
def _decide(request: HttpRequest) -> HttpResponse:
    form = ChairForm.typed(request.POST)
    try:
        decision_make(
            launch=_launch(), kind=form.kind, reason=form.reason, differs=form.differs, seen=form.seen,
            actor=_actor(request),
        )  # fmt: skip
    except NotAllowedError:
        raise
    except DomainError as error:
        return _page(request, chair=form.with_error(error), status=_status(error))
    return HttpResponseRedirect(reverse("hub:decisions"))


@cache_control(no_store=True)
@require_POST
def carry(request: HttpRequest) -> HttpResponseBase:
    """Exclude what the decision leaves out, and publish. Who is not the chair is refused first."""
    require(may_decide(_launch(), _actor(request)))
    return _carry(request)


@fresh_required(page=lambda _: reverse("hub:decisions"))
def _carry(request: HttpRequest) -> HttpResponse:
    form = CarryForm.typed(request.POST)
    try:
        carry_out(launch=_launch(), form=form, actor=_actor(request))
    except NotAllowedError:
        raise
    except DomainError as error:
        return _page(request, carry=form.with_error(error), status=_status(error))
    # A browser would keep the form’s own place in the address.
    return HttpResponseRedirect(f"{reverse('hub:hub')}#main")


@cache_control(no_store=True)
@require_safe
def preview(request: HttpRequest, kind: str) -> HttpResponse:
    """The hub as it would be under an option, for who sits at the table; who looked is on record."""
    actor = _actor(request)
    require(may(actor, "preview_look"))
    launch = _launch()
    if kind not in KINDS:
        raise Http404
    reading = read_hub()
    table = board.read(launch)
    words = CarryForm.typed(request.GET).words()
    if kind == LaunchDecision.Kind.BLOCK:
        # A block changes nothing that is shown.
        page, seen = hub_page(reading, read_record(reading)), table.digest
    else:
        made = hypothetical(table, kind, words, epoch=reading.epoch, actor=actor)
        page, seen = made.page, made.seen
    preview_look(launch=launch, kind=kind, seen=seen, actor=actor)
    context = {"page": page, "option": kind_words(kind)[0], "is_block": kind == LaunchDecision.Kind.BLOCK}
    return numbered(render(request, "decide/preview.html", context), reading.epoch)


@cache_control(no_store=True)
@require_safe
def minutes(request: HttpRequest, number: int) -> HttpResponse:
    """The minutes of a decision, in force or superseded."""
    found = LaunchDecision.objects.filter(pk=number).select_related("decided_by", "supersedes").first()
    if found is None:
        raise Http404
    return render(request, "decide/minutes.html", {"page": minutes_page(found, _actor(request))})
