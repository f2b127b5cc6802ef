"""Go/no-go as plain values for the API, and their shapes. There is no figure of a market in them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from rest_framework import serializers

from governance.access.models import User
from governance.access.policy import may
from governance.decisions import selectors
from governance.decisions.board import Board, open_to
from governance.decisions.models import LaunchDecision, Verdict
from governance.framework.proposing import Proposal
from governance.killswitch.selectors import dark
from governance.launch.seats import SeatName
from governance.launch.selectors import business_days_left
from otdr_hub.lib.outcome import Refused

KINDS: Final = LaunchDecision.Kind.choices


class LaunchPart(serializers.Serializer[Any]):
    """The launch people are working on."""

    name = serializers.CharField()
    at = serializers.DateTimeField()
    calendar = serializers.ListField(child=serializers.CharField())
    markets = serializers.ListField(child=serializers.CharField())
    business_days_left = serializers.IntegerField()
    held = serializers.BooleanField()


class GatePart(serializers.Serializer[Any]):
    """One gate with its evidence."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["ok", "open", "blocked"])
    sentence = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField())


class ConditionPart(serializers.Serializer[Any]):
    """What has to be done, by which day."""

    text = serializers.CharField()
    due_on = serializers.DateField()


class VerdictPart(serializers.Serializer[Any]):
    """What a seat said."""

    seat = serializers.ChoiceField(choices=SeatName.choices)
    person = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.Word.choices)
    reason = serializers.CharField(allow_blank=True)
    conditions = ConditionPart(many=True)
    appeals = serializers.BooleanField()
    at = serializers.DateTimeField()


class KindPart(serializers.Serializer[Any]):
    """A kind of decision: open to the chair, or why not."""

    kind = serializers.ChoiceField(choices=KINDS)
    open = serializers.BooleanField()
    why_not = serializers.CharField(allow_blank=True)


class DecisionPart(serializers.Serializer[Any]):
    """A decision. The newest one, which none supersedes, is in force."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=KINDS)
    reason = serializers.CharField()
    digest = serializers.CharField()
    supersedes = serializers.IntegerField(allow_null=True)
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField()


class CriterionPart(serializers.Serializer[Any]):
    """One criterion; `measured` is null of what is switched off."""

    criterion = serializers.CharField()
    title = serializers.CharField()
    market = serializers.CharField(allow_blank=True)
    measured = serializers.CharField(allow_null=True, allow_blank=True)
    limit = serializers.CharField()
    holds = serializers.BooleanField()
    sentence = serializers.CharField()


class ProposalPart(serializers.Serializer[Any]):
    """What the decision framework in effect proposes. Why, for readers who may see the figures behind it."""

    framework = serializers.CharField()
    framework_digest = serializers.CharField()
    digest = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    markets = serializers.DictField(child=serializers.ChoiceField(choices=["as_is", "noted", "out"]))
    reasons = serializers.ListField(child=serializers.CharField())
    criteria = CriterionPart(many=True)
    would_change = serializers.ListField(child=serializers.CharField())


class DecisionsPayload(serializers.Serializer[Any]):
    """`GET /api/v1/decisions`; `seen`, the ETag too, is what a decision names in If-Match."""

    launch = LaunchPart(allow_null=True)
    seen = serializers.CharField(allow_null=True)
    may_decide = serializers.BooleanField()
    gates = GatePart(many=True)
    verdicts = VerdictPart(many=True)
    kinds = KindPart(many=True)
    proposal = ProposalPart(allow_null=True)
    decisions = DecisionPart(many=True)


class DecisionRequest(serializers.Serializer[Any]):
    """`POST /api/v1/decisions`: decide on what was seen, in place of the decision in force, if any."""

    kind = serializers.ChoiceField(choices=KINDS)
    reason = serializers.CharField(max_length=1000)
    differs = serializers.CharField(max_length=1000, allow_blank=True, default="")


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decision_payload(decision: LaunchDecision) -> dict[str, Any]:
    """One decision."""
    return {
        "number": decision.pk, "kind": decision.kind, "reason": decision.reason, "digest": decision.digest,
        "supersedes": decision.supersedes_id, "decided_by": decision.decided_by.username,
        "decided_at": _moment(decision.decided_at),
    }  # fmt: skip


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "seat": verdict.seat, "person": verdict.person.username, "verdict": verdict.verdict,
        "reason": verdict.reason, "appeals": verdict.appeals, "at": _moment(verdict.given_at),
        "conditions": [{"text": one.text, "due_on": one.due_on.isoformat()} for one in verdict.asked],
    }  # fmt: skip


def _kind(board: Board, kind: str) -> dict[str, Any]:
    answer = open_to(board, kind)
    return {"kind": kind, "open": bool(answer), "why_not": getattr(answer, "reason", "")}


def _decisions(board: Board) -> list[dict[str, Any]]:
    found = [board.decision] if board.decision else []
    return [decision_payload(one) for one in (*found, *selectors.superseded(board.launch))]


def _proposal(proposal: Proposal, reader: User) -> dict[str, Any]:
    reads, off = bool(may(reader, "measures_read")), dark()
    return {
        "framework": proposal.policy.name, "framework_digest": proposal.policy.digest,
        "digest": proposal.digest, "kind": proposal.kind, "markets": dict(proposal.outcome.markets),
        "reasons": list(proposal.reasons) if reads else [],
        "would_change": [one.sentence for one in proposal.changes] if reads else [],
        "criteria": [
            {
                "criterion": row.criterion, "title": row.title, "market": row.market,
                "measured": row.measured if off.since(row.market) is None else None,
                "limit": row.limit, "holds": row.holds,
                "sentence": row.sentence,
            }
            for row in (proposal.rows if reads else ())
        ],
    }  # fmt: skip


def decisions_payload(board: Board | None, reader: User) -> dict[str, Any]:
    """The body of `GET /api/v1/decisions`."""
    if board is None:
        return {
            "launch": None, "seen": None, "may_decide": False, "gates": [], "verdicts": [], "kinds": [],
            "proposal": None, "decisions": [],
        }  # fmt: skip
    plan = board.plan
    return {
        "launch": {
            "name": board.launch.name, "at": _moment(plan.moment), "calendar": list(plan.countries),
            "markets": list(plan.codes), "business_days_left": business_days_left(plan).days,
            "held": board.held is not None,
        },
        "seen": board.digest,
        "may_decide": not isinstance(selectors.may_decide(board.launch, reader), Refused),
        "gates": [found.plain() for found in board.gates],
        "verdicts": [_verdict(one) for one in board.verdicts.values()],
        "kinds": [_kind(board, kind) for kind, _ in KINDS],
        "proposal": _proposal(board.proposal, reader) if board.proposal else None,
        "decisions": _decisions(board),
    }  # fmt: skip
