"""The undelivered are missing from what is due, so the rate flatters."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest
from metrics.anomalies.checks.shares import LEAD, ShareTest
from metrics.anomalies.world import World

_GONE: Final = ShareTest(
    hits="delivered_at IS NULL", trials="promised_at IS NOT NULL", delta=0.005, sign=-1,
    says="{now} of promised shipments{where} have no delivery; before it was {before}.",
)  # fmt: skip
# They are still in the carriers' events: undelivered there, and unknown to checkout.
_LEFT_BEHIND: Final = ShareTest(
    hits="delivered_at IS NULL AND promised_at IS NULL", trials="TRUE", delta=0.0005, sign=1,
    least_bias=0.0005, doubts=False, early=LEAD,
    says="{now} of shipments{where} were never delivered and have no promise; before it was {before}.",
)  # fmt: skip


def _run(world: World) -> Finding:
    return strongest([_GONE.run(world), _LEFT_BEHIND.run(world)])


CHECK: Final = Check(
    4, "survivor_denominator", "The undelivered left the denominator", Family.COMPLETENESS, "up",
    ("promises", "events"), _run,
)  # fmt: skip
