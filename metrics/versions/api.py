"""Metric versions as JSON: reading them, proposing one, submitting it for approval."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.models import User
from governance.access.once import done_once
from governance.access.policy import may
from governance.models import MetricVersion
from governance.versions.selectors import meaning
from governance.versions.services import version_submit
from governance.versions.states import VersionState
from metrics.versions import schemas
from metrics.versions.effect import effect_of
from metrics.versions.proposals import proposed
from metrics.versions.report import report
from otdr_hub.lib.outcome import InvalidInputError, MovedError, UnseenError, require

_READING: Final = schemas.problems(400, 401, 403, 404, 405, 406, 503)
_WRITING: Final = schemas.problems(400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 503)
_KEY: Final = OpenApiParameter("Idempotency-Key", location="header", description="the same key, the same act")
never_kept = method_decorator(cache_control(no_store=True), name="dispatch")


def _actor(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101 (who is admitted is a person)
    return request.user


def plain(version: MetricVersion) -> dict[str, Any]:
    """A version as the API tells it."""
    found = report(version)
    return {
        "name": version.name, "digest": version.digest, "engine": version.engine_digest,
        "state": version.state, "author": version.author.username, "proposed_at": version.proposed_at,
        "reason": version.reason, "effective_from": version.effective_from,
        "retired_from": version.retired_from,
        "successor": version.successor.name if version.successor else None,
        "unchanged_since": found.since, "holds": found.holds,
        "meaning": meaning(version), "document": version.document,
    }  # fmt: skip


@never_kept
class VersionsView(APIView):
    """All metric versions."""

    @extend_schema(operation_id="versions", responses={200: schemas.VersionsPayload, **_READING})
    def get(self, request: Request) -> Response:  # noqa: ARG002 (a view)
        """In the order they were proposed."""
        found = MetricVersion.objects.select_related("author", "successor")
        return Response({"versions": [plain(version) for version in found]})

    @extend_schema(
        operation_id="version_propose",
        parameters=[_KEY],
        request=schemas.ProposalRequest,
        responses={201: schemas.VersionPayload, **_WRITING},
    )
    def post(self, request: Request) -> Response:
        """Propose a definition, as a draft."""
        require(may(_actor(request), "version_propose"))
        body = request.data if isinstance(request.data, dict) else {}
        given = schemas.ProposalRequest(data=body)
        if not given.is_valid():
            name, errors = next(iter(given.errors.items()))
            raise InvalidInputError(f"{name}: {errors[0]}")
        said = given.validated_data

        def act() -> Response:
            version = proposed(said["document"], said["reason"], _actor(request))
            return Response(plain(version), status=201, headers={"ETag": f'"{version.digest}"'})

        return done_once(request, act)


def _check_match(request: Request, version: MetricVersion) -> None:
    """Raises UnseenError or MovedError unless If-Match names the version's own fingerprint."""
    said = request.headers.get("If-Match", "")
    if not said:
        raise UnseenError(
            _("Say which fingerprint you submit: If-Match with the version's digest, in quotes.")
        )
    if version.digest not in [tag.strip().removeprefix("W/").strip('"') for tag in said.split(",")]:
        raise MovedError(_("If-Match names another fingerprint than the version has; read it again."))


@never_kept
class VersionSubmitView(APIView):
    """Asking for the approval of a draft."""

    @extend_schema(
        operation_id="version_submit",
        parameters=[
            _KEY,
            OpenApiParameter("If-Match", location="header", required=True, description="the digest"),
        ],
        request=None,
        responses={201: schemas.SubmittedPayload, **_WRITING, **schemas.problems(412, 428)},
    )
    def post(self, request: Request, name: str) -> Response:
        """Count what the change does, then ask Finance; this takes a few seconds."""
        actor = _actor(request)
        require(may(actor, "version_submit"))
        version = MetricVersion.objects.filter(name=name).first()
        if version is None:
            raise Http404
        _check_match(request, version)

        def act() -> Response:
            effect = effect_of(version, actor) if version.state == VersionState.DRAFT else ""
            asked = version_submit(version=version, effect=effect, actor=actor)
            version.refresh_from_db()
            return Response({**plain(version), "request": asked.pk}, status=201)

        return done_once(request, act)
