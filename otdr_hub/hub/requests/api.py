"""Requests as JSON: the same rows, the same words, no figure of a market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.models import User
from governance.access.policy import may
from governance.requests.models import MetricRequest, RequestAnswer
from governance.requests.selectors import Standing, requests, standings
from otdr_hub.hub.desk.schemas import READING
from otdr_hub.hub.numbers import moment_text
from otdr_hub.hub.requests.draft import draft
from otdr_hub.hub.requests.page import market_names
from otdr_hub.lib.outcome import require


class MarketAnswerPart(serializers.Serializer[Any]):
    """What is decided of one market."""

    market = serializers.CharField()
    answer = serializers.ChoiceField(choices=RequestAnswer.Word.choices, allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    condition = serializers.CharField(allow_blank=True)
    impact = serializers.ListField(child=serializers.CharField())


class MetricRequestPayload(serializers.Serializer[Any]):
    """One request: what is asked, what it would take, what was decided, the draft of the answer."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    asks = serializers.CharField()
    purpose = serializers.CharField()
    by = serializers.CharField()
    at = serializers.CharField()
    assessment = serializers.CharField(allow_null=True)
    markets = MarketAnswerPart(many=True)
    draft = serializers.CharField(allow_blank=True)


class MetricRequestsPayload(serializers.Serializer[Any]):
    """`GET /api/v1/requests`, newest first."""

    requests = MetricRequestPayload(many=True)


def payload(request: MetricRequest, stand: Standing, names: Mapping[str, str]) -> dict[str, Any]:
    """One request as plain values. `names` are those of markets, by code."""
    answers, impact = stand.answers, stand.impact
    said = impact.said if impact else ()
    markets = []
    for code in request.codes:
        one = answers.get(code)
        markets.append({
            "market": code, "answer": one.answer if one else None, "reason": one.reason if one else "",
            "condition": one.condition if one else "",
            "impact": [text for market, text in said if market == code],
        })  # fmt: skip
    return {
        "number": request.pk, "title": request.title, "asks": request.asks, "purpose": request.purpose,
        "by": request.asked_by.username, "at": moment_text(request.asked_at),
        "assessment": impact.table if impact else None, "markets": markets,
        "draft": draft(request, stand, names),
    }  # fmt: skip


@method_decorator(cache_control(no_store=True), name="dispatch")
class RequestsView(APIView):
    """All requests for more of the metric."""

    @extend_schema(operation_id="requests", responses={200: MetricRequestsPayload, **READING})
    def get(self, request: Request) -> Response:
        """Newest first."""
        require(may(cast(User, request.user), "scope_read"))
        rows, names = list(requests()), market_names()
        stands = standings(rows)
        return Response({"requests": [payload(one, stands[one.pk], names) for one in rows]})


@method_decorator(cache_control(no_store=True), name="dispatch")
class RequestView(APIView):
    """One request for more of the metric."""

    @extend_schema(operation_id="request", responses={200: MetricRequestPayload, **READING})
    def get(self, request: Request, number: int) -> Response:
        """What was asked, assessed and decided."""
        require(may(cast(User, request.user), "scope_read"))
        found = requests().filter(pk=number).first()
        if found is None:
            raise Http404
        return Response(payload(found, standings([found])[found.pk], market_names()))
