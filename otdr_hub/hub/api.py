"""The hub as JSON: the same reading, the same sentence, to the byte."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otdr_hub.errors import NotShownError
from otdr_hub.hub import schemas
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.noting import noted, reader_of
from otdr_hub.hub.payload import hub_payload, market_payload
from otdr_hub.hub.sentences import absence_in_words


@method_decorator(cache_control(no_store=True), name="dispatch")
class HubView(APIView):
    """The publication in force: roll-up, the markets that may be seen, and why the others may not."""

    @extend_schema(operation_id="hub", responses={200: schemas.HubPayload, **schemas.PROBLEMS})
    def get(self, request: Request) -> Response:
        """Read once, answer once."""
        reading = read_hub()
        noted(reader_of(request), "api", reading)
        return numbered(Response(hub_payload(reading)), reading.epoch)


@method_decorator(cache_control(no_store=True), name="dispatch")
class MarketView(APIView):
    """One market with its weeks; a `not-shown` problem when it may not be seen."""

    @extend_schema(operation_id="market", responses={200: schemas.MarketPayload, **schemas.PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        """The same body whether the market is unknown to us or hidden from the reader, but for its reason."""
        reading = read_hub(code)
        payload: dict[str, Any] | None = market_payload(reading, code)
        if payload is None:
            reasons = {absent.code: absence_in_words(absent) for absent in reading.not_shown}
            raise NotShownError(reasons.get(code, _("There is no such market here.")))
        noted(reader_of(request), "api", reading)
        return numbered(Response(payload), reading.epoch)
