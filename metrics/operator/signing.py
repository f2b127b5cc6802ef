"""The numbers a signer is asked to sign: the week as told now, as signed last, and what lies behind it.

For those who sign, decide and audit; certified or not, and never served by the hub.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.selectors import Dark, dark
from governance.scope.models import CARRIER, ScopeDecision
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.models import SignoffRequest
from governance.signoffs.selectors import is_party, stands
from metrics.lake.models import LakeFile
from metrics.operator.carriers import Carrier, carriers_in
from metrics.operator.effect import Sum, filed_sums
from metrics.periods.finality import finality, locks_in_force
from metrics.periods.models import Restatement
from metrics.recompute import storage
from metrics.recompute.inputs import pinned_files
from metrics.recompute.models import RunVintage
from metrics.recompute.states import RunState
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import require


@dataclass(frozen=True, slots=True)
class Told:
    """One ISO week (its Monday) as one vintage tells it: shipments, and its finality."""

    monday: dt.date
    due: int
    on_time: int
    late: int
    pending: int
    unknown: int
    finality: str

    @property
    def rate(self) -> Fraction | None:
        """On time / due, exactly; None when nothing was due."""
        return Fraction(self.on_time, self.due) if self.due else None

    @property
    def is_too_early(self) -> bool:
        """Whether it has no rate to be read yet."""
        return self.finality == "preliminary"


@dataclass(frozen=True, slots=True)
class Drift:
    """A signed week that a later vintage tells otherwise; `points` is None where one has no rate."""

    signed: Told
    now: Told | None
    points: Fraction | None
    tolerance: Fraction
    lost_news: bool

    @property
    def is_outside(self) -> bool:
        """Whether the signature does not cover it: the same rule as the database's."""
        return self.points is None or abs(self.points) > self.tolerance or self.lost_news


