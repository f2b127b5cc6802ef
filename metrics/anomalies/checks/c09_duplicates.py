"""The same delivery in several rows."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    hits="delivered_rows > 1", trials="delivered_rows >= 1", delta=0.002, sign=1,
    says="{now} of deliveries{where} are told more than once; before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    9, "duplicates", "Rows are told more than once", Family.IDENTITY, "either", ("events",), _TEST.run,
)  # fmt: skip
