"""What needs you, and the signing page. Every act is a service call; a page only says what it answered."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access.fresh import fresh_required, proven_at, take_draft
from governance.access.models import User
from governance.access.policy import may
from governance.access.views import actor_of
from governance.signoffs.models import SignoffLine, SignoffRequest
from governance.signoffs.selectors import is_party
from governance.signoffs.services import request_sign, signature_withdraw
from governance.signoffs.statements import attested
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.forms import Answers, answers_of, clean
from otdr_hub.hub.desk.inbox import inbox_page
from otdr_hub.hub.desk.signing import fingerprint_of, roles_for, signing_page
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, NotAllowedError, require

_SAID = "desk-said"


@cache_control(no_store=True)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One list per person."""
    return render(request, "desk/inbox.html", {"page": inbox_page(actor_of(request))})


def readable_request(number: int, person: User) -> SignoffRequest:
    """The request, for those who sign, decide or audit, and for a deputy it was passed on to.

    Raises Http404 where there is none, NotAllowedError for anybody else.
    """
    answer = may(person, "signoff_read")
    found = SignoffRequest.objects.filter(pk=number).select_related("opened_by")
    request = found.prefetch_related("escalations").first()
    if not answer and (request is None or not is_party(request, person)):
        require(answer)
    if request is None:
        raise Http404
    return request


def _role(wanted: str, found: SignoffRequest, person: User) -> str:
    """The department answered for: the one wanted, or the first that is asked; none for a reader."""
    roles = roles_for(found, person)
    return wanted if wanted in roles else (roles[0] if roles else "")


def _status(error: DomainError) -> int:
    if isinstance(error, NotAllowedError):
        return 403
    return 409 if isinstance(error, ConflictError) else 422


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def signoff(request: HttpRequest, number: int) -> HttpResponse:
    """All lines of a request on one page, answered in one act."""
    return cast(HttpResponse, _signoff(request, readable_request(number, actor_of(request))))


@fresh_required()
def _signoff(request: HttpRequest, found: SignoffRequest) -> HttpResponse:
    person = actor_of(request)
    lines = list(found.lines.order_by("pk"))
    draft = take_draft(request) if request.method == "GET" else None
    sent = request.POST if request.method == "POST" else draft
    role = _role((sent or request.GET).get("for", ""), found, person)
    typed = answers_of(sent, lines) if sent and sent.get("act") != "withdraw" else Answers()
    if draft is not None:
        # What is wrong with a draft is said when it is sent, not before.
        typed = Answers(typed.typed, {}, typed.attests, typed.statement, typed.seen)
    problem, status = "", 200
    if request.method == "POST":
        try:
            said = _act(request, found, lines, typed, role)
        except DomainError as error:
            problem, status = str(error), _status(error)
        else:
            request.session[_SAID] = said
            return HttpResponseRedirect(f"{request.path}?for={role}" if role else request.path)
    message = "" if problem else request.session.pop(_SAID, "")
    epoch = current_epoch()
    page = signing_page(
        found, person, role, typed, problem=problem, is_draft=draft is not None, message=message,
        reason=sent.get("reason", "") if sent else "",
    )  # fmt: skip
    return numbered(render(request, "desk/signing.html", {"page": page}, status=status), epoch)


def _act(
    request: HttpRequest, found: SignoffRequest, lines: list[SignoffLine], typed: Answers, role: str
) -> str:
    """Do what was asked; its sentence. Raises DomainError where it cannot be done."""
    if request.POST.get("act") == "withdraw":
        return _withdraw(request.POST, found, lines, actor_of(request))
    if typed.seen != fingerprint_of(found, lines):
        raise ConflictError(_("This is not what the page showed when it was opened; read it, then sign."))
    if typed.problems:
        raise InvalidInputError(_("Some lines need another look; nothing was signed."))
    if not typed.attests:
        raise InvalidInputError(_("Tick the statement to sign: a signature says what was reviewed."))
    given = typed.given(lines)
    if not given:
        raise InvalidInputError(_("Every line was left open, so there is nothing to sign."))
    moment = proven_at(request)
    if moment is None:
        raise NotAllowedError(_("Sign in again first."))
    request_sign(
        request=found, role=role, answers=given, statement=attested(found.act, role, typed.statement),
        authenticated_at=moment, actor=actor_of(request),
    )  # fmt: skip
    return ngettext(
        "You answered %(number)d line for %(department)s.",
        "You answered %(number)d lines for %(department)s.",
        len(given),
    ) % {"number": len(given), "department": words.department(role)}


def _withdraw(posted: QueryDict, found: SignoffRequest, lines: list[SignoffLine], person: User) -> str:
    chosen = set(posted.getlist("line"))
    digests = [line.digest for line in lines if str(line.pk) in chosen]
    if not digests:
        raise InvalidInputError(_("Choose the lines whose answer you take back."))
    gone = signature_withdraw(
        request=found, digests=digests, reason=clean(posted.get("reason", "")), actor=person
    )
    return ngettext(
        "You took back your answer to %(number)d line. You may answer it again.",
        "You took back your answers to %(number)d lines. You may answer them again.",
        len(gone),
    ) % {"number": len(gone)}
