"""Shapes of the triage room's part of the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from governance.cases.models import Case, CaseNote, CaseVerdict


class CaseScope(serializers.Serializer[Any]):
    """What a case is about: a market, or one carrier of it."""

    market = serializers.CharField(max_length=8)
    breakout = serializers.CharField(max_length=20, required=False, default="-")
    value = serializers.CharField(max_length=80, required=False, default="-")


class CaseHead(serializers.Serializer[Any]):
    """A case, without what was found. `state` is open or resolved; `blocks` says what it stops meanwhile."""

    number = serializers.IntegerField()
    id = serializers.CharField()
    scope = CaseScope()
    first_week = serializers.CharField()
    last_week = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "resolved"])
    shown_wider = serializers.BooleanField()
    origin = serializers.ChoiceField(choices=Case.Origin.choices)
    title = serializers.CharField()
    opened_by = serializers.CharField()
    opened_at = serializers.DateTimeField()
    verdict = serializers.CharField(allow_null=True)
    blocks = serializers.CharField(allow_null=True)


class CasesPayload(serializers.Serializer[Any]):
    """`GET /api/v1/cases`: open ones first."""

    cases = CaseHead(many=True)


class CaseStepPart(serializers.Serializer[Any]):
    """A row of the plan."""

    position = serializers.IntegerField()
    what = serializers.CharField()
    kind = serializers.CharField(allow_blank=True)
    role = serializers.CharField()
    due_at = serializers.DateTimeField()
    found = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)
    by = serializers.CharField(allow_null=True)


class CaseEvidencePart(serializers.Serializer[Any]):
    """A frozen assessment: its digest, what it was made of."""

    assessment = serializers.CharField()
    pin = serializers.CharField()
    run = serializers.CharField(allow_blank=True)
    query = serializers.CharField()
    as_of = serializers.DateTimeField()
    frozen_by = serializers.CharField()
    frozen_at = serializers.DateTimeField()


class CaseNotePart(serializers.Serializer[Any]):
    """An entry of the timeline."""

    kind = serializers.ChoiceField(choices=CaseNote.Kind.choices)
    text = serializers.CharField()
    hypothesis = serializers.CharField(allow_blank=True)
    verdict = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


class CaseVerdictPart(serializers.Serializer[Any]):
    """A verdict; `reopened_at` is set for one that was taken back."""

    verdict = serializers.ChoiceField(choices=CaseVerdict.Verdict.choices)
    hypothesis = serializers.CharField(allow_blank=True)
    assessment = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    reopened_at = serializers.DateTimeField(allow_null=True)


class CasePayload(CaseHead):
    """`GET /api/v1/cases/{number}`. The last six are null until the case is shown to the reader.

    `assessment` is the newest frozen one as it is stored (its keys are in docs/triage.md). It is of
    `assessment_scope`, the whole market, also where the case is of one carrier. Nothing in it is certified.
    """

    plan = CaseStepPart(many=True, allow_null=True)
    evidence = CaseEvidencePart(many=True, allow_null=True)
    timeline = CaseNotePart(many=True, allow_null=True)
    verdicts = CaseVerdictPart(many=True, allow_null=True)
    assessment = serializers.JSONField(allow_null=True)
    assessment_scope = CaseScope(allow_null=True)


class OpenRequest(serializers.Serializer[Any]):
    """Open a case over whole weeks (2026-W47)."""

    scope = CaseScope()
    first_week = serializers.CharField(max_length=8)
    last_week = serializers.CharField(max_length=8, required=False, allow_blank=True)
    title = serializers.CharField(max_length=160)
    direction = serializers.ChoiceField(choices=["up", "down", ""], required=False, default="")


class NoteRequest(serializers.Serializer[Any]):
    """Add to the timeline; only a proposal names a verdict."""

    kind = serializers.ChoiceField(choices=CaseNote.Kind.choices)
    text = serializers.CharField(max_length=2000)
    hypothesis = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    verdict = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class StepRequest(serializers.Serializer[Any]):
    """Add a row to the plan."""

    what = serializers.CharField(max_length=200)
    role = serializers.CharField(max_length=20)
    due_at = serializers.DateTimeField()
    minutes = serializers.IntegerField(min_value=1, max_value=10_000, required=False, default=30)


class ResultRequest(serializers.Serializer[Any]):
    """What a step found, and what comes next."""

    found = serializers.CharField(max_length=500)
    next = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AssessRequest(serializers.Serializer[Any]):
    """Assess the weeks with the newest data; `owner` is the hypothesis the data's owner names."""

    owner = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class ResolveRequest(serializers.Serializer[Any]):
    """End the case with a verdict on a frozen assessment. `seen` is the last of its evidence as it was read
    (empty where there was none): 412 where a newer one is frozen meanwhile."""

    verdict = serializers.ChoiceField(choices=CaseVerdict.Verdict.choices)
    reason = serializers.CharField(max_length=500)
    seen = serializers.CharField(max_length=64, allow_blank=True)
    assessment = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    hypothesis = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class ReopenRequest(serializers.Serializer[Any]):
    """Open a resolved case again."""

    reason = serializers.CharField(max_length=500)
