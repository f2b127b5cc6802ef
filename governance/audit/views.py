"""Pages of the record: the history, one entry, the export. They change nothing."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access.policy import may
from governance.access.views import actor_of
from governance.audit import history, pages
from governance.audit.exporting import lines
from governance.audit.verdict import checkpoint_words, verdict, verify_now
from governance.ledger.models import Head
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, require


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """The history; a posted form asks for a full check first."""
    actor, refused = actor_of(request), ""
    if request.method == "POST":
        verify_now(actor=actor)
    given = {name: value for name, value in request.GET.dict().items() if value}
    try:
        asked = history.chosen(given)
    except InvalidInputError as error:
        asked, refused = history.Chosen(), str(error)
    entries, older = history.page(asked=asked, actor=actor)
    page = pages.history_page(
        entries=entries, older=older, asked=asked, verdict=verdict(), people=history.people(),
        markets=history.markets(), now=clock.now(),
        ways=(pages.way(may(actor, "ledger_verify")), pages.way(may(actor, "ledger_export"))),
    )  # fmt: skip
    context = {"page": page, "refused": refused, "is_checked": request.method == "POST"}
    return render(request, "ledger/history.html", context, status=422 if refused else 200)


@cache_control(no_store=True)
@require_safe
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    """One entry: its sentence, its links, its checkpoint and, for who may, what it holds."""
    actor = actor_of(request)
    found = history.one(seq=seq, actor=actor) if seq < 2**63 else None
    if found is None:
        raise Http404
    page = pages.entry_page(
        found, names=dict(history.markets()), checkpoint=checkpoint_words(found),
        last=Head.objects.get(pk=1).seq, payload=may(actor, "entry_read"),
    )  # fmt: skip
    return render(request, "ledger/entry.html", {"page": page})


@cache_control(no_store=True)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Entries, checkpoints and public key as one file, for a check without us."""
    require(may(actor_of(request), "ledger_export"))
    return StreamingHttpResponse(
        lines(),
        content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="ledger.jsonl"'},
    )
