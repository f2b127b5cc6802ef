"""Times that stand for no time: 1970, 2099, milliseconds read as seconds; and rows refused for them."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Level, strongest
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_TEST: Final = ShareTest(
    hits="year(delivered_at) < 2000 OR year(delivered_at) > 2090"
    " OR delivered_at < created_at - INTERVAL 60 DAY",
    trials="delivered_at IS NOT NULL", delta=0.001, sign=1,
    says="{now} of times of delivery{where} are no real times (1970, 2099 and the like);"
    " before it was {before}.",
)  # fmt: skip
_BY_BATCH: Final = """
SELECT batch, count(*), bool_or(t.shipment_id IN (SELECT shipment_id FROM shipment WHERE part = 'suspect'))
FROM told t GROUP BY batch ORDER BY batch
"""
_UNUSUAL: Final = 0.001
_USUAL: Final = Finding(Level.CLEAR, "No batch had unusually many times refused.")


def _refused(world: World) -> Finding:
    """The batch that had unusually many rows of events refused for their times, of those that tell of the
    days in question: what an older one lacks is no explanation of these."""
    found = world.rows(_BY_BATCH)
    taken = {str(batch): int(rows) for batch, rows, _ in found}
    asked = {str(batch) for batch, _, is_asked in found if is_asked}
    refused: dict[str, int] = {}
    for batch, kind, reason, rows in world.sources.quarantined:
        if kind == "events" and "occurred" in reason:
            refused[batch] = refused.get(batch, 0) + rows
    sizes = {batch: number + taken.get(batch, 0) for batch, number in refused.items()}
    shares = {batch: refused[batch] / size for batch, size in sizes.items() if size > 500}
    told = {batch: share for batch, share in shares.items() if batch in asked}
    if not told or not taken:
        return _USUAL
    usual = sorted(shares.get(batch, 0.0) for batch in taken)[len(taken) // 2]
    batch, share = max(told.items(), key=lambda item: (item[1], item[0]))
    if share - usual < _UNUSUAL:
        return _USUAL
    bias = refused[batch] / max(world.due, 1)
    return Finding(
        Level.FIRE if bias >= 0.003 else Level.HINT,
        f"In batch {batch}, {share * 100:.2f} % of rows were refused because their time cannot be;"
        f" usual is {usual * 100:.2f} %.",
        6.0, share - usual, bias, batch,
        threshold="a tenth of a point more of a batch's rows refused than of the middle batch",
    )  # fmt: skip


def _run(world: World) -> Finding:
    told, refused = _TEST.run(world), _refused(world)
    # That no batch was refused much is no answer where there is nothing to look at.
    return told if refused.level is Level.CLEAR else strongest([told, refused])


CHECK: Final = Check(
    15, "sentinel_times", "Some times stand for no time", Family.TIMES, "either", ("times of events",), _run
)
