"""Requests for more of the metric, for tests: asked by BizOps, assessed by the DPM."""

from __future__ import annotations

from typing import Final

from governance.requests.models import MetricRequest
from governance.requests.services import request_assess, request_make
from tests import builders
from tests.builders import person

TABLE: Final = "f" * 64
ASKS: Final = "OTDR by carrier, every week."


def made(*markets: str) -> MetricRequest:
    """BizOps asks for both markets by carrier."""
    builders.two_markets()
    return request_make(
        title="OTDR by carrier", asks=ASKS, purpose="The carrier reviews.",
        markets=markets or (builders.SHOWN, builders.UNDECIDED), actor=person("bizops"),
    )  # fmt: skip


def assessed(*markets: str) -> MetricRequest:
    """The DPM has said what it would take."""
    request = made(*markets)
    said = [(code, f"{code} can be shown.") for code in request.codes]
    request_assess(
        request=request, table=TABLE, sentences=[*said, ("", "Everybody would read it.")], actor=person("dpm")
    )
    return request
