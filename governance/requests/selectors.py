"""Questions about requests: the newest assessment, what is decided of each market."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands: market -> its newest answer, in the order the markets were asked; and the
    newest assessment, None before there is one."""

    answers: Mapping[str, RequestAnswer]
    impact: RequestImpact | None


def requests() -> QuerySet[MetricRequest]:
    """All requests, newest first."""
    return MetricRequest.objects.select_related("asked_by").order_by("-pk")


def standings(found: Collection[MetricRequest]) -> dict[int, Standing]:
    """Request -> where it stands; as many questions for many as for one."""
    numbers = [one.pk for one in found]
    impacts = RequestImpact.objects.filter(request__in=numbers).select_related("assessed_by").order_by("pk")
    rows = RequestAnswer.objects.filter(request__in=numbers).select_related("decided_by").order_by("pk")
    newest = {one.request_id: one for one in impacts}
    answers = {(one.request_id, one.market_id): one for one in rows}
    return {
        one.pk: Standing(
            {code: answers[one.pk, code] for code in one.codes if (one.pk, code) in answers},
            newest.get(one.pk),
        )
        for one in found
    }


def impact_of(request: MetricRequest) -> RequestImpact | None:
    """The newest assessment of a request."""
    return request.impacts.select_related("assessed_by").order_by("pk").last()


def answers_of(request: MetricRequest) -> Mapping[str, RequestAnswer]:
    """Market -> its newest answer, in the order the markets were asked."""
    return standings([request])[request.pk].answers
