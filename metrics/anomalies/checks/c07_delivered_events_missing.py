"""Out for delivery, and then nothing: the end of the story did not arrive."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    hits="NOT coalesce(is_ended, false)", trials="ofd_at IS NOT NULL", delta=0.01, sign=1,
    says="{now} of shipments{where} went out for delivery and were not heard of again;"
    " before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    7, "delivered_events_missing", "Delivered events are missing", Family.COMPLETENESS, "down",
    ("events",), _TEST.run,
)  # fmt: skip
