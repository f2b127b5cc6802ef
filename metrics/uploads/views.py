"""Pages for people who feed data: what came, what is missing, and a form to send a file. No script needed."""

from __future__ import annotations

import uuid
from itertools import islice
from typing import Final, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from governance.access.models import User
from governance.access.policy import may
from metrics.events import selectors as batches
from metrics.events.models import Batch
from metrics.events.rhythm import feeds
from metrics.uploads import pages, selectors, shapes
from metrics.uploads.forms import Filled, filled, only_file, sending_of
from metrics.uploads.queue import send
from metrics.uploads.services import upload_receive
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import DomainError, NotAllowedError, require

_PIECE: Final = 1 << 20
_ON_A_PAGE: Final = 25
# The browser asks again after so many seconds, by itself and without a script.
_AGAIN: Final = "2"


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


def _chosen(request: HttpRequest) -> tuple[str, str, int | None]:
    """Kind, state and where the page begins; what is no choice is none."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    before = request.GET.get("before", "")
    return (
        kind if kind in shapes.KINDS else "",
        state if state in Batch.State.values else "",
        int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    )


def _listed(request: HttpRequest, form: Filled, status: int = 200) -> HttpResponse:
    actor, now = _actor(request), clock.now()
    kind, state, before = _chosen(request)
    found, older = batches.page(kind=kind, state=state, before=before, limit=_ON_A_PAGE, actor=actor)
    query = {name: value for name, value in (("kind", kind), ("state", state)) if value}
    page = pages.list_page(
        found=found,
        feeds=feeds(batches.arrivals(now=now, actor=actor), now),
        uploads=selectors.open_ones(actor=actor),
        now=now,
        older=f"?{urlencode({**query, 'before': older})}" if older else "",
        chosen=(kind, state),
        form=form if may(actor, "batch_ingest") else None,
    )
    return render(request, "batches/list.html", {"page": page}, status=status)


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """What came and what is missing; a posted form sends a file."""
    if request.method != "POST":
        return _listed(request, Filled())
    actor = _actor(request)
    require(may(actor, "batch_ingest"))
    form = filled(request.POST.dict())
    try:
        file = only_file(request.FILES)
        sending = sending_of(form.kind, file.name or "", form.fields(), request.FILES, "")
        upload, _ = upload_receive(pieces=file.chunks(_PIECE), sending=sending, actor=actor)
    except NotAllowedError:
        raise
    except DomainError as error:
        return _listed(request, form.with_problem(str(error)), status=422)
    send(upload)
    return HttpResponseRedirect(reverse("batches:upload", kwargs={"upload": upload.pk}))


@cache_control(no_store=True)
@require_safe
def batch(request: HttpRequest, number: int) -> HttpResponse:
    """One batch: reasons, the first lines set aside, fingerprints."""
    actor = _actor(request)
    found = batches.one(number=number, actor=actor)
    if found is None:
        raise Http404
    lines = list(islice(batches.quarantine(batch=found, actor=actor), pages.SHOWN_LINES))
    page = pages.batch_page(found, lines, selectors.manifest_of(found.pk))
    return render(request, "batches/batch.html", {"page": page})


@cache_control(no_store=True)
@require_safe
def upload(request: HttpRequest, upload: uuid.UUID) -> HttpResponse:
    """How far an upload is; the page asks again by itself until it has ended."""
    found = selectors.one(upload=upload, actor=_actor(request))
    if found is None:
        raise Http404
    page = pages.upload_page(found)
    answer = render(request, "batches/upload.html", {"page": page})
    if page.is_open:
        answer["Refresh"] = _AGAIN
    return answer
