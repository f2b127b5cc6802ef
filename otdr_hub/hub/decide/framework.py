"""The decision framework on a page: what is in effect, what was proposed, and the form of who proposes."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from governance.access.models import User
from governance.access.policy import may
from governance.access.views import actor_of
from governance.framework.models import FrameworkPolicy
from governance.framework.policy import diff, explain
from governance.framework.selectors import in_effect, newest, signers
from governance.framework.services import framework_propose
from otdr_hub.hub.decide.words import moment
from otdr_hub.hub.desk.forms import clean
from otdr_hub.hub.numbers import fingerprint
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib.outcome import ConflictError, DomainError, NotAllowedError, Refused


@dataclass(frozen=True, slots=True)
class Shown:
    """A framework in sentences: who proposed it and why, who has signed it."""

    name: str
    rules: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    reason: str
    by: str
    signed: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """What is in effect, what waits for signatures, and the form; `why_not` is why there is none."""

    current: Shown | None
    waiting: Shown | None
    document: str
    reason: str
    why_not: str
    wrong: str


def _shown(item: FrameworkPolicy, before: FrameworkPolicy | None) -> Shown:
    return Shown(
        item.name, explain(item.policy), diff(before.policy, item.policy) if before else (), item.reason,
        f"{item.proposed_by.username}, {moment(item.proposed_at)}", join_names(list(signers(item))),
        fingerprint(item.digest),
    )  # fmt: skip


def framework_page(reader: User, document: str = "", reason: str = "", wrong: str = "") -> FrameworkPage:
    """The page as one person sees it, with what they typed and why it was refused."""
    current, last = in_effect(), newest()
    waiting = last if last is not None and (current is None or last.pk > current.pk) else None
    allowed = may(reader, "framework_propose")
    return FrameworkPage(
        current=_shown(current, None) if current else None,
        waiting=_shown(waiting, current) if waiting else None,
        document=document or (current.document if current else ""), reason=reason,
        why_not=allowed.reason if isinstance(allowed, Refused) else "", wrong=wrong,
    )  # fmt: skip


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def framework(request: HttpRequest) -> HttpResponse:
    """Everybody reads it; sent as a form, the next one is proposed."""
    actor = actor_of(request)
    if request.method != "POST":
        return render(request, "decide/framework.html", {"page": framework_page(actor)})
    document, reason = clean(request.POST.get("document", "")), clean(request.POST.get("reason", ""))
    try:
        asked = framework_propose(document=document, reason=reason, actor=actor)
    except NotAllowedError:
        raise
    except DomainError as error:
        page = framework_page(actor, document, reason, str(error))
        status = 409 if isinstance(error, ConflictError) else 422
        return render(request, "decide/framework.html", {"page": page}, status=status)
    return HttpResponseRedirect(reverse("desk:signoff", args=[asked.pk]))
