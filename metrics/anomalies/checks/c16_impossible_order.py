"""Delivered before it was made, out after it was delivered, known before it happened."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    hits="delivered_at < created_at OR ofd_at > delivered_at OR delivered_at > delivered_received",
    trials="delivered_at IS NOT NULL", delta=0.002, sign=1,
    says="{now} of deliveries{where} come before the shipment was made, before it went out, or after they"
    " were received; before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    16, "impossible_order", "Events come in an impossible order", Family.TIMES, "up", ("events",), _TEST.run,
)  # fmt: skip
