"""Day and month were read the wrong way round: impossible lags that become normal when swapped back."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family
from metrics.anomalies.checks.shares import ShareTest

# A day up to 12 can be read as a month, and then the delivery lies months away from its making.
_SWAPPED: Final = (
    "make_timestamp(year(delivered_at), day(delivered_at), month(delivered_at), hour(delivered_at),"
    " minute(delivered_at), second(delivered_at))"
)
_START: Final = "coalesce(created_at, promised_at)"
_LIKELY: Final = f"BETWEEN {_START} - INTERVAL 1 DAY AND {_START} + INTERVAL 30 DAY"
_TEST: Final = ShareTest(
    hits=f"NOT delivered_at {_LIKELY} AND CASE WHEN day(delivered_at) <= 12 THEN {_SWAPPED} {_LIKELY}"
    " ELSE false END",
    trials="delivered_at IS NOT NULL", delta=0.005, sign=1,
    says="{now} of times of delivery{where} only make sense with day and month swapped;"
    " before it was {before}.",
)  # fmt: skip
CHECK: Final = Check(
    14, "day_month_swap", "Day and month were swapped", Family.TIMES, "down", ("times of events",), _TEST.run
)
