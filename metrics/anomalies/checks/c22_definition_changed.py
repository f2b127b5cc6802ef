"""Something in the chain changed: a feed's version that was not there before."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, ShareTest, Table, strongest
from metrics.anomalies.world import World

_VERSIONS: Final = """
SELECT carrier, integration, count(*) FILTER (part = 'base'), count(*) FILTER (part = 'suspect') FROM shipment
WHERE part IS NOT NULL AND coalesce(integration, '') <> '' GROUP BY ALL ORDER BY ALL
"""


# An attempt that is told as a delivery is one attempt fewer.
_ATTEMPTS: Final = ShareTest(
    hits="attempted_at IS NOT NULL", trials="ofd_at IS NOT NULL", delta=0.01, sign=-1,
    says="{now} of shipments{where} that went out were attempted without success; before it was {before}.",
)  # fmt: skip


def _run(world: World) -> Finding:
    found = world.rows(_VERSIONS)
    if not found:
        return _ATTEMPTS.run(world)
    known = {(str(carrier), str(version)) for carrier, version, base, _ in found if base}
    pairs = ", ".join(
        f"('{carrier.replace(chr(39), chr(39) * 2)}', '{version.replace(chr(39), chr(39) * 2)}')"
        for carrier, version in sorted(known)
    )
    test = ShareTest(
        hits=f"(carrier, integration) NOT IN ({pairs or repr(('', ''))})", trials="coalesce(integration, '') <> ''",
        delta=0.01, sign=1,
        says="{now} of shipments{where} came by a version of the feed not seen before; before it was {before}.",
    )  # fmt: skip
    step = strongest([_ATTEMPTS.run(world), test.run(world)])
    table = Table(("carrier", "version", "before", "now"), tuple(tuple(row) for row in found))
    return Finding(step.level, step.sentence, step.z, step.step, step.bias, step.scope, step.numbers, table)


CHECK: Final = Check(
    22, "definition_changed", "Feed or transformation changed", Family.CODE, "either", ("feed versions",), _run
)
