"""The epoch for open pages: as a stream, and as one number for whoever cannot hold a stream open."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from otdr_hub.hub import schemas
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.hub.live.pulse import Beat
from otdr_hub.hub.live.visitors import visitor_of

VISITOR = "otdr.visitor"


class EpochPayload(serializers.Serializer[Any]):
    """The governance epoch: what was read under another one is not to be shown any more."""

    epoch = serializers.IntegerField()


class EventRenderer(BaseRenderer):
    """Server-sent events; errors stay problems (`otdr_hub.errors`)."""

    media_type, format, charset = "text/event-stream", "events", "utf-8"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        """The beat, already in its own words."""
        return bytes(data)


@method_decorator(cache_control(no_store=True), name="dispatch")
class EpochView(APIView):
    """The epoch now."""

    @extend_schema(operation_id="epoch", responses={200: EpochPayload, **schemas.PROBLEMS})
    def get(self, request: Request) -> Response:  # noqa: ARG002 (a view)
        """Read from the database at this moment."""
        epoch = current_epoch()
        return numbered(Response({"epoch": epoch}), epoch)


@method_decorator(cache_control(no_store=True), name="dispatch")
class StreamView(APIView):
    """Server-sent events: `hb` each second, `epoch` when it moves, `down` when nobody knows it."""

    renderer_classes = [EventRenderer]

    @extend_schema(
        operation_id="stream",
        responses={(200, "text/event-stream"): OpenApiTypes.STR, **schemas.PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """The present epoch; the server that holds streams open goes on from here (`live.streams`)."""
        scope = getattr(request._request, "scope", None)
        if scope is not None:
            scope[VISITOR] = visitor_of(request)
        return Response(Beat("epoch", current_epoch()).text, headers={"X-Accel-Buffering": "no"})
