"""The list of worlds: defects, negatives, pairs, and defects that are taken out of the knowledge base."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.rehearsal.plans import OF_THE_WORLD, STORIES, Plan, drawn
from tests.triage.bench.judged import Item

FIXED = 805  # not the seed that was learned from, nor one that a change was made after looking at
MARKETS = ("BR", "DE", "UK", "JP", "US", "IN")  # two of them were not learned from
SHARES = (("defect", 11), ("negative", 5), ("unknown", 2), ("pair", 2))  # of twenty


def items(number: int, *, seed: int = FIXED) -> list[Item]:
    """So many items of a seed, groups and kinds interleaved."""
    rng = np.random.default_rng(seed)
    plans = drawn(seed, each=max(number // 20, 1) + 2, markets=MARKETS)
    defects = [plan for plan in plans if plan.defect]
    others = [plan for plan in plans if not plan.defect]
    order = [list(rng.permutation(len(some))) for some in (defects, others)]
    take = {
        "defect": iter([defects[n] for n in order[0]]),
        "negative": iter([others[n] for n in order[1]]),
        "unknown": iter([defects[n] for n in reversed(order[0]) if defects[n].defect not in STORIES]),
        "pair": iter(_pairs(rng, [defects[n] for n in reversed(order[0])])),
    }
    turns = [group for group, share in SHARES for _ in range(share)]
    turns = [turns[n] for n in rng.permutation(len(turns))]
    found: list[Item] = []
    while len(found) < number:
        group = turns[len(found) % len(turns)]
        plan = next(take[group], None) or next(take["defect"])
        found.append(Item(plan, group, hidden=group == "unknown"))
    return found


def _pairs(rng: np.random.Generator, defects: list[Plan]) -> list[Plan]:
    """Two defects, or a defect in a week in which the world changed as well."""
    found = []
    whole = [plan for plan in defects if plan.carrier is None and plan.defect not in STORIES]
    for number, plan in enumerate(whole):
        if number % 2:
            other = whole[int(rng.integers(len(whole)))].defect
            if other not in (plan.defect, "daylight_saving"):
                found.append(replace(plan, second=other))
        elif plan.defect != "daylight_saving":
            moving = [kind for kind in OF_THE_WORLD if kind in ("new_hub", "peak", "holiday")]
            found.append(replace(plan, change=str(rng.choice(moving))))
    return found
