"""Traffic that is nobody's order: identifiers of another form, durations that are all alike."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest
from metrics.anomalies.checks.forms import has_usual_form
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_DURATION: Final = """
SELECT date_diff('second', created_at, delivered_at) AS s, count(*) AS n FROM shipment
WHERE part = 'suspect' AND delivered_at > created_at GROUP BY s ORDER BY n DESC, s LIMIT 1
"""


def _run(world: World) -> Finding:
    forms = ShareTest(
        hits=f"NOT {has_usual_form(world)}", trials="TRUE",
        delta=0.005, sign=1,
        says="{now} of shipments{where} have identifiers of a form hardly seen before ({before}).",
    )  # fmt: skip
    findings = [forms.run(world)]
    for seconds, _ in world.rows(_DURATION):
        alike = ShareTest(
            hits=f"date_diff('second', created_at, delivered_at) = {int(seconds)}",
            trials="delivered_at > created_at", delta=0.005, sign=1,
            says="{now} of shipments{where} took the very same time to the second; before it was {before}.",
        )  # fmt: skip
        findings.append(alike.run(world))
    return strongest(findings)


CHECK: Final = Check(
    20, "test_traffic", "Test or replayed traffic is counted", Family.IDENTITY, "up", ("identifiers",), _run
)
