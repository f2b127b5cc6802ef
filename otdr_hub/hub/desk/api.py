"""Sign-offs, scope and publications as JSON: the same services and the same rules as the pages."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.fresh import proven_at, require_fresh
from governance.access.models import User
from governance.access.once import done_once
from governance.access.policy import may
from governance.access.views import actor_of
from governance.publication.selectors import publications
from governance.signoffs.outstanding import outstanding
from governance.signoffs.services import LineAnswer, request_sign, signature_withdraw
from governance.signoffs.statements import attested
from otdr_hub.hub.desk import payload, schemas
from otdr_hub.hub.desk.board import breakouts
from otdr_hub.hub.desk.deciding import decide, ground
from otdr_hub.hub.desk.forms import Choice, choice_of
from otdr_hub.hub.desk.looked import etag, seen
from otdr_hub.hub.desk.publishing import offer, publish
from otdr_hub.hub.desk.signing import fingerprint_of
from otdr_hub.hub.desk.standing import standings, version_in_effect
from otdr_hub.hub.desk.views import readable_request
from otdr_hub.hub.freshness import current_epoch, numbered
from otdr_hub.lib.outcome import ConflictError, MovedError, NotAllowedError, require

never_kept = method_decorator(cache_control(no_store=True), name="dispatch")
_MOST = 50


def _actor(request: Request) -> User:
    return actor_of(request._request) if not isinstance(request.user, User) else request.user


def _named(response: Response, fingerprint: str) -> Response:
    """The answer under what an If-Match names: this says what was looked at, and lets nobody keep it."""
    for name, value in etag(fingerprint).items():
        response[name] = value
    return response


def _checked(serializer: Any, request: Request) -> dict[str, Any]:
    """What was sent, as the serializer reads it; a ValidationError says what is wrong with it."""
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


@never_kept
class SignoffsView(APIView):
    """Requests that lack signatures."""

    @extend_schema(operation_id="signoffs", responses={200: schemas.SignoffsPayload, **schemas.READING})
    def get(self, request: Request) -> Response:
        """Oldest first, with the departments that are missing."""
        require(may(_actor(request), "signoff_read"))
        return Response({"signoffs": [payload.head(one) for one in outstanding()]})


@never_kept
class SignoffView(APIView):
    """One request."""

    @extend_schema(operation_id="signoff", responses={200: schemas.SignoffPayload, **schemas.READING})
    def get(self, request: Request, number: int) -> Response:
        """All its lines with what was answered, and the numbers asked about."""
        actor = _actor(request)
        epoch = current_epoch()
        found = readable_request(number, actor)
        print_ = fingerprint_of(found, list(found.lines.order_by("pk")))
        answer = Response(payload.signoff(found, print_, actor))
        return _named(numbered(answer, epoch), print_)


@never_kept
class GiveView(APIView):
    """Answering lines of a request for a department."""

    @extend_schema(
        operation_id="signoff_give",
        parameters=[schemas.IF_MATCH, schemas.KEY],
        request=schemas.GiveRequest,
        responses={201: schemas.SignoffPayload, **schemas.WRITING},
    )
    def post(self, request: Request, number: int) -> Response:
        """One act, by a person who has just proven to be there; a token never signs."""
        actor = _actor(request)
        found = readable_request(number, actor)
        require_fresh(request._request)
        print_ = fingerprint_of(found, list(found.lines.order_by("pk")))
        if seen(request) != print_:
            raise MovedError(_("That is not what this request asks; read it again."))
        given = _checked(schemas.GiveRequest, request)

        def give() -> Response:
            moment = proven_at(request._request)
            if moment is None:
                raise NotAllowedError(_("Sign in again first."))
            answers = {
                one["digest"]: LineAnswer(one["verdict"], one.get("reason", "")) for one in given["answers"]
            }
            statement = _statement(found.act, given["role"], given["statement"])
            request_sign(
                request=found, role=given["role"], answers=answers, statement=statement,
                authenticated_at=moment, actor=actor,
            )  # fmt: skip
            # What is answered is kept for a key that comes again, and numbers are not to be kept.
            return Response(payload.signoff(found, print_, actor, numbers=False), status=201)

        return done_once(request, give)


def _statement(act: str, role: str, name: str) -> str:
    try:
        return attested(act, role, name)
    except KeyError:
        raise NotAllowedError(_("'%(role)s' signs nothing here.") % {"role": role}) from None


@never_kept
class WithdrawView(APIView):
    """Taking one's own answers back."""

    @extend_schema(
        operation_id="signoff_withdraw",
        parameters=[schemas.KEY],
        request=schemas.WithdrawRequest,
        responses={200: schemas.SignoffPayload, **schemas.WRITING},
    )
    def post(self, request: Request, number: int) -> Response:
        """From then on they count for nothing, and may be given again."""
        actor = _actor(request)
        found = readable_request(number, actor)
        require_fresh(request._request)
        given = _checked(schemas.WithdrawRequest, request)

        def withdraw() -> Response:
            signature_withdraw(
                request=found, digests=given.get("digests", []), reason=given["reason"], actor=actor
            )
            print_ = fingerprint_of(found, list(found.lines.order_by("pk")))
            return Response(payload.signoff(found, print_, actor, numbers=False))

        return done_once(request, withdraw)


