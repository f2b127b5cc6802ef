"""Something else is counted: services, destinations or origins that were not in the scope before."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_KNOWN: Final = """
SELECT DISTINCT {column} FROM shipment WHERE part = 'base' AND {column} IS NOT NULL ORDER BY 1
"""
_COLUMNS: Final = ("service", "destination", "origin")


def _run(world: World) -> Finding:
    findings = []
    for column in _COLUMNS:
        known = [str(value) for (value,) in world.rows(_KNOWN.format(column=column))]
        test = ShareTest(
            hits=f"coalesce({column}, '') NOT IN ({world.listed(known)}, '')",
            trials="promised_at IS NOT NULL",
            delta=0.005, sign=1,
            says="{now} of shipments{where} have a " + column + " that was not counted before.",
        )  # fmt: skip
        findings.append(test.run(world))
    return strongest(findings)


CHECK: Final = Check(
    24, "scope_change", "The scope changed", Family.CODE, "either", ("services", "lanes"), _run
)
