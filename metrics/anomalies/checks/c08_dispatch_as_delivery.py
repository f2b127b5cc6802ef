"""Delivered the very minute it went out."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    hits="delivered_at - ofd_at < INTERVAL 1 MINUTE AND delivered_at >= ofd_at",
    trials="delivered_at IS NOT NULL AND ofd_at IS NOT NULL", delta=0.02, sign=1,
    says="{now} of deliveries{where} are told within a minute of going out; before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    8, "dispatch_as_delivery", "Dispatch was counted as delivery", Family.TIMES, "up", ("events",), _TEST.run,
)  # fmt: skip