@never_kept
class ScopeView(APIView):
    """What each market may be."""

    @extend_schema(
        operation_id="scope",
        parameters=[
            OpenApiParameter("market", many=True, description="also say what deciding these would do"),
            OpenApiParameter("week", description="2026-W46"),
            OpenApiParameter("state", enum=["certified", "known_issue", "excluded"]),
            OpenApiParameter("breakout", enum=["-", "carrier"], description="the markets, or their carriers"),
        ],
        responses={200: schemas.ScopePayload, **schemas.READING},
    )
    def get(self, request: Request) -> Response:
        """The board; asked about markets, the effect table under an ETag, for who may decide."""
        actor = _actor(request)
        version = version_in_effect()
        body: dict[str, Any] = {
            "version": version.name if version else None,
            "markets": [payload.market(one) for one in standings(actor=actor)],
            "breakouts": [payload.breakout(one) for one in breakouts(actor)],
            "effect": None,
        }
        if "market" not in request.query_params:
            return Response(body)
        epoch = current_epoch()
        stand = ground(choice_of(_query(request)), actor)
        answer = Response(body | {"effect": payload.effect(stand)})
        return _named(numbered(answer, epoch), stand.fingerprint)

    @extend_schema(
        operation_id="scope_decide",
        parameters=[schemas.IF_MATCH, schemas.KEY],
        request=schemas.ScopeRequest,
        responses={201: schemas.ScopeDecided, **schemas.WRITING},
    )
    def post(self, request: Request) -> Response:
        """One decision per market and one request over all of them."""
        actor = _actor(request)
        require(may(actor, "scope_decide"))
        require_fresh(request._request)
        looked_at = seen(request)
        given = _checked(schemas.ScopeRequest, request)
        names = ("week", "state", "disclosure", "plan", "reason", "owner", "breakout")
        choice = Choice(
            markets=tuple(dict.fromkeys(given["markets"])),
            **{name: given[name] for name in names if name in given},
            review_on=str(given.get("review_on") or ""),
            seen=looked_at,
        )

        def call() -> Response:
            asked = decide(choice, actor=actor)
            digests = list(asked.lines.order_by("pk").values_list("digest", flat=True))
            return Response({"signoff": asked.pk, "digests": digests}, status=201)

        return done_once(request, call)


def _query(request: Request) -> QueryDict:
    found: QueryDict = request._request.GET
    return found


@never_kept
class PublicationsView(APIView):
    """What the hub has shown, and what it would show next."""

    @extend_schema(
        operation_id="publications",
        parameters=[OpenApiParameter("week", description="2026-W46; the last settled one if not given")],
        responses={200: schemas.PublicationsPayload, **schemas.READING},
    )
    def get(self, request: Request) -> Response:
        """The newest fifty; for who publishes also the offer, under an ETag."""
        actor = _actor(request)
        body: dict[str, Any] = {
            "publications": payload.published(publications()[:_MOST]),
            "offer": None,
        }
        if not may(actor, "publication_publish"):
            return Response(body)
        try:
            offered = offer(request.query_params.get("week", ""), actor)
        except ConflictError:
            return Response(body)
        body["offer"] = [payload.offered(line) for line in offered.lines]
        return Response(body, headers=etag(offered.fingerprint))

    @extend_schema(
        operation_id="publication_publish",
        parameters=[schemas.IF_MATCH, schemas.KEY],
        request=schemas.PublishRequest,
        responses={201: schemas.PublicationItem, **schemas.WRITING},
    )
    def post(self, request: Request) -> Response:
        """Publish the newest data, as it was looked at."""
        actor = _actor(request)
        require(may(actor, "publication_publish"))
        require_fresh(request._request)
        looked_at = seen(request)
        week = _checked(schemas.PublishRequest, request).get("week", "")
        return done_once(
            request,
            lambda: Response(
                payload.published(
                    list(publications().filter(pk=publish(week, seen=looked_at, actor=actor).pk))
                )[0],
                status=201,
            ),
        )
