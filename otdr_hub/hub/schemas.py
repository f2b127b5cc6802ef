"""Shapes of the API's answers, for the OpenAPI document and its contract tests."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class PublicationRef(serializers.Serializer[Any]):
    """Which publication the numbers are of."""

    number = serializers.IntegerField()
    digest = serializers.CharField()
    id = serializers.CharField(help_text="P-12")
    code = serializers.CharField(help_text="P-12-7f3a91c4, to be verified at /verify/")


class VersionRef(serializers.Serializer[Any]):
    """Which definition the numbers mean."""

    name = serializers.CharField()
    digest = serializers.CharField()


class Stamped(serializers.Serializer[Any]):
    """What every payload with a number carries."""

    publication = PublicationRef(allow_null=True)
    version = VersionRef(allow_null=True)
    week = serializers.CharField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)
    epoch = serializers.IntegerField()
    disclosure = serializers.CharField()


class Headline(serializers.Serializer[Any]):
    """One number: its two integers, their ratio and its finality."""

    on_time = serializers.IntegerField(allow_null=True)
    due = serializers.IntegerField(allow_null=True)
    otdr = serializers.CharField(allow_null=True)
    finality = serializers.CharField(allow_null=True)


class CoveragePart(serializers.Serializer[Any]):
    """How much of the scope is shown."""

    markets_shown = serializers.IntegerField()
    markets_in_scope = serializers.IntegerField()
    share_of_due = serializers.CharField(allow_null=True)


class MarketHead(Headline):
    """A market that may be seen."""

    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["certified", "known_issue"])
    week = serializers.CharField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)
    held = serializers.BooleanField(help_text="shown as last signed; newer data is not certified yet")


class MarketPart(MarketHead):
    """A market among the others, with its own disclosure."""

    disclosure = serializers.CharField(allow_blank=True)


class AbsentPart(serializers.Serializer[Any]):
    """A market that may not be seen, with its fixed sentence."""

    code = serializers.CharField()
    reason = serializers.ChoiceField(choices=["undecided", "excluded", "switched_off", "needs_signing"])
    since = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()


class HubPayload(Stamped):
    """`GET /api/v1/hub`."""

    rollup = Headline()
    coverage = CoveragePart()
    markets = MarketPart(many=True)
    not_shown = AbsentPart(many=True)


class WeekPart(Headline):
    """One ISO week of a market."""

    week = serializers.CharField()
    late = serializers.IntegerField()
    pending = serializers.IntegerField()
    unknown = serializers.IntegerField()


class CarrierPart(serializers.Serializer[Any]):
    """One carrier's week that may be seen."""

    carrier = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    on_time = serializers.IntegerField()
    due = serializers.IntegerField()
    otdr = serializers.CharField(allow_null=True)


class CarrierWeekPart(serializers.Serializer[Any]):
    """The carriers of a week; others withheld are neither counted nor summed."""

    week = serializers.CharField()
    others_withheld = serializers.BooleanField()
    carriers = CarrierPart(many=True)


class CarriersPart(serializers.Serializer[Any]):
    """The carriers of a market, certified on their own; or the reason why none is shown."""

    shown = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    sentence = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    signed_by = serializers.ListField(child=serializers.CharField())
    signed_at = serializers.DateTimeField(allow_null=True)
    threshold = serializers.IntegerField(help_text="cells of fewer shipments are withheld")
    weeks = CarrierWeekPart(many=True)


class MarketPayload(Stamped, MarketHead):
    """`GET /api/v1/markets/{code}`; `note` is the market's own disclosure, if it has one."""

    note = serializers.CharField(allow_blank=True)
    signed_by = serializers.ListField(child=serializers.CharField())
    weeks = WeekPart(many=True)
    carriers = CarriersPart(allow_null=True)


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()


PROBLEMS: Final = {
    (status, "application/problem+json"): OpenApiResponse(Problem)
    for status in (400, 401, 403, 404, 405, 406, 503)
}
