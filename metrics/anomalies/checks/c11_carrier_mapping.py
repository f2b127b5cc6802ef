"""Carrier codes mean something else: codes nobody knew, or a mix that jumped without the volume moving."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from metrics.anomalies.checks.base import Check, Family, Finding, ShareTest, Table, level_of, strongest, untestable
from metrics.anomalies.world import World

_MIX: Final = """
SELECT event_carrier, count(*) FILTER (part = 'base'), count(*) FILTER (part = 'suspect') FROM shipment
WHERE part IS NOT NULL AND coalesce(event_carrier, '') <> '' GROUP BY 1 ORDER BY 1
"""
_DIFFERS: Final = ShareTest(
    hits="event_carrier <> carrier", trials="coalesce(event_carrier, '') <> '' AND promised_at IS NOT NULL",
    delta=0.002, sign=1,
    says="{now} of shipments{where} carry another carrier in their events than in their promise; before it was {before}.",
)  # fmt: skip


def _run(world: World) -> Finding:
    mix = [(str(carrier), float(base), float(now)) for carrier, base, now in world.rows(_MIX)]
    base, now = (np.array([row[place] for row in mix]) for place in (1, 2))
    if not mix or base.sum() < 500 or now.sum() < 200:
        return untestable("there are too few events with a carrier")
    was, became = base / base.sum(), now / now.sum()
    unknown = float(became[base == 0].sum())
    divergence = _jensen_shannon(was, became)
    z = 7.0 * min(unknown / 0.01, 3.0) if unknown > 0.002 else 0.0
    z = max(z, 200 * divergence if divergence > 0.01 else 0.0)
    sentence = (
        f"{unknown * 100:.1f} % of shipments carry a carrier code not seen before; the mix of codes moved by"
        f" {divergence:.3f} bits."
    )
    table = Table(("code", "before", "now"), tuple((c, int(b), int(n)) for c, b, n in mix))
    mixed = Finding(
        level_of(z, unknown > 0.002 or divergence > 0.02), sentence, z, unknown, max(unknown, divergence), "",
        MappingProxyType({"unknown": unknown, "divergence": divergence}), table,
    )  # fmt: skip
    return strongest([_DIFFERS.run(world), mixed])


def _jensen_shannon(one: np.ndarray, two: np.ndarray) -> float:  # type: ignore[type-arg]
    middle = (one + two) / 2
    parts = [np.where(side > 0, side * np.log2(np.where(side > 0, side, 1) / middle), 0) for side in (one, two)]
    return float(sum(part.sum() for part in parts) / 2)


CHECK: Final = Check(
    11, "carrier_mapping", "Carrier codes are mapped wrongly", Family.IDENTITY, "either", ("carrier codes",), _run
)
