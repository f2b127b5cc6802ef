"""Shapes of the desk's part of the API, for its description and to read what is sent."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from governance.scope.states import ScopeState
from governance.signoffs.models import Signature
from otdr_hub.hub.schemas import Problem


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The problems a route may answer with."""
    return {(status, "application/problem+json"): OpenApiResponse(Problem) for status in statuses}


READING: Final = problems(400, 401, 403, 404, 405, 406, 409, 422, 503)
WRITING: Final = problems(400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 503)
IF_MATCH: Final = OpenApiParameter(
    "If-Match", location="header", description="the ETag of what was looked at; 412 once it has moved"
)
KEY: Final = OpenApiParameter(
    "Idempotency-Key", location="header", description="the same key, the same answer, for a week"
)


class AnswerPart(serializers.Serializer[Any]):
    """One standing answer."""

    role = serializers.CharField()
    person = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Signature.Verdict.values)
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    stands_in_for = serializers.CharField(allow_null=True)


class CountsPart(serializers.Serializer[Any]):
    """A week as one vintage tells it."""

    week = serializers.CharField()
    due = serializers.IntegerField()
    on_time = serializers.IntegerField()
    late = serializers.IntegerField()
    pending = serializers.IntegerField()
    unknown = serializers.IntegerField()
    finality = serializers.CharField()


class SignoffLine(serializers.Serializer[Any]):
    """A line: its digest, who answered, who is missing; for markets the numbers asked about.

    There are none while the market is switched off, and none in the answer to an act.
    """

    digest = serializers.CharField()
    subject = serializers.CharField()
    current = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.CharField())
    answers = AnswerPart(many=True)
    market = serializers.CharField(allow_null=True)
    state = serializers.CharField(allow_null=True)
    off_since = serializers.DateTimeField(allow_null=True)
    now = CountsPart(allow_null=True)
    before = CountsPart(allow_null=True)
    moved = serializers.CharField(allow_blank=True)


class SignoffHead(serializers.Serializer[Any]):
    """A request in the list."""

    id = serializers.IntegerField()
    act = serializers.CharField()
    summary = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(allow_null=True)
    lines = serializers.IntegerField()
    missing = serializers.DictField(child=serializers.IntegerField())
    against = serializers.IntegerField()


class SignoffsPayload(serializers.Serializer[Any]):
    """`GET /api/v1/signoffs`: requests that lack signatures, oldest first."""

    signoffs = SignoffHead(many=True)


class SignoffPayload(serializers.Serializer[Any]):
    """`GET /api/v1/signoffs/{id}`; the ETag is its fingerprint."""

    id = serializers.IntegerField()
    act = serializers.CharField()
    summary = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(allow_null=True)
    fingerprint = serializers.CharField()
    statements = serializers.DictField(child=serializers.CharField())
    lines = SignoffLine(many=True)


class GivenLine(serializers.Serializer[Any]):
    """What is answered to one line."""

    digest = serializers.CharField(max_length=64)
    verdict = serializers.ChoiceField(choices=Signature.Verdict.values)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class GiveRequest(serializers.Serializer[Any]):
    """Answers of one department to lines of a request; `statement` names the wording attested to."""

    role = serializers.CharField(max_length=20)
    statement = serializers.CharField(max_length=60)
    answers = GivenLine(many=True)


class WithdrawRequest(serializers.Serializer[Any]):
    """Own answers taken back: to some lines, or to all when none is named."""

    reason = serializers.CharField(max_length=300)
    digests = serializers.ListField(child=serializers.CharField(max_length=64), required=False)


