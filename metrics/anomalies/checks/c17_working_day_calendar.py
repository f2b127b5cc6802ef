"""Promises made with another calendar: on days nobody delivers, or with another lead."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest, untestable
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_WEEKDAYS: Final = """
SELECT isodow(end_local) AS d, count(*) AS n FROM shipment
WHERE part = 'base' AND ends_at IS NOT NULL GROUP BY d ORDER BY d
"""
_LEAD: Final = "date_diff('hour', promised_at, promise_end)"
_MIDDLE: Final = f"""
SELECT quantile_disc({_LEAD}, 0.5) FROM shipment WHERE part = 'base' AND ends_at IS NOT NULL
"""


def _run(world: World) -> Finding:
    by_day = {int(day): int(number) for day, number in world.rows(_WEEKDAYS)}
    total = sum(by_day.values())
    if total < 500:
        return untestable("there are too few promises in the days before")
    findings = []
    closed = [day for day in range(1, 8) if by_day.get(day, 0) < 0.005 * total]
    if closed:
        days = ShareTest(
            hits=f"isodow(end_local) IN ({', '.join(map(str, closed))})", trials="ends_at IS NOT NULL",
            delta=0.01, sign=1,
            says="{now} of promises{where} end on weekdays on which hardly any ended before ({before}).",
        )  # fmt: skip
        findings.append(days.run(world))
    (middle,) = world.one(_MIDDLE)
    lengths = ShareTest(
        hits=f"{_LEAD} < {int(middle or 0)}", trials="promised_at IS NOT NULL AND ends_at IS NOT NULL",
        delta=0.03, sign=0, doubts=False,
        says="{now} of promises{where} are shorter than the usual length; before it was {before}.",
    )  # fmt: skip
    return strongest([*findings, lengths.run(world)])


CHECK: Final = Check(
    17, "working_day_calendar", "Promises were made with another calendar", Family.CODE, "either",
    ("promises",), _run,
)  # fmt: skip
