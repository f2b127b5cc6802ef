"""The shapes of the API of batches and uploads, for its description."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from metrics.events.models import Batch
from metrics.uploads.states import UploadState


class UploadRequest(serializers.Serializer[Any]):
    """A file and what is said with it."""

    file = serializers.FileField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field called so, not its source
        choices=["live", "backfill"], required=False
    )
    closes = serializers.CharField(required=False, help_text="2026-11-09..2026-11-15")
    ignore_columns = serializers.CharField(required=False, help_text="a,b")
    mapping = serializers.FileField(required=False, help_text="YAML")
    manifest = serializers.FileField(required=False, help_text="JSON: rows, sha256, closes")


class UploadPayload(serializers.Serializer[Any]):
    """How far an upload is. `share` is of its bytes; `repeat` when the same delivery was taken before."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=UploadState.choices)
    kind = serializers.ChoiceField(choices=Batch.Kind.choices)
    file = serializers.CharField()
    source = serializers.ChoiceField(choices=["live", "backfill"])  # type: ignore[assignment]  # a field, too
    size = serializers.IntegerField()
    digest = serializers.CharField()
    bytes_read = serializers.IntegerField()
    share = serializers.DecimalField(max_digits=3, decimal_places=2)
    closes = serializers.CharField(allow_null=True)
    batch = serializers.IntegerField(allow_null=True)
    repeat = serializers.BooleanField()
    problem = serializers.CharField(allow_null=True)
    received_at = serializers.DateTimeField()
    by = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)


class BatchPayload(serializers.Serializer[Any]):
    """One delivery: what was taken, what was set aside, why it was refused."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Batch.Kind.choices)
    file = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, too
    state = serializers.ChoiceField(choices=Batch.State.choices)
    digest = serializers.CharField()
    mapping = serializers.CharField(allow_null=True)
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.IntegerField())
    problem = serializers.CharField(allow_null=True)
    closes = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    by = serializers.CharField()


class BatchesPayload(serializers.Serializer[Any]):
    """Deliveries, newest first; `next` is the address of the older ones."""

    batches = BatchPayload(many=True)
    next = serializers.CharField(allow_null=True)


class UploadProblem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The problems a route may answer with."""
    return {(status, "application/problem+json"): OpenApiResponse(UploadProblem) for status in statuses}


READING: Final = problems(400, 401, 403, 404, 405, 406, 503)
SENDING: Final = problems(400, 401, 403, 404, 405, 406, 413, 415, 422, 503, 507)