@dataclass(frozen=True, slots=True)
class Source:
    """Where a vintage's counts come from: the run, its pin, and the batches it read.

    `new` are the batches that the vintage signed before did not know; all of them when there is none.
    """

    run: str
    pin: str
    as_of: dt.datetime
    queued_by: str
    batches: int
    new: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one decision asks to be signed, beside what was signed last."""

    decision: ScopeDecision
    now: Told | None
    before: ScopeDecision | None
    last: Told | None
    drifts: tuple[Drift, ...]
    tolerance: Fraction
    source: Source | None
    restated: tuple[dt.date, ...]
    rollup: tuple[Sum, Sum] | None
    carriers: tuple[Carrier, ...] = ()
    off: dt.datetime | None = None
    """Since when it is switched off: then there is no number of it here, nor a sentence made of one."""
    is_rollup_dark: bool = False
    """Whether the roll-up is kept back, since it may hold a market that is switched off."""


def tolerance_of(decision: ScopeDecision) -> Fraction:
    """How many points a signed week may move before the signatures no longer cover it."""
    return Fraction(Decimal(json.loads(decision.guard)["max_drift_points"]))


def signed_before(decision: ScopeDecision) -> ScopeDecision | None:
    """The decision to show the same market that all had signed last, before this one."""
    earlier = ScopeDecision.objects.filter(
        market=decision.market_id, breakout=decision.breakout, value=decision.value, pk__lt=decision.pk
    ).exclude(state=ScopeState.EXCLUDED)
    return next((item for item in earlier.order_by("-pk") if stands(ACT, item.digest)), None)


def _weeks(decisions: Iterable[tuple[ScopeDecision, str]]) -> dict[tuple[str, dt.date], Told]:
    """(vintage, Monday) -> the week, for vintages given with a decision of their market and version."""
    known = {vintage: decision for decision, vintage in decisions}
    roots = {
        (version, *key): lock.root
        for version in {item.version_id for item in known.values()}
        for key, lock in locks_in_force(version, {item.market_id for item in known.values()}).items()
    }
    found = {}
    for row in storage.weeks_of(list(known)):
        decision = known[row["vintage"]]
        root = roots.get((decision.version_id, decision.market_id, row["week"]))
        state = finality(row, root, decision.version.completeness_floor, clock.now())
        found[row["vintage"], row["week"]] = _told(row, state.value)
    return found


def _told(row: Mapping[str, Any], state: str) -> Told:
    return Told(row["week"], row["due"], row["on_time"], row["late"], row["pending"], row["unknown"], state)


def _drifts(
    signed: ScopeDecision, vintage: str, weeks: Mapping[tuple[str, dt.date], Told]
) -> tuple[Drift, ...]:
    """Every signed week that a later vintage tells otherwise, the largest move first."""
    floor = Fraction(signed.version.completeness_floor)
    found = []
    for (told_by, monday), was in weeks.items():
        if told_by != signed.vintage or monday > signed.through or not was.due:
            continue
        now = weeks.get((vintage, monday))
        points = None
        if now is not None and now.rate is not None and was.rate is not None:
            points = (now.rate - was.rate) * 100
        lost = now is not None and _is_complete(was, floor) and not _is_complete(now, floor)
        if points != 0 or lost:
            found.append(Drift(was, now, points, tolerance_of(signed), lost))
    return tuple(sorted(found, key=lambda one: (one.points is not None, -abs(one.points or 0))))


def _is_complete(week: Told, floor: Fraction) -> bool:
    return week.unknown <= (1 - floor) * week.due


def drifts(*, pairs: Sequence[tuple[ScopeDecision, str]], actor: User) -> dict[str, tuple[Drift, ...]]:
    """Market -> how the signed weeks of a decision read in a later vintage, for (decision, vintage); nothing
    of what is switched off."""
    require(may(actor, "signoff_read"))
    off = dark()
    pairs = [pair for pair in pairs if off.since(pair[0].market_id, pair[0].breakout) is None]
    weeks = _weeks([*((item, item.vintage) for item, _ in pairs), *pairs])
    return {item.market_id: _drifts(item, vintage, weeks) for item, vintage in pairs}


def _batches(row: RunVintage) -> dict[int, str]:
    paths = [file.path for file in pinned_files(row.run, row.market)]
    rows = LakeFile.objects.filter(path__in=paths).values_list("batch", "batch__filename")
    return dict(rows.order_by("batch"))


def _newest_row(decision: ScopeDecision) -> RunVintage | None:
    rows = RunVintage.objects.filter(
        market=decision.market_id, vintage=decision.vintage, run__state=RunState.DONE
    )
    return rows.select_related("run__pin", "run__queued_by").order_by("run__finished_at").last()


def _source(decision: ScopeDecision, before: ScopeDecision | None) -> Source | None:
    row = _newest_row(decision)
    if row is None:
        return None
    known = _newest_row(before) if before else None
    batches = _batches(row)
    new = sorted(batches.items() - (_batches(known).items() if known else set()))
    run = row.run
    return Source(run.digest, run.pin_id, run.as_of, run.queued_by.username, len(batches), tuple(new))


def _restated(decision: ScopeDecision) -> tuple[dt.date, ...]:
    """Locked weeks that the vintage tells otherwise than they were locked."""
    rows = Restatement.objects.filter(
        vintage=decision.vintage, lock__market=decision.market_id, lock__version=decision.version_id
    )
    return tuple(sorted(set(rows.values_list("lock__week", flat=True))))


def _check_reader(actor: User, digests: Sequence[str]) -> None:
    answer = may(actor, "signoff_read")
    asked = SignoffRequest.objects.filter(lines__digest__in=list(digests)).distinct()
    if not answer and not (asked and all(is_party(one, actor) for one in asked)):
        require(answer)


def _carriers(decision: ScopeDecision) -> tuple[Carrier, ...]:
    """What a decision about carriers would show of its last week; nothing for one about a whole market."""
    if decision.breakout != CARRIER:
        return ()
    return carriers_in(
        market=decision.market_id, vintage=decision.vintage, version=decision.version,
        monday=decision.through,
    )  # fmt: skip


def evidence(*, digests: Sequence[str], actor: User) -> dict[str, Evidence]:
    """Decision digest -> what it asks to be signed. Digests of anything else are left out.

    Raises NotAllowedError for whoever neither signs, decides nor audits, nor stands in on all of it.
    """
    _check_reader(actor, digests)
    off = dark()
    rows = ScopeDecision.objects.filter(digest__in=list(digests)).select_related("version", "market")
    decisions = {item.digest: item for item in rows.order_by("pk")}
    earlier = {digest: signed_before(item) for digest, item in decisions.items()}
    known = [item for item in (*decisions.values(), *earlier.values()) if item is not None]
    weeks = _weeks((item, item.vintage) for item in known)
    filed = {item.effect: filed_sums(item.effect) for item in decisions.values()}
    found = {}
    for digest, item in decisions.items():
        before = earlier[digest]
        same = before is not None and before.version_id == item.version_id
        told = Evidence(
            decision=item,
            now=weeks.get((item.vintage, item.through)),
            before=before,
            last=weeks.get((before.vintage, before.through)) if before else None,
            drifts=_drifts(before, item.vintage, weeks) if before and same else (),
            tolerance=tolerance_of(item),
            source=_source(item, before),
            restated=_restated(item),
            carriers=_carriers(item),
            rollup=filed[item.effect],
        )
        found[digest] = _unlit(told, off)
    return found


def _unlit(told: Evidence, off: Dark) -> Evidence:
    """The evidence without the numbers of what is switched off, and without a sum that may hold them."""
    if told.rollup is not None and off.whole:
        told = replace(told, rollup=None, is_rollup_dark=True)
    since = off.since(told.decision.market_id, told.decision.breakout)
    if since is None:
        return told
    return replace(told, now=None, last=None, drifts=(), restated=(), carriers=(), off=since)
