"""Shapes of the API's answers about publications."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from otdr_hub.hub.desk.schemas import IF_MATCH, KEY, WRITING, StandingPart
from otdr_hub.hub.schemas import PROBLEMS, HubPayload

__all__ = ["IF_MATCH", "KEY", "PROBLEMS", "WRITING"]


class VerifyPayload(StandingPart):
    """`GET /api/v1/verify/{code}`; no number."""

    publication = serializers.CharField()
    code = serializers.CharField()
    digest = serializers.CharField()


class PartPayload(serializers.Serializer[Any]):
    """A part of a change, as a difference of rates."""

    hundredths = serializers.IntegerField(help_text="hundredths of a point; the four add up to the total")
    exact = serializers.CharField(help_text="the same as a fraction")


class ComparisonPayload(serializers.Serializer[Any]):
    """The change against another publication, over markets that may be seen now in both."""

    against = serializers.CharField()
    week = serializers.CharField()
    against_week = serializers.CharField()
    total = PartPayload()
    real = PartPayload()
    mix = PartPayload()
    restated = PartPayload()
    scope = PartPayload()
    joined = serializers.ListField(child=serializers.CharField())
    left = serializers.ListField(child=serializers.CharField())
    recounted = serializers.ListField(child=serializers.CharField())
    hidden = serializers.ListField(child=serializers.CharField())


class PublicationPayload(HubPayload):
    """`GET /api/v1/publications/{id}`: as the hub's, of this publication, as far as it may be seen now."""

    id = serializers.CharField()
    code = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    change = serializers.CharField()
    standing = StandingPart()
    taken_back_by = serializers.CharField(allow_null=True)
    comparison = ComparisonPayload(allow_null=True)


class RollbackRequest(serializers.Serializer[Any]):
    """Why an earlier publication is shown again."""

    reason = serializers.CharField(max_length=300)


class RolledBack(serializers.Serializer[Any]):
    """The publication that says it again."""

    publication = serializers.CharField()
    code = serializers.CharField()
    digest = serializers.CharField()


class SeenPart(serializers.Serializer[Any]):
    """Where the number was seen."""

    publication = serializers.CharField()
    surface = serializers.ChoiceField(choices=["page", "api", "csv", "xlsx", "pdf", "print"])


class NoticePayload(serializers.Serializer[Any]):
    """A correction."""

    event = serializers.CharField()
    kind = serializers.ChoiceField(
        choices=["switched_off", "excluded", "expired", "unsigned", "taken_back", "restated"]
    )
    since = serializers.DateTimeField()
    sentence = serializers.CharField()
    markets = serializers.ListField(child=serializers.CharField())
    seen = SeenPart(many=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class NoticesPayload(serializers.Serializer[Any]):
    """`GET /api/v1/notices`, newest first."""

    notices = NoticePayload(many=True)


class AcknowledgeRequest(serializers.Serializer[Any]):
    """The events one has taken note of."""

    events = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=500)


class Acknowledged(serializers.Serializer[Any]):
    """Those that were new."""

    acknowledged = serializers.ListField(child=serializers.CharField())
