"""Carrier codes mean something else: the events name another carrier than the promise does."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Table, untestable
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_MIX: Final = """
SELECT event_carrier, count(*) FILTER (part = 'base'), count(*) FILTER (part = 'suspect') FROM shipment
WHERE part IS NOT NULL AND coalesce(event_carrier, '') <> '' GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 20
"""
# A carrier that starts is named by promises and events alike; a code that changed its meaning is not. The
# rows it is about keep their outcome, so it can bias a carrier's rate and not the market's.
_DIFFERS: Final = ShareTest(
    hits="event_carrier <> carrier", trials="coalesce(event_carrier, '') <> '' AND promised_at IS NOT NULL",
    delta=0.002, sign=1, least_bias=0.002,
    says="{now} of shipments{where} carry another carrier in their events than in their promise;"
    " before it was {before}.",
)  # fmt: skip


def _run(world: World) -> Finding:
    mix = world.rows(_MIX)
    if not mix:
        return untestable("no event names a carrier")
    table = Table(("code in events", "before", "now"), tuple((str(c), int(b), int(n)) for c, b, n in mix))
    return replace(_DIFFERS.run(world), table=table)


CHECK: Final = Check(
    11,
    "carrier_mapping",
    "Carrier codes are mapped wrongly",
    Family.IDENTITY,
    "either",
    ("carrier codes",),
    _run,
)
