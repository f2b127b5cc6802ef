"""Questions about requests: the newest assessment, what is decided of each market."""

from __future__ import annotations

from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact


def impact_of(request: MetricRequest) -> RequestImpact | None:
    """The newest assessment of a request."""
    return request.impacts.select_related("assessed_by").order_by("pk").last()


def answers_of(request: MetricRequest) -> dict[str, RequestAnswer]:
    """Market -> its newest answer, in the order the markets were asked."""
    rows = request.answers.select_related("decided_by", "market").order_by("pk")
    newest = {item.market_id: item for item in rows}
    return {code: newest[code] for code in request.codes if code in newest}
