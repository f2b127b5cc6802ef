"""Promises made with another calendar: on days nobody delivers, or with another lead in working days."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, ShareTest, strongest, untestable
from metrics.anomalies.world import World

_WEEKDAYS: Final = """
SELECT isodow(end_local) AS d, count(*) FILTER (part = 'base') AS n FROM shipment
WHERE part = 'base' AND ends_at IS NOT NULL GROUP BY d ORDER BY d
"""
_LEAD: Final = "date_diff('hour', promised_at, ends_at)"


def _run(world: World) -> Finding:
    by_day = {int(day): int(number) for day, number in world.rows(_WEEKDAYS)}
    total = sum(by_day.values())
    if total < 500:
        return untestable("there are too few promises")
    closed = [day for day in range(1, 8) if by_day.get(day, 0) < 0.005 * total]
    findings = []
    if closed:
        days = ", ".join(map(str, closed))
        findings.append(
            ShareTest(
                hits=f"isodow(end_local) IN ({days})", trials="ends_at IS NOT NULL", delta=0.01, sign=1,
                says="{now} of promises{where} end on weekdays on which hardly any ended before ({before}).",
            ).run(world)  # fmt: skip
        )
    (middle,) = world.one(f"SELECT median({_LEAD}) FROM shipment WHERE part = 'base' AND ends_at IS NOT NULL")
    findings.append(
        ShareTest(
            hits=f"{_LEAD} < {float(middle or 0)}", trials="promised_at IS NOT NULL AND ends_at IS NOT NULL",
            delta=0.03, sign=0,
            says="{now} of promises{where} are shorter than the usual length; before it was {before}.",
        ).run(world)  # fmt: skip
    )
    return strongest(findings)


CHECK: Final = Check(
    17, "working_day_calendar", "Promises were made with another calendar", Family.CODE, "either", ("promises",), _run
)
