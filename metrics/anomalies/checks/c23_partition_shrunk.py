"""Days that hold less than days like them: a partition that shrank or never came whole."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from metrics.anomalies.checks.base import Check, Family, Finding, Level, Table, level_of, untestable
from metrics.anomalies.world import World

_DAYS: Final = """
SELECT part, day, isodow(day), count(*) FROM shipment WHERE part IS NOT NULL GROUP BY ALL ORDER BY day
"""


def _run(world: World) -> Finding:
    found = world.rows(_DAYS)
    base: dict[int, list[int]] = {}
    for part, _, weekday, number in found:
        if part == "base":
            base.setdefault(int(weekday), []).append(int(number))
    rows = []
    for part, day, weekday, number in found:
        before = base.get(int(weekday), [])
        if part == "suspect" and len(before) >= 3 and np.median(before) >= 50:
            usual = float(np.median(before))
            noise = max(float(1.4826 * np.median(np.abs(np.array(before) - usual))), usual**0.5, 0.02 * usual)
            rows.append((day, int(number), usual, (number - usual) / noise))
    if not rows:
        return untestable("there are no days of the same weekday before")
    overall = sum(row[1] for row in rows) / sum(row[2] for row in rows) - 1
    day, number, usual, z = min(rows, key=lambda row: row[3])
    drop = 1 - number / usual
    others = float(np.median([row[1] / row[2] for row in rows if row[0] != day])) if len(rows) > 1 else 1.0
    is_alone = drop - (1 - others) >= 0.05
    return Finding(
        level_of(z, drop >= 0.05 and is_alone) if drop > 0 else Level.CLEAR,
        f"{day:%d %b} holds {number:,} shipments, {drop * 100:.0f} % fewer than days like it.",
        z, -drop, max(drop, 0.0) / len(rows), f"{day}", MappingProxyType({"overall": overall, "drop": drop}),
        Table(("day", "shipments", "usual"), tuple((str(r[0]), r[1], r[2]) for r in rows)),
    )  # fmt: skip


CHECK: Final = Check(
    23, "partition_shrunk", "A day holds less than it should", Family.COMPLETENESS, "either", ("volumes by day",), _run
)
