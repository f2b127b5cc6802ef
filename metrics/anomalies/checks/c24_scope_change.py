"""Something else is counted: services, destinations or origins that were not in the scope before."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, ShareTest, strongest
from metrics.anomalies.world import World

_KNOWN: Final = "SELECT DISTINCT {column} FROM shipment WHERE part = 'base' AND {column} IS NOT NULL ORDER BY 1"
_COLUMNS: Final = (("service", "service"), ("destination", "destination"), ("origin", "origin"))


def _run(world: World) -> Finding:
    findings = []
    for column, word in _COLUMNS:
        known = [str(value).replace("'", "''") for (value,) in world.rows(_KNOWN.format(column=column))]
        listed = ", ".join(f"'{value}'" for value in known) or "''"
        findings.append(
            ShareTest(
                hits=f"coalesce({column}, '') NOT IN ({listed}, '')", trials="promised_at IS NOT NULL", delta=0.005,
                sign=1, says="{now} of shipments{where} have a " + word + " that was never counted before.",
            ).run(world)  # fmt: skip
        )
    return strongest(findings)


CHECK: Final = Check(24, "scope_change", "The scope changed", Family.CODE, "either", ("services", "lanes"), _run)
