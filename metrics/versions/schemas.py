"""The shapes of the API of metric versions, for its description."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from governance.versions.states import VersionState


class VersionPayload(serializers.Serializer[Any]):
    """A version. `digest` is its fingerprint, and what `If-Match` names; `document` is YAML."""

    name = serializers.CharField()
    digest = serializers.CharField()
    engine = serializers.CharField()
    state = serializers.ChoiceField(choices=VersionState.choices)
    author = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    effective_from = serializers.DateField(allow_null=True)
    retired_from = serializers.DateField(allow_null=True)
    successor = serializers.CharField(allow_null=True)
    unchanged_since = serializers.DateTimeField(allow_null=True)
    holds = serializers.BooleanField()
    meaning = serializers.CharField()
    document = serializers.CharField()


class VersionsPayload(serializers.Serializer[Any]):
    """All versions, in the order they were proposed."""

    versions = VersionPayload(many=True)


class ProposalRequest(serializers.Serializer[Any]):
    """A definition as YAML, and why it changes."""

    document = serializers.CharField(max_length=100_000, trim_whitespace=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class SubmittedPayload(VersionPayload):
    """The version, and the number of the request for signatures."""

    request = serializers.IntegerField()


class VersionProblem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The problems a route may answer with."""
    return {(status, "application/problem+json"): OpenApiResponse(VersionProblem) for status in statuses}
