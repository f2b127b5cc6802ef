"""What a single delivery of input did: the rate as it is, and as it would be without that batch.

Only shipments that another batch told the end of as well are looked at: what a batch *overrules* is a
property of the batch; what it alone brings is most of the feed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metrics.anomalies.world import World

LEAST_SHARE: Final = 0.6  # of the step a batch has to make to be called its seat
_WITHOUT: Final = """
WITH touched AS (
  SELECT DISTINCT t.shipment_id, t.batch FROM told t JOIN shipment s USING (shipment_id)
  WHERE t.type = 'delivered' AND s.part IS NOT NULL AND s.ends_at IS NOT NULL
    AND s.status IN ('on_time', 'late', 'pending', 'unknown')),
twice AS (SELECT * FROM touched SEMI JOIN
  (SELECT shipment_id FROM touched GROUP BY 1 HAVING count(*) > 1) USING (shipment_id)),
others AS (
  SELECT w.shipment_id, w.batch, t.event_id,
         max(struct_pack(received := t.received_at, happened := t.happened)) AS e
  FROM twice w JOIN told t ON t.shipment_id = w.shipment_id AND t.batch <> w.batch AND t.type = 'delivered'
  GROUP BY ALL),
without AS (
  SELECT o.shipment_id, o.batch, bool_or(o.e.happened <= s.ends_at
    AND (s.created_at IS NULL OR o.e.happened >= s.created_at)) AS on_time
  FROM others o JOIN shipment s USING (shipment_id) GROUP BY ALL)
SELECT w.batch, s.part, count(*), count(*) FILTER (s.status = 'on_time'), count(*) FILTER (w.on_time)
FROM without w JOIN shipment s USING (shipment_id) GROUP BY ALL ORDER BY ALL
"""
_SOURCES: Final = "SELECT batch, min(source), min(integration) FROM told GROUP BY batch ORDER BY batch"
_DUE_BEFORE: Final = """
SELECT count(*) FROM shipment WHERE part = 'base' AND status IN ('on_time', 'late', 'pending', 'unknown')
"""


@dataclass(frozen=True, slots=True)
class Overruled:
    """One batch: how many suspect shipments it told the end of beside another batch, how many of them are
    on time with it and would be without it, and what batches of its source usually did (as a rate)."""

    batch: str
    source: str
    shipments: int
    on_time: int
    without: int
    usual: float
    due: int

    @property
    def effect(self) -> float:
        """What the batch did to the rate of the suspect days."""
        return (self.on_time - self.without) / max(self.due, 1)

    @property
    def beyond(self) -> float:
        """The effect beyond what such batches usually have."""
        return self.effect - self.usual


def overruled(world: World) -> list[Overruled]:
    """Every batch that overruled something in the suspect days, largest effect first."""
    sources = {str(batch): str(source) for batch, source, _ in world.rows(_SOURCES)}
    found = world.rows(_WITHOUT)
    (due_before,) = world.one(_DUE_BEFORE)
    usual: dict[str, float] = {}
    for batch, part, _, on_time, without in found:
        if part == "base":
            source = sources[str(batch)]
            usual[source] = usual.get(source, 0.0) + (on_time - without) / max(int(due_before), 1)
    rows = []
    for batch, part, number, on_time, without in found:
        if part == "suspect":
            source = sources[str(batch)]
            counts = (int(number), int(on_time), int(without))
            rows.append(Overruled(str(batch), source, *counts, usual.get(source, 0.0), world.due))
    return sorted(rows, key=lambda one: (-abs(one.beyond), one.batch))


def seat(batches: list[Overruled], step: float) -> Overruled | None:
    """The batch that made most of the step, or None."""
    if not step:
        return None
    return next((one for one in batches if one.beyond / step >= LEAST_SHARE), None)
