"""Traffic that is nobody's order: identifiers of another form, durations that are all alike."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_FORMS: Final = """
SELECT id_form, id_length, count(*) FROM shipment WHERE part = 'base'
GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT 20
"""
_DURATION: Final = """
SELECT date_diff('second', created_at, delivered_at) AS s, count(*) AS n FROM shipment
WHERE part = 'suspect' AND delivered_at > created_at GROUP BY s ORDER BY n DESC, s LIMIT 1
"""


def _run(world: World) -> Finding:
    known = [f"({world.quoted(str(form))}, {int(length)})" for form, length, _ in world.rows(_FORMS)]
    forms = ShareTest(
        hits=f"(id_form, id_length) NOT IN ({', '.join(known) or repr(('', 0))})", trials="TRUE",
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
