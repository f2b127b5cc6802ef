"""Has this person just proven to be there? Asked before anything is signed, given or taken.

A page uses `fresh_required` around its view: a form sent without a recent proof is kept, its sender
proves who they are, comes back to the page, and finds what was typed (`take_draft`). An API view calls
`require_fresh`. Services are told by `is_fresh`, as a plain yes or no.
"""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from otdr_hub.lib.outcome import NotAllowedError

View = Callable[..., HttpResponseBase]
_DRAFTS: Final = "drafts"
_MOST_DRAFTS: Final = 5
_LONGEST_DRAFT: Final = 50_000
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class ReauthenticateError(NotAllowedError):
    """The act takes a recent proof of who acts: a password, a code or a passkey."""

    slug = "re-authenticate"


def proven_at(request: HttpRequest) -> dt.datetime | None:
    """When the person of this session last gave a password, a code or a passkey."""
    if not request.user.is_authenticated:
        return None
    moments = [float(record["at"]) for record in get_authentication_records(request, request.user)]
    return dt.datetime.fromtimestamp(max(moments), dt.UTC) if moments else None


def is_fresh(request: HttpRequest) -> bool:
    """Whether that was within the time the settings allow. A token is never a proof of a person."""
    moment = proven_at(request)
    if moment is None:
        return False
    age = time.time() - moment.timestamp()
    return 0 <= age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def require_fresh(request: HttpRequest) -> None:
    """Raise ReauthenticateError unless the request is fresh; for views of the API."""
    if not is_fresh(request):
        raise ReauthenticateError(
            _(
                "Confirm first that it is you, at /accounts/reauthenticate/ in this session, then send it"
                " again."
            )
        )


def fresh_required(page: Callable[..., str] | None = None) -> Callable[[View], View]:
    """Decorate a view: a form is taken only from somebody who has just proven to be there.

    `page(request, **kwargs)` is the address of the form where that is not the address it is sent to.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in _SAFE or is_fresh(request):
                return view(request, *args, **kwargs)
            address = page(request, *args, **kwargs) if page else request.path
            _keep(request, address)
            return HttpResponseRedirect(f"{_door(request)}?{urlencode({'next': address})}")

        return guarded

    return decorate


def _door(request: HttpRequest) -> str:
    """Where one proves who one is; who has no means of it yet is led to setting one up."""
    return reverse("account_reauthenticate" if get_reauthentication_flows(request.user) else "mfa_index")


def _keep(request: HttpRequest, address: str) -> None:
    """Keep the form in the session, without its secrets; only the newest few, and none that is huge."""
    typed = request.POST.copy()
    for name in list(typed):
        if name == "csrfmiddlewaretoken" or "password" in name:
            del typed[name]
    text = typed.urlencode()
    drafts = dict(request.session.get(_DRAFTS, {}))
    drafts.pop(address, None)
    if len(text) <= _LONGEST_DRAFT:
        drafts[address] = text
    request.session[_DRAFTS] = dict(list(drafts.items())[-_MOST_DRAFTS:])


def take_draft(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before its sender had to prove who they are; given once."""
    drafts = dict(request.session.get(_DRAFTS, {}))
    text = drafts.pop(request.path, None)
    if text is None:
        return None
    request.session[_DRAFTS] = drafts
    return QueryDict(text)
