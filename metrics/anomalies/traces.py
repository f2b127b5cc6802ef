"""What our own door saw, whatever the checks look for: rows it refused, and events told before they happened.

No defect is known by a trace alone. But an explanation under which there is none does not explain one that
is there, so traces speak of what is not on the checks' list as well.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from metrics.anomalies.checks.base import MIN_BIAS, Level
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

UNUSUAL: Final = 0.001  # of a batch's rows more than of the middle one
_LEAST_ROWS: Final = 500  # a batch of fewer has no share worth a word
_BY_BATCH: Final = """
SELECT batch, count(*), bool_or(t.shipment_id IN (SELECT shipment_id FROM shipment WHERE part = 'suspect'))
FROM told t GROUP BY batch ORDER BY batch
"""
# The receipt is read off our own clock. A carrier's may be a little ahead of it, as it always was.
_AHEAD: Final = ShareTest(
    hits="delivered_at > delivered_received",
    trials="delivered_at IS NOT NULL AND delivered_received IS NOT NULL", delta=0.002, sign=1,
    says="{now} of deliveries{where} were told before they happened; before it was {before}.",
)  # fmt: skip
TRACES: Final = {
    "refused": "Unusually many rows were refused",
    "ahead": "Deliveries were told before they happened",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace: a key of `TRACES`, whether it is there (None where too little is told to say), and what was
    seen as one sentence."""

    name: str
    is_seen: bool | None
    sentence: str


def traces_of(world: World) -> dict[str, Trace]:
    """All traces by name."""
    refused = refused_in(world)
    found = (
        Trace("refused", refused is not None and refused.is_material, _refused_sentence(refused)),
        _ahead(world),
    )
    return {one.name: one for one in found}


def _ahead(world: World) -> Trace:
    found = _AHEAD.run(world)
    if found.level is Level.UNTESTABLE:
        return Trace("ahead", None, "Too few deliveries are told to say whether any was told ahead.")
    return Trace("ahead", found.fires, found.sentence)


@dataclass(frozen=True, slots=True)
class Refused:
    """The batch that had most events refused beyond what is usual: rows, their share, that of the middle
    batch, and the most they can have moved the rate (a share of due shipments)."""

    batch: str
    rows: int
    share: float
    usual: float
    bias: float

    @property
    def is_material(self) -> bool:
        """Whether they can have moved the rate by enough to matter."""
        return self.bias >= MIN_BIAS


def refused_in(world: World, reasons: Collection[str] = ()) -> Refused | None:
    """Of the batches that tell of the days in question, the one with most events refused beyond what is
    usual, for one of these reasons (any, when none is given); None where none had unusually many. What an
    older batch lacks is no explanation of these days."""
    found = world.rows(_BY_BATCH)
    taken = {str(batch): int(rows) for batch, rows, _ in found}
    asked = {str(batch) for batch, _, is_asked in found if is_asked}
    refused: dict[str, int] = {}
    for batch, kind, reason, rows in world.sources.quarantined:
        if kind == "events" and (not reasons or reason in reasons):
            refused[batch] = refused.get(batch, 0) + rows
    sizes = {batch: number + taken.get(batch, 0) for batch, number in refused.items()}
    shares = {batch: refused[batch] / size for batch, size in sizes.items() if size > _LEAST_ROWS}
    usual = sorted(shares.get(batch, 0.0) for batch in taken)[len(taken) // 2] if taken else 0.0
    told = [batch for batch, share in shares.items() if batch in asked and share - usual >= UNUSUAL]
    if not told:
        return None
    batch = max(told, key=lambda one: ((shares[one] - usual) * sizes[one], one))
    return Refused(batch, refused[batch], shares[batch], usual, refused[batch] / max(world.due, 1))


def _refused_sentence(found: Refused | None) -> str:
    if found is None:
        return "No batch had unusually many rows refused."
    return (
        f"In batch {found.batch}, {found.rows:,} rows of events were refused: {found.share * 100:.2f} % of"
        f" it, where {found.usual * 100:.2f} % is usual."
    )
