"""What the kill switch's API takes and gives."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from governance.killswitch.services import CATEGORIES


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
