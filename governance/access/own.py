"""One's own account: what it holds, how it is protected, its tokens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access import keys, selectors
from governance.access.door import SecondFactorError, require_admitted
from governance.access.forms import TokenForm
from governance.access.fresh import fresh_required, take_draft
from governance.access.models import Token, User
from governance.access.policy import ROLES
from governance.access.tokens.services import token_create, token_revoke
from governance.access.views import actor_of
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import DomainError, InvalidInputError, NotAllowedError


def lacks_second_factor(person: User) -> bool:
    """Whether a role of this person asks for a second factor that is not there."""
    try:
        require_admitted(person)
    except SecondFactorError:
        return True
    except NotAllowedError:
        return False
    return False


@cache_control(no_store=True)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What this account is, and the ways to its protection and its tokens."""
    person = actor_of(request)
    context = {
        "held": [(grant, ROLES.get(grant.role, "")) for grant in selectors.open_grants(person)],
        "has_second_factor": selectors.has_second_factor(person),
        "lacks_second_factor": lacks_second_factor(person),
        "acting_for": selectors.acting_for(person, clock.now()),
        "tokens": selectors.tokens_of(person).filter(revocation=None, expires_at__gt=clock.now()).count(),
    }
    return render(request, "account/home.html", context)


def _make(request: HttpRequest, form: TokenForm) -> tuple[Token, str]:
    if not form.is_valid():
        raise InvalidInputError(_("Some fields need another look."))
    given = form.cleaned_data
    person = actor_of(request)
    return token_create(
        person=person, name=given["name"], scopes=given["scopes"], days=given["days"], actor=person
    )


def _revoke(request: HttpRequest) -> None:
    person = actor_of(request)
    found = Token.objects.filter(person=person, prefix=request.POST.get("prefix", "")).first()
    if found is None:
        raise InvalidInputError(_("There is no such token of yours."))
    token_revoke(token=found, actor=person)


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_required()
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens; a new one is shown in the answer that makes it, and never again."""
    draft = take_draft(request) if request.method == "GET" else None
    form = TokenForm(initial=_as_initial(draft) if draft else None)
    made, refused, status = "", "", 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "revoke":
                _revoke(request)
                return HttpResponseRedirect(reverse("account_tokens"))
            form = TokenForm(request.POST)
            _, made = _make(request, form)
            form = TokenForm()
        except DomainError as error:
            refused, status = str(error), 403 if isinstance(error, NotAllowedError) else 422
    context = {
        "form": form,
        "made": made,
        "refused": refused,
        "is_draft": draft is not None,
        "tokens": selectors.tokens_of(actor_of(request)),
        "scopes": keys.SCOPES,
        "now": clock.now(),
    }
    return render(request, "account/tokens.html", context, status=status)


def _as_initial(draft: QueryDict) -> dict[str, object]:
    return {**draft.dict(), "scopes": draft.getlist("scopes")}
