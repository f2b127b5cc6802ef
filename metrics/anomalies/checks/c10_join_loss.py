"""Promises and events that do not find each other: both anti-joins."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    hits="told_rows IS NULL OR promised_at IS NULL", trials="TRUE", delta=0.005, sign=1,
    says="{now} of shipments{where} have a promise without events or events without a promise;"
    " before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    10, "join_loss", "Promises and events do not find each other", Family.IDENTITY, "either",
    ("promises", "events"), _TEST.run,
)  # fmt: skip
