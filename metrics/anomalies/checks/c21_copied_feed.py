"""A feed that repeats an earlier day: what was told comes again, whole days later."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

_TEST: Final = ShareTest(
    hits="repeated_rows > 0", trials="delivered_rows >= 1", delta=0.003, sign=1,
    says="{now} of deliveries{where} were told again, word for word, about a day later;"
    " before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    21, "copied_feed", "The feed repeats an earlier day", Family.IDENTITY, "either", ("times of receipt",),
    _TEST.run,
)  # fmt: skip
