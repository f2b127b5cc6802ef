"""The subset scan as its definition reads, by plain loops and a search for each shift. Shares no code."""

from __future__ import annotations

from itertools import combinations, product
from math import exp, log


def _likelihood(leaf: dict, shift: float) -> float:
    odds = log(leaf["expected"] / (1 - leaf["expected"])) + shift
    rate = min(max(1 / (1 + exp(-odds)), 1e-300), 1 - 1e-16)
    return leaf["hits"] * log(rate) + (leaf["trials"] - leaf["hits"]) * log(1 - rate)


def _gain(leaves: list[dict]) -> float:
    """Twice the best likelihood ratio of one shift: the likelihood is concave in it, so thirds find it."""
    low, high = -12.0, 12.0
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if sum(_likelihood(leaf, left) for leaf in leaves) < sum(_likelihood(leaf, right) for leaf in leaves):
            low = left
        else:
            high = right
    return 2 * sum(_likelihood(leaf, (low + high) / 2) - _likelihood(leaf, 0.0) for leaf in leaves)


def _saturated(leaves: list[dict]) -> float:
    total = 0.0
    for leaf in leaves:
        for seen, expected in (
            (leaf["hits"], leaf["expected"]),
            (leaf["trials"] - leaf["hits"], 1 - leaf["expected"]),
        ):
            if seen:
                total += 2 * seen * log(seen / (leaf["trials"] * expected))
    return total


def ranked(leaves: list[dict], names: list[str]) -> list[tuple[tuple, float]]:
    """(conjunction, score) of all conjunctions of up to three values that hold 5 % of the change."""
    excess = [leaf["hits"] - leaf["trials"] * leaf["expected"] for leaf in leaves]
    way = 1 if sum(excess) > 0 else -1
    whole = sum(max(one * way, 0) for one in excess)
    saturated = _saturated(leaves)
    found = []
    for length in range(4):
        for chosen in combinations(sorted(names), length):
            for picked in product(*(sorted({leaf["values"][name] for leaf in leaves}) for name in chosen)):
                where = tuple(zip(chosen, picked, strict=True))
                inside = [n for n, leaf in enumerate(leaves) if all(leaf["values"][k] == v for k, v in where)]
                share = sum(excess[n] for n in inside) * way / whole
                if inside and (share >= 0.05 or not where):
                    gain = _gain([leaves[n] for n in inside])
                    found.append((where, gain / saturated - 0.05 * length))
    return sorted(found, key=lambda one: (-one[1], one[0]))