class ScopeMarket(serializers.Serializer[Any]):
    """Where one market stands."""

    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    decision = serializers.CharField(allow_null=True)
    through = serializers.CharField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)
    held = serializers.BooleanField()
    outside = serializers.BooleanField()
    signed_by = AnswerPart(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    review_on = serializers.DateField(allow_null=True)
    disclosure = serializers.CharField(allow_blank=True)


class ScopeBreakout(ScopeMarket):
    """Where the carriers of one market stand."""

    breakout = serializers.CharField()


class VisiblePart(serializers.Serializer[Any]):
    """One carrier as it would be shown, or withheld."""

    carrier = serializers.CharField(allow_blank=True)
    due = serializers.IntegerField()
    on_time = serializers.IntegerField()
    withheld = serializers.BooleanField()


class EffectPart(serializers.Serializer[Any]):
    """The roll-up with and without the markets asked about, in on-time and due shipments."""

    week = serializers.CharField()
    digest = serializers.CharField()
    included = serializers.ListField(child=serializers.IntegerField())
    left_out = serializers.ListField(child=serializers.IntegerField())
    scope = serializers.ListField(child=serializers.IntegerField())
    visible = serializers.DictField(child=VisiblePart(many=True), allow_null=True)
    problems = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class ScopePayload(serializers.Serializer[Any]):
    """`GET /api/v1/scope`; asked about markets, also what deciding them would do, under an ETag."""

    version = serializers.CharField(allow_null=True)
    markets = ScopeMarket(many=True)
    breakouts = ScopeBreakout(many=True)
    effect = EffectPart(allow_null=True)


class ScopeRequest(serializers.Serializer[Any]):
    """Several markets decided in one act."""

    markets = serializers.ListField(child=serializers.CharField(max_length=8), min_length=1, max_length=200)
    week = serializers.CharField(max_length=8)
    state = serializers.ChoiceField(choices=ScopeState.values)
    breakout = serializers.ChoiceField(choices=["-", "carrier"], required=False)
    disclosure = serializers.CharField(required=False, allow_blank=True, max_length=300)
    plan = serializers.CharField(required=False, allow_blank=True, max_length=300)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)
    owner = serializers.CharField(required=False, allow_blank=True, max_length=120)
    review_on = serializers.DateField(required=False, allow_null=True)


class ScopeDecided(serializers.Serializer[Any]):
    """The request opened over what was decided."""

    signoff = serializers.IntegerField()
    digests = serializers.ListField(child=serializers.CharField())


class PublicationLine(serializers.Serializer[Any]):
    """A market of a publication, or (`carrier`) a market's carriers."""

    market = serializers.CharField()
    breakout = serializers.CharField()
    vintage = serializers.CharField()
    shown = serializers.BooleanField()
    held = serializers.BooleanField()
    through = serializers.CharField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True)


class StoppedPart(serializers.Serializer[Any]):
    """A market of a publication that may not be used any more."""

    market = serializers.CharField()
    reason = serializers.ChoiceField(choices=["undecided", "excluded", "switched_off", "needs_signing"])
    since = serializers.DateTimeField(allow_null=True)


class StandingPart(serializers.Serializer[Any]):
    """What a publication is worth now."""

    state = serializers.ChoiceField(choices=["valid", "superseded", "withdrawn"])
    sentence = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="what took its place, or took it back")
    since = serializers.DateTimeField(allow_null=True)
    taken_back = serializers.BooleanField()
    stopped = StoppedPart(many=True)


class PublicationHead(serializers.Serializer[Any]):
    """A publication."""

    number = serializers.IntegerField()
    digest = serializers.CharField()
    version = serializers.CharField()
    week = serializers.CharField()
    as_of = serializers.DateTimeField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    lines = PublicationLine(many=True)


class PublicationItem(PublicationHead):
    """A publication in the list: what it changed, and what it is worth now."""

    id = serializers.CharField()
    code = serializers.CharField()
    change = serializers.CharField()
    standing = StandingPart()


class PublicationsPayload(serializers.Serializer[Any]):
    """`GET /api/v1/publications`, newest first; `offer` is what publishing would show, under an ETag."""

    publications = PublicationItem(many=True)
    offer = PublicationLine(many=True, allow_null=True)


class PublishRequest(serializers.Serializer[Any]):
    """Publish the newest data, up to a week or the last settled one."""

    week = serializers.CharField(required=False, allow_blank=True, max_length=8)
