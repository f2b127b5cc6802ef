"""The kill switch as JSON: the same services and the same rules as the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.fresh import require_fresh
from governance.access.models import User
from governance.access.once import done_once
from governance.access.policy import may
from governance.access.views import actor_of
from governance.killswitch.models import Shutoff
from governance.killswitch.selectors import history, open_ask, open_asks
from governance.killswitch.services import lift_ask, shutoff_activate, shutoff_explain
from governance.ledger.selectors import epoch
from otdr_hub.hub.desk import schemas
from otdr_hub.hub.switch.names import reason_of
from otdr_hub.hub.switch.schemas import (
    OnRequest,
    OnRequested,
    ShutoffDone,
    ShutoffPart,
    ShutoffReasonRequest,
    ShutoffRequest,
    ShutoffsPayload,
)
from otdr_hub.lib.outcome import require

never_kept = method_decorator(cache_control(no_store=True), name="dispatch")
_MOST = 200


def _actor(request: Request) -> User:
    return actor_of(request._request) if not isinstance(request.user, User) else request.user


def _part(shutoff: Shutoff, *, may_read: bool, is_asked: bool) -> dict[str, Any]:
    lift = getattr(shutoff, "lift", None)
    return {
        "id": shutoff.pk,
        "scope": {"market": shutoff.market, "breakout": shutoff.breakout, "value": shutoff.value},
        "category": str(shutoff.category),
        "reason": reason_of(shutoff) if may_read else None,
        "by": shutoff.by.username,
        "at": shutoff.at,
        "lifted_at": lift.lifted_at if lift else None,
        "on_requested": is_asked,
    }


def _whole(shutoff: Shutoff) -> dict[str, Any]:
    return _part(shutoff, may_read=True, is_asked=open_ask(shutoff) is not None)


def _checked(serializer: Any, request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _found(number: int) -> Shutoff:
    found = Shutoff.objects.filter(pk=number).select_related("by").first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


@never_kept
class ShutoffsView(APIView):
    """What is switched off, and switching off."""

    @extend_schema(operation_id="shutoffs", responses={200: ShutoffsPayload, **schemas.READING})
    def get(self, request: Request) -> Response:
        """Newest first; no number, and reasons only for who may act or audit."""
        may_read = bool(may(_actor(request), "shutoff_read"))
        newest = list(history()[:_MOST])
        asked = open_asks(newest)
        found = [_part(one, may_read=may_read, is_asked=one.pk in asked) for one in newest]
        return Response({"epoch": epoch(), "shutoffs": found})

    @extend_schema(
        operation_id="shutoff_activate",
        parameters=[schemas.KEY],
        request=ShutoffRequest,
        responses={201: ShutoffDone, **schemas.WRITING},
    )
    def post(self, request: Request) -> Response:
        """In effect with the answer. 409 when it is off already."""
        actor = _actor(request)
        require(may(actor, "shutoff_activate"))
        given = _checked(ShutoffRequest, request)

        def act() -> Response:
            shutoff = shutoff_activate(
                **given["scope"], category=given["category"], reason=given.get("reason", ""), actor=actor
            )
            return Response(
                {**_part(shutoff, may_read=True, is_asked=open_ask(shutoff) is not None), "epoch": epoch()},
                status=201,
            )

        return done_once(request, act)


@never_kept
class ReasonView(APIView):
    """Why, after the fact."""

    @extend_schema(
        operation_id="shutoff_reason",
        parameters=[schemas.KEY],
        request=ShutoffReasonRequest,
        responses={201: ShutoffPart, **schemas.WRITING},
    )
    def post(self, request: Request, number: int) -> Response:
        """Added once, and not changed afterwards."""
        actor = _actor(request)
        require(may(actor, "shutoff_explain"))
        found = _found(number)
        given = _checked(ShutoffReasonRequest, request)

        def act() -> Response:
            shutoff_explain(shutoff=found, reason=given["reason"], actor=actor)
            return Response(_whole(_found(number)), status=201)

        return done_once(request, act)


@never_kept
class OnRequestView(APIView):
    """Opening the gate."""

    @extend_schema(
        operation_id="shutoff_on_request",
        parameters=[schemas.KEY],
        request=OnRequest,
        responses={201: OnRequested, **schemas.WRITING},
    )
    def post(self, request: Request, number: int) -> Response:
        """Asks the departments; by a person who has just proven to be there."""
        actor = _actor(request)
        require(may(actor, "lift_ask"))
        found = _found(number)
        require_fresh(request._request)
        given = _checked(OnRequest, request)

        def act() -> Response:
            asked = lift_ask(shutoff=found, evidence=given["evidence"], actor=actor)
            digests = list(asked.lines.values_list("digest", flat=True))
            return Response({"signoff": asked.pk, "digests": digests}, status=201)

        return done_once(request, act)
