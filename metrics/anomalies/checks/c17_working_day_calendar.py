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
# In whole days at the destination: another hour of the same day is the cut-off's, and no calendar's.
_LEAD: Final = (
    "CAST(CASE promise_kind WHEN 'date' THEN end_local - INTERVAL 1 SECOND ELSE end_local END AS DATE)"
    " - CAST(promised_at + (end_local - promise_end) AS DATE)"
)
_MIDDLE: Final = f"""
SELECT quantile_disc({_LEAD}, 0.5) FROM shipment WHERE part = 'base' AND ends_at IS NOT NULL
"""
# One of two hundred promises of a service is shorter than this many days.
_SHORTEST: Final = f"""
SELECT coalesce(service, ''), quantile_disc({_LEAD}, 0.005) FROM shipment
WHERE part = 'base' AND promised_at IS NOT NULL AND ends_at IS NOT NULL
GROUP BY 1 HAVING count(*) >= 500 ORDER BY count(*) DESC, 1 LIMIT 20
"""


def _shortest(world: World) -> list[Finding]:
    """Whether promises are shorter than their service hardly ever made them; empty where none is known."""
    least = [(str(service), int(days)) for service, days in world.rows(_SHORTEST)]
    if not least:
        return []
    cases = " ".join(f"WHEN {world.quoted(service)} THEN {_LEAD} < {days}" for service, days in least)
    test = ShareTest(
        hits=f"CASE coalesce(service, '') {cases} ELSE false END",
        trials="promised_at IS NOT NULL AND ends_at IS NOT NULL", delta=0.005, sign=1, doubts=False,
        says="{now} of promises{where} are shorter than nearly all of their service; before it was {before}.",
    )  # fmt: skip
    return [test.run(world)]


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
    return strongest([*findings, *_shortest(world), lengths.run(world)])


CHECK: Final = Check(
    17, "working_day_calendar", "Promises were made with another calendar", Family.CODE, "either",
    ("promises",), _run,
)  # fmt: skip
