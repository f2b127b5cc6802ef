"""The one entry to triage: a world in, an assessment out; the same world gives the same bytes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from metrics.anomalies import document
from metrics.anomalies.bounds import Range
from metrics.anomalies.detect import Alarm, Thresholds, fast, slow
from metrics.anomalies.estimates import Corrected, corrected, range_of, suspect_rows
from metrics.anomalies.evidence import Evidence, gather, values
from metrics.anomalies.history import BUDGET, History, history_of, thresholds_of, together, weeks_before
from metrics.anomalies.hypotheses import DEFECTS, Hypothesis, judge
from metrics.anomalies.learned import Stored, code_digest, committed
from metrics.anomalies.owner import Owned, owned
from metrics.anomalies.telling import Next, next_of
from metrics.anomalies.verdict import Verdict, bias_of, named, unexplained, verdict_of
from metrics.anomalies.world import World
from metrics.otdr.engine import engine_digest
from otdr_hub.lib import digest


@dataclass(frozen=True)
class Assessment:
    """All that was found and proposed; `as_document` has its parts in the order of `docs/triage.md`."""

    inputs: dict[str, Any]
    evidence: Evidence
    alarms: tuple[Alarm, ...]
    hypotheses: tuple[Hypothesis, ...]
    owner: Owned | None
    suspect: int
    range: Range
    corrected: Corrected | None
    verdict: Verdict
    next_check: Next | None
    due: int
    on_time: int

    def as_document(self) -> dict[str, Any]:
        """Plain values without floats; see `docs/triage.md`."""
        return document.of(self)

    def as_text(self) -> str:
        """Canonical JSON of the document."""
        return digest.canonical(self.as_document())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return digest.of_bytes(self.as_text().encode())


def assess(
    world: World,
    *,
    learned: Stored | None = None,
    recent: Collection[str] = (),
    owner: str | None = None,
    known: Collection[str] = DEFECTS,
    thresholds: Thresholds | None = None,
) -> Assessment:
    """Judge the suspect days of a world. Changes nothing, asks nobody, and draws nothing at random.

    `learned`: the table of likelihoods, the committed one when None. `recent`: kinds tied to a logged change.
    `owner`: the hypothesis its owner names; raises InvalidInputError when that is none. `known`: the kinds
    of defect that are listed at all. `thresholds`: those of the clocks; when None, as replaying the market's
    own past finds them.
    """
    stored = learned or committed()
    listed = tuple(kind for kind in DEFECTS if kind in known)
    evidence = gather(world, without=set(DEFECTS) - set(listed))
    found = values(evidence)
    hypotheses = judge(stored.learned, found, recent=tuple(sorted(recent)), known=listed)
    top = hypotheses[0].name
    left = unexplained(stored.learned, evidence, top)
    kinds = _doubted(evidence, named(evidence, hypotheses, left))
    suspect = suspect_rows(world, evidence, kinds)
    history = history_of(world)
    found_by, replayed = (thresholds, 0) if thresholds else thresholds_of(history, world.window.first)
    return Assessment(
        inputs=_inputs(world, stored, recent, owner, len(listed)) | _of_clocks(found_by, replayed),
        evidence=evidence,
        alarms=tuple(_alarms(world, history, found_by)),
        hypotheses=tuple(hypotheses),
        owner=owned(evidence, hypotheses, owner) if owner else None,
        suspect=suspect[0],
        range=range_of(world, suspect),
        corrected=corrected(world, evidence, kinds) if kinds or evidence.seat else None,
        verdict=verdict_of(evidence, hypotheses, bias=bias_of(evidence, top), left=left),
        next_check=next_of(stored.learned, evidence, found, hypotheses, left),
        due=world.due,
        on_time=world.on_time,
    )


def _doubted(evidence: Evidence, name: str) -> list[str]:
    """The kinds whose rows are doubted: the named one, or every check that fires while none is named."""
    if name:
        return [name] if name in evidence.findings else []
    return [kind for kind, one in evidence.findings.items() if one.fires]


def _alarms(world: World, history: History, thresholds: Thresholds) -> list[Alarm]:
    """What both clocks raise: the fast one by day, the slow one over the suspect days as one."""
    window = world.window
    raised = fast(history.days, thresholds, holidays=history.holidays, suspect=history.doubted)
    found = [one for one in raised if one.day >= window.base_first]
    now = [one for one in history.days if one.day >= window.first]
    weekly = slow(together(now), weeks_before(history, window.first), thresholds) if now else None
    return [*found, weekly] if weekly else found


def _of_clocks(thresholds: Thresholds, replayed: int) -> dict[str, Any]:
    """The thresholds, how many days were replayed to find them, and for how many episodes a quarter."""
    return {"thresholds": {**asdict(thresholds), "replayed_days": replayed, "budget": BUDGET}}


def _inputs(
    world: World, stored: Stored, recent: Collection[str], owner: str | None, known: int
) -> dict[str, Any]:
    sources, window = world.sources, world.window
    files = [
        {"name": name, "kind": kind, "batch": batch, "sha256": sha}
        for name, kind, batch, sha in sorted(sources.files)
    ]
    return {
        "market": sources.market, "zone": sources.inputs.default_zone,
        "first_day": window.first, "last_day": window.last,
        "base_first": window.base_first, "base_last": window.base_last, "as_of": world.as_of,
        "doubted": sorted(day for day in window.doubted if day.weekday() == 0),
        "definition": {"name": world.definition.name, "digest": world.definition.digest(engine_digest())},
        "files": files, "pin": digest.of(files), "triage": code_digest(), "engine": engine_digest(),
        "table": stored.digest, "recent": sorted(recent), "owner": owner, "known": known,
    }  # fmt: skip
