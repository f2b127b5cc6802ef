"""Learning what checks say: worlds with something planted, counted by what was planted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import inf, log
from pathlib import Path
from time import monotonic
from typing import Any, Final

from metrics.anomalies.evidence import gather, values
from metrics.anomalies.hypotheses import MIX, QUIET, REAL, Learned, judge, learn, probabilities
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at

# Below 1 the sums are not sure enough: caps, and smoothing over few worlds, hold them back.
TEMPERATURES: Final = tuple(round(0.5 + 0.1 * step, 1) for step in range(36))
FOLDS: Final = 3
Sample = tuple[str, dict[str, str]]


def sampled(plan: Plan) -> Sample:
    """What was planted and what the evidence says of it."""
    with world_at(plan) as world:
        return plan.truth, values(gather(world))


def gathered(
    plans: Sequence[Plan], kept: Path, *, part: int = 0, parts: int = 1, seconds: float = inf
) -> list[Sample]:
    """The samples of plans; those already in the file `kept` (a line each) are read from it.

    With `parts`, every so-many-th plan from `part` on is made here: several processes can share the
    work. After so many `seconds` no further one is begun.
    """
    done = {line["plan"]: line for line in _lines(kept)}
    found: list[Sample] = []
    began = monotonic()
    for number, plan in enumerate(plans):
        name = json.dumps(asdict(plan), sort_keys=True)
        if name not in done and number % parts == part and monotonic() - began < seconds:
            truth, seen = sampled(plan)
            done[name] = {"plan": name, "truth": truth, "values": seen}
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done[name], sort_keys=True) + "\n")
        if name in done:
            found.append((to_explain(done[name]["truth"], done[name]["values"]), done[name]["values"]))
    return found


def to_explain(truth: str, seen: Mapping[str, str]) -> str:
    """What is there to be explained: a change of the world or of the mix that left the rate where it was
    (within noise, or within a point) is none, and its week is a quiet one."""
    return QUIET if truth in (REAL, MIX) and seen.get("step") == "flat" else truth


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def calibrated(samples: Sequence[Sample]) -> Learned:
    """What all samples teach, with the temperature under which left-out folds are told best."""
    told = [one for fold in range(FOLDS) for one in _told(samples, fold)]
    best = min(TEMPERATURES, key=lambda temperature: (_loss(told, temperature), temperature))
    return learn(samples, best)


def _told(samples: Sequence[Sample], fold: int) -> list[tuple[str, dict[str, float], dict[str, float]]]:
    """The truth, priors and sums of nats of a fold's samples, judged by what the other folds teach."""
    taught = learn(sample for number, sample in enumerate(samples) if number % FOLDS != fold)
    found = []
    for truth, seen in samples[fold::FOLDS]:
        judged = judge(taught, seen)
        nats = {one.name: sum(term.nats for term in one.terms) for one in judged}
        found.append((truth, {one.name: one.prior for one in judged}, nats))
    return found


def _loss(told: Sequence[tuple[str, dict[str, float], dict[str, float]]], temperature: float) -> float:
    """Mean log loss at a temperature."""
    return -sum(log(max(probabilities(start, nats, temperature)[truth], 1e-6)) for truth, start, nats in told)
