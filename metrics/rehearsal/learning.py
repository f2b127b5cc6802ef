"""Learning what checks say: worlds with something planted, counted by what was planted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import Any, Final

from metrics.anomalies.evidence import gather, values
from metrics.anomalies.hypotheses import Learned, judge, learn
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at

TEMPERATURES: Final = tuple(0.5 + 0.1 * step for step in range(36))
FOLDS: Final = 3
Sample = tuple[str, dict[str, str]]


def sampled(plan: Plan) -> Sample:
    """What was planted and what the evidence says of it."""
    with world_at(plan) as world:
        return plan.truth, values(gather(world))


def gathered(plans: Sequence[Plan], kept: Path, *, part: int = 0, parts: int = 1) -> list[Sample]:
    """The samples of plans; those already in the file `kept` (a line each) are read from it.

    With `parts`, every so-many-th plan from `part` on is made here: several processes can share the work.
    """
    done = {line["plan"]: line for line in _lines(kept)}
    found: list[Sample] = []
    for number, plan in enumerate(plans):
        name = json.dumps(asdict(plan), sort_keys=True)
        if name not in done and number % parts == part:
            truth, seen = sampled(plan)
            done[name] = {"plan": name, "truth": truth, "values": seen}
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done[name], sort_keys=True) + "\n")
        if name in done:
            found.append((done[name]["truth"], done[name]["values"]))
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def calibrated(samples: Sequence[Sample]) -> Learned:
    """What all samples teach, with the temperature under which the left-out third is told best."""
    return learn(samples, min(TEMPERATURES, key=lambda one: (_loss(samples, one), one)))


def _loss(samples: Sequence[Sample], temperature: float) -> float:
    """Mean log loss of samples judged by what the other folds teach."""
    total = 0.0
    for fold in range(FOLDS):
        taught = learn(_others(samples, fold), temperature)
        for truth, found in samples[fold::FOLDS]:
            by_name = {one.name: one.probability for one in judge(taught, found)}
            total -= log(max(by_name[truth], 1e-6))
    return total


def _others(samples: Sequence[Sample], fold: int) -> Iterable[Sample]:
    return (sample for number, sample in enumerate(samples) if number % FOLDS != fold)
