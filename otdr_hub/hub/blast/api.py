"""The blast radius as JSON: the same figures as integers and texts, for the same readers."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.models import User
from governance.access.policy import may
from governance.markets.models import Market
from metrics.operator.blast import Blast
from metrics.operator.effect import Sum
from otdr_hub.hub.blast.asking import asked
from otdr_hub.hub.desk.schemas import READING
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.hub.numbers import moment_text
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import require


class SumPart(serializers.Serializer[Any]):
    """Shipments on time, and due."""

    on_time = serializers.IntegerField()
    due = serializers.IntegerField()


class BlastWeekPart(serializers.Serializer[Any]):
    """One week's roll-up with and without the suspect numbers."""

    week = serializers.CharField()
    suspect = serializers.BooleanField()
    included = SumPart()
    left_out = SumPart()
    constant_included = SumPart()
    constant_left_out = SumPart()


class BlastNearPart(serializers.Serializer[Any]):
    """A carrier or lane near the threshold."""

    market = serializers.CharField()
    breakout = serializers.ChoiceField(choices=["carrier", "lane"])
    name = serializers.CharField(allow_blank=True)
    included = SumPart()
    left_out = SumPart()
    crosses = serializers.BooleanField()


class BlastReaderPart(serializers.Serializer[Any]):
    """Who has seen it."""

    person = serializers.CharField()
    publication = serializers.CharField()
    surface = serializers.CharField()
    what = serializers.CharField()
    at = serializers.CharField()


class BlastPayload(serializers.Serializer[Any]):
    """`GET /api/v1/blast/<market>`; none is near of the markets in `near_off`: carriers are switched off."""

    markets = serializers.ListField(child=serializers.CharField())
    since = serializers.CharField()
    through = serializers.CharField()
    threshold = serializers.CharField()
    within = serializers.CharField()
    weeks = BlastWeekPart(many=True)
    constant_set = serializers.ListField(child=serializers.CharField())
    near = BlastNearPart(many=True)
    near_off = serializers.ListField(child=serializers.CharField())
    readers = BlastReaderPart(many=True)


def _sum(part: Sum) -> dict[str, int]:
    return {"on_time": part.on_time, "due": part.due}


def payload(found: Blast) -> dict[str, Any]:
    """A blast radius as plain values."""
    return {
        "markets": list(found.markets), "since": weeks.label(found.since),
        "through": weeks.label(found.through), "threshold": f"{found.threshold:f}",
        "within": f"{found.within:f}",
        "weeks": [
            {
                "week": weeks.label(one.monday), "suspect": one.monday >= found.since,
                "included": _sum(one.included), "left_out": _sum(one.left_out),
                "constant_included": _sum(one.steady_included),
                "constant_left_out": _sum(one.steady_left_out),
            }
            for one in found.weeks
        ],
        "constant_set": list(found.steady),
        "near": [
            {
                "market": one.market, "breakout": one.kind, "name": one.name, "included": _sum(one.included),
                "left_out": _sum(one.left_out), "crosses": one.crosses,
            }
            for one in found.near
        ],
        "near_off": list(found.near_off),
        "readers": [
            {
                "person": one.person, "publication": one.publication, "surface": one.surface,
                "what": one.what, "at": moment_text(one.at),
            }
            for one in found.readers
        ],
    }  # fmt: skip


_ASKED = [
    OpenApiParameter("since", description="first suspect week, like 2026-W46; the last if not given"),
    OpenApiParameter("through", description="last week looked at; the last whole one if not given"),
    OpenApiParameter("threshold", description="per cent; the target if not given"),
    OpenApiParameter("within", description="points; 2 if not given"),
]  # fmt: skip


@method_decorator(cache_control(no_store=True), name="dispatch")
class BlastView(APIView):
    """What a market's suspect numbers would do if they were shown, and who has seen them."""

    @extend_schema(operation_id="blast", parameters=_ASKED, responses={200: BlastPayload, **READING})
    def get(self, request: Request, market: str) -> Response:
        """With and without them: by week, for the constant set, for carriers and lanes near a threshold."""
        actor = cast(User, request.user)
        require(may(actor, "measures_read"))
        epoch = current_epoch()
        found = Market.objects.filter(code=market.upper()).first()
        if found is None:
            raise Http404
        given = {
            name: request.query_params.get(name, "") for name in ("since", "through", "threshold", "within")
        }
        return numbered(Response(payload(asked(found.code, given, actor))), epoch)
