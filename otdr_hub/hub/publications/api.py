"""Publications, verifying and corrections as JSON: the same readings, the same words, the same services."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.fresh import require_fresh
from governance.access.once import done_once
from governance.access.policy import may
from governance.publication.models import Publication
from governance.publication.notices.selectors import notices
from governance.publication.notices.services import notice_acknowledge
from governance.publication.selectors import states
from governance.publication.services import publication_rollback
from otdr_hub.hub.desk.looked import seen
from otdr_hub.hub.freshness import numbered
from otdr_hub.hub.guarded import read_publications
from otdr_hub.hub.noting import noted, reader_of
from otdr_hub.hub.numbers import moment_text
from otdr_hub.hub.payload import hub_payload
from otdr_hub.hub.publications import correcting, schemas, words
from otdr_hub.hub.publications.comparing import compared
from otdr_hub.hub.publications.comparing import payload as comparison_payload
from otdr_hub.hub.publications.pages import before, names
from otdr_hub.hub.publications.verifying import state_payload, verify_payload
from otdr_hub.hub.publications.views import against, publication_of
from otdr_hub.hub.reading import Reading
from otdr_hub.lib.outcome import require
from otdr_hub.lib.shortid import code_of, name_of, number_in

never_kept = method_decorator(cache_control(no_store=True), name="dispatch")


def head(one: Publication, previous: Publication | None = None) -> dict[str, Any]:
    """Who published what when, what it changed and what it is worth now."""
    called = names()
    return {
        "id": name_of(one.number), "code": code_of(one.number, one.digest), "by": words.by(one),
        "at": moment_text(one.published_at), "change": words.change_sentence(one, previous, called),
        "standing": state_payload(states([one])[one.number], called),
    }  # fmt: skip


def body(one: Publication, readings: list[Reading]) -> dict[str, Any]:
    """One publication with its numbers, as far as they may be seen now."""
    found = compared(readings[1], readings[0]) if len(readings) > 1 else None
    return {
        **hub_payload(readings[0]),
        **head(one, before(one)),
        "taken_back_by": name_of(readings[0].taken_back_by) if readings[0].taken_back_by else None,
        "comparison": comparison_payload(found) if found else None,
    }


@never_kept
class PublicationView(APIView):
    """One publication: numbers only of markets that may be seen now, and its change in four parts."""

    @extend_schema(
        operation_id="publication",
        parameters=[OpenApiParameter("against", description="P-3; the one before if not given")],
        responses={200: schemas.PublicationPayload, **schemas.PROBLEMS},
    )
    def get(self, request: Request, ref: str) -> Response:
        """Read both publications in one statement, answer once."""
        one = publication_of(ref)
        other = against(one, request.query_params.get("against", ""))
        readings = read_publications(*(number for number in (one.number, other) if number))
        noted(reader_of(request), "api", *readings)
        return numbered(Response(body(one, readings)), readings[0].epoch)


@never_kept
class RollbackView(APIView):
    """Showing an earlier publication again."""

    @extend_schema(
        operation_id="publication_rollback",
        parameters=[schemas.IF_MATCH, schemas.KEY],
        request=schemas.RollbackRequest,
        responses={201: schemas.RolledBack, **schemas.WRITING},
    )
    def post(self, request: Request, ref: str) -> Response:
        """One act; `If-Match` names the publication in force as it was looked at, such as `"P-12"`."""
        actor = reader_of(request)
        require(may(actor, "publication_rollback"))
        require_fresh(request._request)
        one = publication_of(ref)
        over = number_in(seen(request)) or 0
        given = schemas.RollbackRequest(data=request.data)
        given.is_valid(raise_exception=True)

        def call() -> Response:
            again = publication_rollback(
                publication=one, reason=given.validated_data["reason"], over=over, actor=actor
            )
            said = {
                "publication": str(again),
                "code": code_of(again.number, again.digest),
                "digest": again.digest,
            }
            return Response(said, status=201)

        return done_once(request, call)


@never_kept
class VerifyView(APIView):
    """Is a code printed beside a number still good? No number in the answer."""

    @extend_schema(operation_id="verify", responses={200: schemas.VerifyPayload, **schemas.PROBLEMS})
    def get(self, request: Request, code: str) -> Response:  # noqa: ARG002 (a view)
        """Valid, superseded or withdrawn; 404 for a code that was never given."""
        answer = verify_payload(code)
        if answer is None:
            raise Http404
        return Response(answer)


@never_kept
class NoticesView(APIView):
    """Corrections of what the reader opened or exported."""

    @extend_schema(operation_id="notices", responses={200: schemas.NoticesPayload, **schemas.PROBLEMS})
    def get(self, request: Request) -> Response:
        """Newest first, with what was seen before and when it was acknowledged."""
        return Response({"notices": correcting.payload(notices(reader_of(request).pk))})


@never_kept
class AcknowledgeView(APIView):
    """Taking note of corrections."""

    @extend_schema(
        operation_id="notices_acknowledge",
        parameters=[schemas.KEY],
        request=schemas.AcknowledgeRequest,
        responses={200: schemas.Acknowledged, **schemas.WRITING},
    )
    def post(self, request: Request) -> Response:
        """One act for all of them."""
        actor = reader_of(request)
        given = schemas.AcknowledgeRequest(data=request.data)
        given.is_valid(raise_exception=True)

        def call() -> Response:
            said = notice_acknowledge(events=given.validated_data["events"], actor=actor)
            return Response({"acknowledged": [one.event for one in said]})

        return done_once(request, call)
