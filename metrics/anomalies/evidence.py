"""All that is known of a suspect week before anybody judges it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from metrics.anomalies.attribution import Attribution, attribute
from metrics.anomalies.batches import Overruled, overruled, seat
from metrics.anomalies.checks.base import Finding, Level
from metrics.anomalies.checks.registry import CHECKS
from metrics.anomalies.checks.shares import Step, step_of
from metrics.anomalies.contacts import Corroboration, Silence, corroborate
from metrics.anomalies.splits import is_moved
from metrics.anomalies.traces import Trace, traces_of
from metrics.anomalies.world import DUE, ON_TIME, World

MIX_SHARE: Final = 0.6  # of the change that weights have to make
MIX_LEAST: Final = 0.4  # the same where what rates made is no more than noise makes
NOISE_Z: Final = 2.0
_BY_DAY: Final = f"""
SELECT day, part, count(*) FILTER ({DUE}), count(*) FILTER (status = 'on_time'),
  count(*) FILTER (status = 'late'), count(*) FILTER (status = 'pending'),
  count(*) FILTER (status = 'unknown')
FROM shipment WHERE part IS NOT NULL GROUP BY ALL ORDER BY day
"""


@dataclass(frozen=True, slots=True)
class DayRow:
    """Counts of one promise day; `part` is `base` or `suspect`."""

    day: dt.date
    part: str
    due: int
    on_time: int
    late: int
    pending: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks found (by kind), how the rate stepped and where, what batches overruled, what the
    contacts say of it, and the traces (by name) of what is on nobody's list. `volume` is due shipments a day
    over those before."""

    findings: Mapping[str, Finding]
    step: Step | None
    days: Sequence[DayRow]
    attribution: Attribution
    batches: Sequence[Overruled]
    contacts: Corroboration | Silence
    volume: float
    traces: Mapping[str, Trace]

    @property
    def is_moved(self) -> bool:
        """Whether the rate itself moved: by a point, and beyond noise or by weights, which have none."""
        return is_moved(self.step, self.attribution.splits)

    @property
    def is_by_weights(self) -> bool:
        """Whether weights made most of the change, or much of it where rates did no more than noise does."""
        split, step = self.attribution.most_mix, self.step
        if split is None or step is None or not step.z:
            return False
        is_noise = abs(float(split.rate)) < NOISE_Z * abs(step.size / step.z)
        return split.share_of_known >= (MIX_LEAST if is_noise else MIX_SHARE)

    @property
    def is_refuted(self) -> bool:
        """Whether contacts that can tell say that lateness did not move as the rate did."""
        return self.is_moved and isinstance(self.contacts, Corroboration) and self.contacts.refutes

    @property
    def seat(self) -> Overruled | None:
        """The batch that made most of the step."""
        return seat(list(self.batches), self.step.size) if self.is_moved and self.step else None


def gather(world: World, *, without: Collection[str] = ()) -> Evidence:
    """Run every check and every witness over one world; checks of the kinds in `without` are not known."""
    findings = {check.kind: check.run(world) for check in CHECKS if check.kind not in without}
    days = [
        DayRow(day, str(part), *(int(number) for number in counts))
        for day, part, *counts in world.rows(_BY_DAY)
    ]
    step = step_of(world.shares(ON_TIME, DUE)[""])
    return Evidence(
        findings, step, days, attribute(world, step), overruled(world),
        _contacts(world, days), _volume(days), traces_of(world),
    )  # fmt: skip


def values(evidence: Evidence) -> dict[str, str]:
    """The evidence as one value per item; what could not be tested is not in it."""
    found = {
        kind: finding.level.value
        for kind, finding in evidence.findings.items()
        if finding.level is not Level.UNTESTABLE
    }
    step, moved = evidence.step, evidence.is_moved
    found["step"] = "flat" if not moved or step is None else "up" if step.size > 0 else "down"
    if moved:
        found["mix"] = "weights" if evidence.is_by_weights else "rates"
        found["batch"] = "one" if evidence.seat else "none"
    contacts = evidence.contacts
    if moved and isinstance(contacts, Corroboration) and contacts.is_a_witness:
        found["contacts"] = contacts.word
    found["volume"] = "more" if evidence.volume > 1.4 else "less" if evidence.volume < 0.7 else "usual"
    traces = [one for one in evidence.traces.values() if one.is_seen is not None]
    return found | {one.name: "seen" if one.is_seen else "usual" for one in traces}


def _contacts(world: World, days: Sequence[DayRow]) -> Corroboration | Silence:
    return corroborate(
        {row.day: row.due - row.on_time for row in days},
        {row.day: row.due for row in days},
        world.sources.contacts,
        [row.day for row in days if row.part == "base"],
        [row.day for row in days if row.part == "suspect"],
    )


def _volume(days: Sequence[DayRow]) -> float:
    base = [row.due for row in days if row.part == "base"]
    now = [row.due for row in days if row.part == "suspect"]
    if not base or not now or not sum(base):
        return 1.0
    return (sum(now) / len(now)) / (sum(base) / len(base))
