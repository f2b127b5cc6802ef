"""Two pages about people: all of them, and one of them, where an admin gives and takes.

Every act is a service call; a page only says what it answered. Forms are taken from somebody who has
just proven to be there (`fresh_required`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access import selectors
from governance.access.deputies.services import deputy_name, deputy_withdraw
from governance.access.forms import (
    DeputyEndForm,
    DeputyForm,
    GiveForm,
    MomentForm,
    PlainForm,
    ReasonForm,
    TakeForm,
)
from governance.access.fresh import fresh_required, take_draft
from governance.access.models import Deputy, User
from governance.access.policy import ROLES, may
from governance.access.services import account_close, factors_forget, role_grant, role_revoke
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import DomainError, InvalidInputError, NotAllowedError, require

_MOST: Final = 200
Given = Mapping[str, Any]


def actor_of(request: HttpRequest) -> User:
    """Whoever asks: every page needs a signed-in person."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _reader(request: HttpRequest) -> User:
    actor = actor_of(request)
    require(may(actor, "people_read"))
    return actor


@cache_control(no_store=True)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who holds what now, who held what when, who stands in for whom."""
    _reader(request)
    form = MomentForm(request.GET or None)
    moment = None
    if form.is_valid():
        # The end of that day: what was given on it counts.
        moment = dt.datetime.combine(form.cleaned_data["at"], dt.time.max, dt.UTC)
    return render(
        request,
        "people/people.html",
        {
            "people": selectors.people(),
            "form": form,
            "moment": moment,
            "held": selectors.held_at(moment) if moment else (),
            "history": selectors.history()[:_MOST],
            "most": _MOST,
            "deputies": selectors.deputyships()[:_MOST],
            "today": clock.now().date(),
            "roles": ROLES,
        },
    )


def _deputy(person: User, given: Given, actor: User) -> str:
    deputy = User.objects.filter(username=given["deputy"]).first()
    if deputy is None:
        raise InvalidInputError(_("There is no account '%(deputy)s'.") % {"deputy": given["deputy"]})
    terms = {key: given[key] for key in ("role", "since", "until", "reason")}
    deputy_name(person=person, deputy=deputy, **terms, actor=actor)
    said = _("%(deputy)s stands in for %(person)s as %(role)s.")
    return said % {"deputy": deputy.username, "person": person.username, "role": given["role"]}


def _deputy_end(person: User, given: Given, actor: User) -> str:
    found = Deputy.objects.filter(person=person, pk=given["deputyship"]).first()
    if found is None:
        raise InvalidInputError(_("There is no such deputyship here."))
    deputy_withdraw(deputyship=found, reason=given["reason"], actor=actor)
    return _("The deputyship has ended.")


def _give(person: User, given: Given, actor: User) -> str:
    role_grant(user=person, role=given["role"], reason=given["reason"], actor=actor)
    said = _("%(person)s holds the role %(role)s now.")
    return said % {"person": person.username, "role": given["role"]}


def _take(person: User, given: Given, actor: User) -> str:
    role_revoke(user=person, role=given["role"], reason=given["reason"], actor=actor)
    said = _("%(person)s no longer holds the role %(role)s.")
    return said % {"person": person.username, "role": given["role"]}


def _close(person: User, given: Given, actor: User) -> str:
    account_close(user=person, reason=given["reason"], actor=actor)
    return _("The account %(person)s is closed.") % {"person": person.username}


def _forget(person: User, given: Given, actor: User) -> str:
    factors_forget(user=person, reason=given["reason"], actor=actor)
    said = _("%(person)s signs in with the password alone until a new second factor is set up.")
    return said % {"person": person.username}


_ACTS: Final[Mapping[str, tuple[type[PlainForm], Callable[[User, Given, User], str]]]] = MappingProxyType(
    {
        "give": (GiveForm, _give),
        "take": (TakeForm, _take),
        "close": (ReasonForm, _close),
        "forget": (ReasonForm, _forget),
        "deputy": (DeputyForm, _deputy),
        "deputy_end": (DeputyEndForm, _deputy_end),
    }
)


def _act(person: User, posted: QueryDict, actor: User) -> str:
    """Do what was asked; its sentence. Raises DomainError where it cannot be done."""
    known = _ACTS.get(str(posted.get("act")))
    if known is None:
        raise InvalidInputError(_("The page asked for something unknown; reload it."))
    form_class, call = known
    form = form_class(posted)
    if not form.is_valid():
        raise InvalidInputError(" ".join(f"{name}: {text}" for name, (text, *_) in form.errors.items()))
    return call(person, form.cleaned_data, actor)


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, username: str) -> HttpResponseBase:
    """One account: what it holds and held; for an admin the forms that change it."""
    _reader(request)
    return _person(request, get_object_or_404(User, username=username))


@fresh_required()
def _person(request: HttpRequest, found: User) -> HttpResponse:
    actor = actor_of(request)
    typed, refused, status = take_draft(request) if request.method == "GET" else None, "", 200
    if request.method == "POST":
        typed = request.POST
        try:
            said = _act(found, request.POST, actor)
        except DomainError as error:
            refused, status = str(error), 403 if isinstance(error, NotAllowedError) else 422
        else:
            request.session["said"] = said
            return HttpResponseRedirect(request.path)
    context = {
        "person": found,
        "held": selectors.open_grants(found),
        "history": selectors.history(found),
        "deputies": selectors.deputyships([found]),
        "today": clock.now().date(),
        "has_second_factor": selectors.has_second_factor(found),
        "manages": bool(may(actor, "role_grant")) and actor.pk != found.pk,
        "forms": _forms(typed),
        "typed": typed,
        "is_draft": typed is not None and not refused,
        "refused": refused,
        "said": "" if refused else request.session.pop("said", ""),
    }
    return render(request, "people/person.html", context, status=status)


def _forms(typed: QueryDict | None) -> dict[str, PlainForm]:
    """The forms of the page; the one that was sent holds what was typed."""
    act = typed.get("act") if typed else None
    return {
        name: kind(initial=typed.dict() if typed and name == act else None, auto_id=f"{name}_%s")
        for name, (kind, _) in _ACTS.items()
    }
