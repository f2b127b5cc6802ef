"""The promise is read with another cut-off: as a moment where it was a day, or the other way round."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_SAME_DAY_LATE: Final = ShareTest(
    # Of the late ones: what is delivered worse is later by days as well, another cut-off moves the same day.
    hits="CAST(delivered_local AS DATE) <= CAST(end_local AS DATE)", trials="delivered_at > ends_at",
    delta=0.1, sign=1,
    says="{now} of late deliveries{where} came on the promised day itself; before it was {before}.",
)  # fmt: skip
_INSTANTS: Final = ShareTest(
    hits="promise_kind = 'instant'", trials="promise_kind IS NOT NULL", delta=0.03, sign=0, doubts=False,
    says="{now} of promises{where} end at a minute instead of a day; before it was {before}.",
)  # fmt: skip


def _run(world: World) -> Finding:
    return strongest([_SAME_DAY_LATE.run(world), _INSTANTS.run(world)])


CHECK: Final = Check(18, "cut_off_rule", "The cut-off rule changed", Family.CODE, "down", ("promises",), _run)
