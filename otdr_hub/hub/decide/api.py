"""Go/no-go in the API: the same board, the same services, the same refusals."""

from __future__ import annotations

from typing import Any, cast

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.fresh import require_fresh
from governance.access.models import User
from governance.access.once import done_once
from governance.decisions import board
from governance.decisions.selectors import may_decide
from governance.decisions.services import decision_make
from governance.launch.selectors import current
from otdr_hub.hub.decide.payload import (
    DecisionPart,
    DecisionRequest,
    DecisionsPayload,
    decision_payload,
    decisions_payload,
)
from otdr_hub.hub.desk.looked import etag, seen
from otdr_hub.hub.desk.schemas import IF_MATCH, KEY, READING, WRITING
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


def _first(errors: Any, field: str = "") -> str:
    """The first thing that is wrong with a body, with the name of its field."""
    if isinstance(errors, dict):
        name, inner = next(iter(errors.items()))
        return _first(inner, str(name))
    said = str(errors[0]) if isinstance(errors, list) else str(errors)
    return f"{field}: {said}" if field and field != "non_field_errors" else said


@method_decorator(cache_control(no_store=True), name="dispatch")
class DecisionsView(APIView):
    """The current launch: its gates, its seats' verdicts, what the chair decided."""

    @extend_schema(operation_id="decisions", responses={200: DecisionsPayload, **READING})
    def get(self, request: Request) -> Response:
        """Everything a decision would rest on now, and `seen`, its fingerprint."""
        epoch, launch = current_epoch(), current()
        found = board.read(launch) if launch else None
        answer = numbered(Response(decisions_payload(found, cast(User, request.user))), epoch)
        for name, value in (etag(found.digest) if found else {}).items():
            answer[name] = value
        return answer

    @extend_schema(
        operation_id="decide",
        request=DecisionRequest,
        parameters=[IF_MATCH, KEY],
        responses={201: DecisionPart, **WRITING},
    )
    def post(self, request: Request) -> Response:
        """Decide from the chair, on exactly what was seen. Takes a session and a recent proof of who acts."""
        launch, actor = current(), cast(User, request.user)
        if launch is None:
            raise ConflictError(_("No launch is planned, so there is nothing to decide."))
        require(may_decide(launch, actor))
        require_fresh(request)
        body = DecisionRequest(data=request.data)
        if not body.is_valid():
            raise InvalidInputError(_first(body.errors))
        looked_at = seen(request)

        def act() -> Response:
            decision = decision_make(launch=launch, seen=looked_at, actor=actor, **body.validated_data)
            return Response(decision_payload(decision), status=201)

        return done_once(request, act)
