"""The kill switch as JSON: the same services and the same rules as the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.fresh import require_fresh
from governance.access.models import User
from governance.access.once import done_once
from governance.access.policy import may
from governance.access.views import actor_of
from governance.killswitch.models import Shutoff
from governance.killswitch.selectors import history
from governance.killswitch.services import CATEGORIES, lift_ask, shutoff_activate, shutoff_explain
from governance.ledger.selectors import epoch
from otdr_hub.hub.desk import schemas
from otdr_hub.hub.switch.names import reason_of
from otdr_hub.hub.switch.rows import is_asked
from otdr_hub.lib.outcome import require

never_kept = method_decorator(cache_control(no_store=True), name="dispatch")
_MOST = 200


class ScopeKey(serializers.Serializer[Any]):
    """What is off: a market (`global`: every one), and within it all or `carrier` figures."""

    market = serializers.CharField(max_length=8)
    breakout = serializers.CharField(max_length=20, required=False, default="-")
    value = serializers.CharField(max_length=80, required=False, default="-")


class ShutoffRequest(serializers.Serializer[Any]):
    """Switch a scope key off. The reason may follow within the hour."""

    scope = ScopeKey()
    category = serializers.ChoiceField(choices=[(value, value) for value in CATEGORIES])
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class ShutoffReasonRequest(serializers.Serializer[Any]):
    """Why, after the fact."""

    reason = serializers.CharField(max_length=300)


class OnRequest(serializers.Serializer[Any]):
    """What was wrong, and how it is known to be right now."""

    evidence = serializers.CharField(max_length=1000)


class ShutoffPart(serializers.Serializer[Any]):
    """One use of the kill switch. `reason` is null for whoever may not read it: it can carry a number."""

    id = serializers.IntegerField()
    scope = ScopeKey()
    category = serializers.CharField()
    reason = serializers.CharField(allow_null=True, allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    on_requested = serializers.BooleanField()


class ShutoffDone(ShutoffPart):
    """The same with the epoch it made: no answer read under that epoch or a later one shows it."""

    epoch = serializers.IntegerField()


class ShutoffsPayload(serializers.Serializer[Any]):
    """`GET /api/v1/shutoffs`: the newest two hundred."""

    epoch = serializers.IntegerField()
    shutoffs = ShutoffPart(many=True)


class OnRequested(serializers.Serializer[Any]):
    """The request the departments answer at `/api/v1/signoffs/{signoff}`."""

    signoff = serializers.IntegerField()
    digests = serializers.ListField(child=serializers.CharField())


def _actor(request: Request) -> User:
    return actor_of(request._request) if not isinstance(request.user, User) else request.user


def _part(shutoff: Shutoff, *, may_read: bool) -> dict[str, Any]:
    lift = getattr(shutoff, "lift", None)
    return {
        "id": shutoff.pk,
        "scope": {"market": shutoff.market, "breakout": shutoff.breakout, "value": shutoff.value},
        "category": str(shutoff.category),
        "reason": reason_of(shutoff) if may_read else None,
        "by": shutoff.by.username,
        "at": shutoff.at,
        "lifted_at": lift.lifted_at if lift else None,
        "on_requested": lift is None and is_asked(shutoff),
    }


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
        found = [_part(one, may_read=may_read) for one in history()[:_MOST]]
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
            return Response({**_part(shutoff, may_read=True), "epoch": epoch()}, status=201)

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
            return Response(_part(_found(number), may_read=True), status=201)

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
