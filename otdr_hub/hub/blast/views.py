"""The blast radius of one market's numbers, on a page of its own."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from governance.access.policy import may
from governance.access.views import actor_of
from governance.markets.models import Market
from otdr_hub.hub.blast.asking import asked
from otdr_hub.hub.blast.part import blast_part
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


@cache_control(no_store=True)
@require_safe
def blast(request: HttpRequest, code: str) -> HttpResponse:
    """`?since=2026-W46&through=2026-W47&threshold=90&within=2`; none of them has to be given."""
    actor = actor_of(request)
    require(may(actor, "measures_read"))
    market = Market.objects.filter(code=code.upper()).first()
    if market is None:
        raise Http404
    epoch = current_epoch()
    given = {name: request.GET.get(name, "") for name in ("since", "through", "threshold", "within")}
    context, status = {"market": market, "given": given, "blast": None, "problem": ""}, 200
    try:
        context["blast"] = blast_part(asked(market.code, given, actor))
    except (InvalidInputError, ConflictError) as error:
        context["problem"], status = str(error), 409 if isinstance(error, ConflictError) else 422
    return numbered(render(request, "blast/blast.html", context, status=status), epoch)
