"""Traffic that is nobody's order: identifiers of another form, durations that are all alike."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, ShareTest, strongest
from metrics.anomalies.world import World

_FORMS: Final = """
SELECT id_form, id_length, count(*) FROM shipment WHERE part = 'base' GROUP BY ALL ORDER BY 3 DESC LIMIT 20
"""
_DURATION: Final = """
SELECT date_diff('second', created_at, delivered_at) AS s, count(*) AS n FROM shipment
WHERE part = 'suspect' AND delivered_at > created_at GROUP BY s ORDER BY n DESC, s LIMIT 1
"""


def _run(world: World) -> Finding:
    known = [(str(form), int(length)) for form, length, _ in world.rows(_FORMS)]
    forms = ", ".join(f"('{form.replace(chr(39), chr(39) * 2)}', {length})" for form, length in known) or "('', 0)"
    findings = [
        ShareTest(
            hits=f"(id_form, id_length) NOT IN ({forms})", trials="TRUE", delta=0.005, sign=1,
            says="{now} of shipments{where} have identifiers of a form not seen before.",
        ).run(world)  # fmt: skip
    ]
    top = world.rows(_DURATION)
    if top:
        findings.append(
            ShareTest(
                hits=f"date_diff('second', created_at, delivered_at) = {int(top[0][0])}",
                trials="delivered_at > created_at", delta=0.005, sign=1,
                says="{now} of shipments{where} took the very same time to the second; before it was {before}.",
            ).run(world)  # fmt: skip
        )
    return strongest(findings)


CHECK: Final = Check(20, "test_traffic", "Test or replayed traffic", Family.IDENTITY, "up", ("identifiers",), _run)
