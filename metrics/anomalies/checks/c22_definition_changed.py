"""What a type of event means changed: attempts are told as deliveries.

The product's own definition cannot change between the two periods: both are counted here under one version
and one engine. What can is the feed's. A feed's version that was not there before is told beside; it is a
change on record and no defect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Table
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_VERSIONS: Final = """
SELECT carrier, integration, count(*) FILTER (part = 'base'), count(*) FILTER (part = 'suspect') FROM shipment
WHERE part IS NOT NULL AND coalesce(integration, '') <> '' GROUP BY ALL ORDER BY ALL LIMIT 40
"""
# An attempt told as a delivery is followed by the real one, hours later; a delivery is not.
_TWICE: Final = ShareTest(
    hits="last_delivered_at - delivered_at > INTERVAL 3 HOUR"
    " AND abs(epoch(delivered_at) - epoch(ofd_at)) >= 60",
    trials="delivered_at IS NOT NULL AND ofd_at IS NOT NULL", delta=0.003, sign=1,
    says="{now} of deliveries{where} are told again with a time hours later, as attempts are;"
    " before it was {before}.",
)  # fmt: skip


def _run(world: World) -> Finding:
    rows = world.rows(_VERSIONS)
    new = sorted(
        {str(version) for _, version, _, now in rows if now} - {str(v) for _, v, base, _ in rows if base}
    )
    found = _TWICE.run(world)
    if new:
        found = replace(found, sentence=f"{found.sentence} New versions of feeds: {', '.join(new[:5])}.")
    return replace(found, table=Table(("carrier", "version", "before", "now"), tuple(map(tuple, rows))))


CHECK: Final = Check(
    22, "definition_changed", "What a type of event means was changed", Family.CODE, "up", ("events",), _run
)
