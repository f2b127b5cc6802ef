"""Requests, assessments and answers as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact
from otdr_hub.lib import digest


def of_requests(requests: Iterable[MetricRequest]) -> Facts:
    """What the ledger says of these requests."""
    return {
        "metric_requests": {
            str(item): {
                "title": item.title, "asks": item.asks, "purpose": item.purpose, "breakout": item.breakout,
                "markets": item.codes, "by": item.asked_by.username, "at": item.asked_at,
            }
            for item in requests
        }
    }  # fmt: skip


def of_impacts(impacts: Iterable[RequestImpact]) -> Facts:
    """What the ledger says of these assessments."""
    return {
        "request_impacts": {
            f"R-{item.request_id} #{item.pk}": {
                "table": item.table, "sentences": digest.of_bytes(item.sentences.encode()),
                "by": item.assessed_by.username, "at": item.assessed_at,
            }
            for item in impacts
        }
    }  # fmt: skip


def of_answers(answers: Iterable[RequestAnswer]) -> Facts:
    """What the ledger says of these answers."""
    return {
        "request_answers": {
            f"{item} #{item.pk}": {
                "impact": item.impact_id, "answer": str(item.answer), "condition": item.condition,
                "reason": item.reason, "by": item.decided_by.username, "at": item.decided_at,
            }
            for item in answers
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of all there are."""
    return {
        **of_requests(MetricRequest.objects.select_related("asked_by")),
        **of_impacts(RequestImpact.objects.select_related("assessed_by")),
        **of_answers(RequestAnswer.objects.select_related("decided_by")),
    }
