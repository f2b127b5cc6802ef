"""One world judged: what was planted, what was answered, and what simpler rules say of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from metrics.anomalies.assess import Assessment, assess
from metrics.anomalies.contacts import Corroboration
from metrics.anomalies.hypotheses import DEFECTS, MIX, QUIET, REAL, UNKNOWN
from metrics.anomalies.splits import MOVED_STEP
from metrics.anomalies.world import DUE, World
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at
from tests.triage.bench.rules import DETECTORS

SET_PRECISION = 0.92  # of a shift's shipments that have to be of the planted carrier
SET_EXPLAINS = 0.8  # of the excess


@dataclass(frozen=True)
class Item:
    """A plan and the group it is counted in; `hidden` takes its kind out of the knowledge base."""

    plan: Plan
    group: str
    hidden: bool = False

    @property
    def truth(self) -> str:
        return UNKNOWN if self.hidden else self.plan.truth


@dataclass
class Judged:
    """The answer to one item, in plain values."""

    group: str
    label: str
    truth: str
    second: str | None
    severity: float
    market: str
    ranked: list[tuple[str, float]]
    outcome: str
    proposal: str
    name: str
    step: float
    fires: list[str]
    alarm: bool
    fast: bool
    rules: dict[str, bool]
    is_found: bool | None
    scope: str | None
    implied_error: float | None
    seconds: float
    same_bytes: bool | None = None
    plan: dict[str, Any] = field(default_factory=dict)

    @property
    def top(self) -> str:
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        return self.ranked[0][1]

    def is_right(self, k: int = 1) -> bool:
        """Whether the truth (either of a pair) is among the first k."""
        return bool({self.truth, self.second} & {name for name, _ in self.ranked[:k]})

    @property
    def good(self) -> float:
        """Probability that nothing is wrong with the data."""
        return sum(p for name, p in self.ranked if name in (QUIET, REAL, MIX))


def judge(item: Item, *, again: bool = False) -> Judged:
    """Make the world of an item and judge it; with `again`, twice, comparing every byte."""
    plan = item.plan
    hidden = {plan.truth, plan.second} if item.hidden else set()
    known = [kind for kind in DEFECTS if kind not in hidden]
    with world_at(plan) as world:
        began = time.perf_counter()
        found = assess(world, known=known)
        seconds = time.perf_counter() - began
        is_found = _is_found(world, found, plan.carrier) if plan.carrier else None
        same = assess(world, known=known).as_text() == found.as_text() if again else None
    return _judged(item, found, seconds, same, is_found)


def judge_until(item: Item, again: bool, until: float) -> Judged | None:
    """The same, unless the moment (seconds of the epoch) has passed."""
    return judge(item, again=again) if time.time() < until else None


def _to_explain(item: Item, step: float) -> str:
    """A change of the world that left the rate within a point of where it was has nothing to be named for."""
    return QUIET if item.truth in (REAL, MIX) and abs(step) < MOVED_STEP else item.truth


def _is_found(world: World, found: Assessment, carrier: str) -> bool | None:
    """Whether the first shift is the carrier's: it names it, or holds next to nothing but shipments of it and
    explains most of what moved. None where nothing moved, so that no shift was looked for."""
    if not found.evidence.attribution.shifts:
        return None
    shift = found.evidence.attribution.shifts[0].shift
    if [value for name, value in shift.where if name == "carrier"] == [carrier]:
        return True
    held = " AND ".join(f"coalesce({name}, '') = {world.quoted(value)}" for name, value in shift.where)
    ours, all_ = world.one(
        f"SELECT count(*) FILTER (carrier = $carrier), count(*) FROM shipment"
        f" WHERE part = 'suspect' AND {DUE} AND {held or 'TRUE'}",
        carrier=carrier,
    )
    return bool(ours >= SET_PRECISION * all_) and shift.explains >= SET_EXPLAINS


def _judged(
    item: Item, found: Assessment, seconds: float, same: bool | None, is_found: bool | None
) -> Judged:
    plan, evidence = item.plan, found.evidence
    contacts = evidence.contacts
    is_real = plan.defect is None and isinstance(contacts, Corroboration)
    return Judged(
        item.group, plan.label, _to_explain(item, evidence.step.size if evidence.step else 0.0), plan.second, plan.severity, plan.market,
        [(one.name, round(one.probability, 4)) for one in found.hypotheses],
        found.verdict.outcome, found.verdict.proposal, found.verdict.name, evidence.step.size if evidence.step else 0.0,
        [kind for kind, one in evidence.findings.items() if one.fires],
        any(one.day >= plan.monday for one in found.alarms),
        any(one.day >= plan.monday and one.clock == "fast" for one in found.alarms),
        {name: rule(list(evidence.days)) for name, rule in DETECTORS.items()},
        is_found, plan.carrier,
        contacts.implied - contacts.reported
        if is_real and isinstance(contacts, Corroboration) and abs(evidence.step.size if evidence.step else 0) > MOVED_STEP
        else None,
        seconds, same, asdict(plan),
    )  # fmt: skip
