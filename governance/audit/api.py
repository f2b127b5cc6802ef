"""The ledger as JSON, newest first, a page at a time."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.models import User
from governance.access.policy import may
from governance.audit import history
from governance.audit.telling import told
from governance.audit.verdict import Verdict, verdict
from governance.ledger.actions import Action
from governance.ledger.models import Entry


class EntryPayload(serializers.Serializer[Any]):
    """One act. `claimed_at` is the moment a demonstration claims; who may not read `payload` gets null."""

    seq = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()
    claimed_at = serializers.DateTimeField(allow_null=True)
    actor = serializers.CharField()
    action = serializers.ChoiceField(choices=Action.choices)
    subject = serializers.CharField()
    sentence = serializers.CharField()
    hash = serializers.CharField()
    prev_hash = serializers.CharField()
    payload = serializers.DictField(allow_null=True)


class VerdictPayload(serializers.Serializer[Any]):
    """The last full check, and how much of the chain is signed."""

    entries = serializers.IntegerField()
    head = serializers.CharField()
    signed = serializers.IntegerField()
    signed_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(allow_null=True)


class LedgerPayload(serializers.Serializer[Any]):
    """Entries, newest first; `next` is the address of the older ones."""

    verdict = VerdictPayload()
    entries = EntryPayload(many=True)
    next = serializers.CharField(allow_null=True)


class LedgerProblem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()


PROBLEMS: Final = {
    (status, "application/problem+json"): OpenApiResponse(LedgerProblem)
    for status in (400, 401, 403, 404, 405, 406, 422, 503)
}
_PARAMETERS: Final = [
    OpenApiParameter("kind", enum=[code for code, _ in history.KINDS]),
    OpenApiParameter("person", description="an account's name"),
    OpenApiParameter("market", description="a market's code"),
    OpenApiParameter("day", description="2026-11-20: recorded on it, or claimed for it (UTC)"),
    OpenApiParameter("before", type=int, description="only entries below this number"),
    OpenApiParameter("limit", type=int, description=f"1 to {history.MOST}, {history.PAGE} if not given"),
]


def _verdict(found: Verdict) -> dict[str, Any]:
    checked = found.checked
    return {
        "entries": found.entries, "head": found.head, "signed": found.signed, "signed_at": found.signed_at,
        "checked_at": checked.at if checked else None,
        "problem": (checked.problem or None) if checked else None,
    }  # fmt: skip


def _plain(entry: Entry, names: dict[str, str], *, whole: bool) -> dict[str, Any]:
    return {
        "seq": entry.seq, "recorded_at": entry.recorded_at, "claimed_at": entry.claimed_at,
        "actor": entry.actor, "action": entry.action, "subject": entry.subject,
        "sentence": str(told(entry, names)), "hash": entry.hash, "prev_hash": entry.prev_hash,
        "payload": json.loads(entry.payload) if whole else None,
    }  # fmt: skip


@method_decorator(cache_control(no_store=True), name="dispatch")
class LedgerView(APIView):
    """Every act that was recorded."""

    @extend_schema(operation_id="ledger", parameters=_PARAMETERS, responses={200: LedgerPayload, **PROBLEMS})
    def get(self, request: Request) -> Response:
        """A page; `next` leads to the older ones."""
        actor, query = request.user, request.query_params.dict()
        assert isinstance(actor, User)  # noqa: S101 (who is admitted is a person)
        asked = history.chosen(query)
        entries, older = history.page(asked=asked, actor=actor)
        names, whole = dict(history.markets()), bool(may(actor, "entry_read"))
        way = f"{reverse('api:ledger')}?{urlencode({**query, 'before': older})}" if older else None
        return Response(
            {
                "verdict": _verdict(verdict()),
                "entries": [_plain(entry, names, whole=whole) for entry in entries],
                "next": way,
            }
        )
