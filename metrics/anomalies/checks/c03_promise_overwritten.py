"""Promises recorded or changed only once the outcome was known."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    # The first promise is as old as the order: one recorded later stands in another's place.
    hits="(last_end <> first_end AND last_recorded > least(coalesce(delivered_at, first_end), first_end))"
    " OR promised_at > created_at",
    trials="first_end IS NOT NULL AND created_at IS NOT NULL", delta=0.005, sign=1,
    says="{now} of promises{where} were recorded or changed after the shipment was made;"
    " before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    3, "promise_overwritten", "The promise was overwritten after the fact", Family.PROMISE, "up",
    ("promise history",), _TEST.run,
)  # fmt: skip
