"""Which explanation the evidence speaks for: likelihood ratios learned by injection, capped, and added up.

Every defect that can be planted is planted into quiet worlds, and what the checks then say is counted. A
value's weight for a hypothesis is the log of how much oftener it was seen under it than under the others.
Items of one family see the same thing, so the strongest counts in full and the rest for a part of theirs.
Every term is kept: the sum *is* the verdict, and it can be added up again by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import Final

from metrics.anomalies.checks.base import Family
from metrics.anomalies.checks.registry import CHECKS
from metrics.anomalies.traces import TRACES

QUIET: Final = "quiet"
REAL: Final = "real_change"
MIX: Final = "mix_shift"
UNKNOWN: Final = "unknown"
DEFECTS: Final = tuple(check.kind for check in CHECKS)
NAMES: Final = (QUIET, REAL, MIX, *DEFECTS, UNKNOWN)

PRIOR_REAL: Final = 0.25
PRIOR_QUIET: Final = 0.05
PRIOR_MIX: Final = 0.10
PRIOR_DEFECTS: Final = 0.50
PRIOR_UNKNOWN: Final = 0.10
CALM: Final = 0.1  # of the prior of what moves the rate, where the rate did not move; the rest is quiet's
RECENT_CHANGE: Final = 3.0  # how much likelier a defect tied to a logged change of the last 14 days is

CAP: Final = 4.6  # nats a family can weigh
PRIOR_WORLDS: Final = 5.0  # how many worlds the mean of all hypotheses counts as in each of them
# What a check is taken to say of its own defect before anything is planted; what is seen soon outweighs it.
OWN: Final[Mapping[str, float]] = {"clear": 0.08, "hint": 0.07, "fire": 0.25, "strong": 0.6}
OWN_MIX: Final[Mapping[str, float]] = {"weights": 0.85, "rates": 0.15}  # the same of weights that shifted
KEPT: Final = 0.02  # of the prior, whatever is seen: nothing is ever certain
REST: Final = 0.3  # weight of all but the strongest item of a family
LEAST: Final = 0.01  # no value is rarer, or commoner than one less this, under any hypothesis

_OTHERS: Final = ("contacts", "step", "mix", "batch", "volume", *TRACES)
_FAMILIES: Final[Mapping[str, Family]] = {
    **{check.kind: check.family for check in CHECKS},
    "contacts": Family.OUTSIDE,
    "refused": Family.COMPLETENESS,
    "ahead": Family.TIMES,
    **dict.fromkeys(("step", "mix", "batch", "volume"), Family.RATE),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """One item's part in a hypothesis's score, in nats, after caps."""

    item: str
    value: str
    family: str
    nats: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An explanation with its probability, the prior one, and the terms in between, strongest first."""

    name: str
    probability: float
    prior: float
    terms: tuple[Term, ...]

    @property
    def is_defect(self) -> bool:
        """Whether it says that the data, and not the world, changed."""
        return self.name in DEFECTS or self.name == UNKNOWN


@dataclass(frozen=True)
class Learned:
    """How often each value of each item was seen under each hypothesis, and the temperature of the sums."""

    counts: Mapping[str, Mapping[str, Mapping[str, int]]]
    temperature: float = 1.0

    def chance(self, name: str, item: str, value: str) -> float:
        """The share of worlds of a hypothesis in which an item had a value, smoothed and kept off 0 and 1."""
        return self._chances[item, value].get(name, self._chances[item, value][""])

    @cached_property
    def _chances(self) -> dict[tuple[str, str], dict[str, float]]:
        """By item and value: the share of each hypothesis, and under "" of one nothing is known of.

        Smoothing goes to the mean of all, and not to even shares: that keeps what was seldom planted from
        looking unlike the rest.
        """
        found: dict[tuple[str, str], dict[str, float]] = {}
        for item in (*DEFECTS, *_OTHERS):
            by_name, values = self.counts.get(item, {}), values_of(item)
            for value in values:
                shares = [seen.get(value, 0) / sum(seen.values()) for seen in by_name.values() if seen]
                usual = (sum(shares) + 1 / len(values)) / (len(shares) + 1)
                smooth = {"": usual}
                # An item is named after its defect, which is told of here whether or not it was ever planted.
                own: dict[str, Mapping[str, int]] = (
                    {item: {}} if item in DEFECTS else {MIX: {}} if item == "mix" else {}
                )
                for name, seen in {**own, **by_name}.items():
                    before = (
                        OWN[value]
                        if name == item
                        else OWN_MIX[value]
                        if (name, item) == (MIX, "mix")
                        else usual
                    )
                    smooth[name] = (seen.get(value, 0) + PRIOR_WORLDS * before) / (
                        sum(seen.values()) + PRIOR_WORLDS
                    )
                found[item, value] = {name: min(max(p, LEAST), 1 - LEAST) for name, p in smooth.items()}
        return found


def values_of(item: str) -> tuple[str, ...]:
    """The values an item can have."""
    return {
        "contacts": ("refute", "agree", "silent"),
        "step": ("up", "down", "flat"),
        "mix": ("weights", "rates"),
        "batch": ("one", "none"),
        "volume": ("more", "less", "usual"),
        **dict.fromkeys(TRACES, ("seen", "usual")),
    }.get(item, ("clear", "hint", "fire", "strong"))


def learn(samples: Iterable[tuple[str, Mapping[str, str]]], temperature: float = 1.0) -> Learned:
    """Count values by item and hypothesis over samples (hypothesis, values)."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for name, found in samples:
        for item, value in found.items():
            counts.setdefault(item, {}).setdefault(name, Counter())[value] += 1
    return Learned(
        {item: {name: dict(seen) for name, seen in by.items()} for item, by in counts.items()}, temperature
    )


def priors(
    recent: Sequence[str] = (), known: Sequence[str] = DEFECTS, *, is_moved: bool = True
) -> dict[str, float]:
    """Prior probabilities; defects in `recent` are tied to a logged change and weigh more. Sums to 1.

    A change of the world or of the mix explains a rate that moved. Of one that did not, nothing has to be
    explained: most of what they are believed beforehand is then quiet's.
    """
    kept = 1.0 if is_moved else CALM
    still = PRIOR_QUIET + (1 - kept) * (PRIOR_REAL + PRIOR_MIX)
    weights = {kind: RECENT_CHANGE if kind in recent else 1.0 for kind in known}
    total = sum(weights.values())
    return {
        QUIET: still, REAL: kept * PRIOR_REAL, MIX: kept * PRIOR_MIX, UNKNOWN: PRIOR_UNKNOWN,
        **{kind: PRIOR_DEFECTS * weight / total for kind, weight in weights.items()},
    }  # fmt: skip


def judge(
    learned: Learned, found: Mapping[str, str], *, recent: Sequence[str] = (), known: Sequence[str] = DEFECTS
) -> list[Hypothesis]:
    """All hypotheses with probabilities that add up to 1, likeliest first."""
    start = priors(recent, known, is_moved=found.get("step") != "flat")
    scored = {name: _score(learned, name, found, known) for name in start}
    nats = {name: sum(term.nats for term in terms) for name, terms in scored.items()}
    chances = probabilities(start, nats, learned.temperature)
    judged = [Hypothesis(name, chances[name], start[name], scored[name]) for name in start]
    return sorted(judged, key=lambda one: (-one.probability, one.name))


def probabilities(
    start: Mapping[str, float], nats: Mapping[str, float], temperature: float
) -> dict[str, float]:
    """Priors and sums of nats as probabilities that add up to 1."""
    sums = {name: log(start[name]) + nats[name] / temperature for name in start}
    top = max(sums.values())
    weights = {name: exp(value - top) for name, value in sums.items()}
    total = sum(weights.values())
    return {name: (1 - KEPT) * weight / total + KEPT * start[name] for name, weight in weights.items()}


def _score(learned: Learned, name: str, found: Mapping[str, str], known: Sequence[str]) -> tuple[Term, ...]:
    by_family: dict[Family, list[tuple[float, str, str]]] = {}
    for item, value in sorted(found.items()):
        nats = log(_under(learned, name, item, value, known) / _otherwise(learned, name, item, value, known))
        by_family.setdefault(_FAMILIES[item], []).append((nats, item, value))
    terms: list[Term] = []
    for family, items in by_family.items():
        order = sorted(items, key=lambda one: (-abs(one[0]), one[1]))
        parts = [nats * (1.0 if place == 0 else REST) for place, (nats, *_) in enumerate(order)]
        total = sum(parts)
        scale = min(1.0, CAP / abs(total)) if total else 1.0
        terms += [
            Term(item, value, family.value, part * scale)
            for part, (_, item, value) in zip(parts, order, strict=True)
        ]
    return tuple(sorted(terms, key=lambda term: (-abs(term.nats), term.item)))


def _under(learned: Learned, name: str, item: str, value: str, known: Sequence[str]) -> float:
    if name != UNKNOWN:
        return learned.chance(name, item, value)
    # Something unlisted leaves traces as defects do, but not the trace that any listed one is known by.
    others = [kind for kind in known if kind != item]
    return sum(learned.chance(kind, item, value) for kind in others) / max(len(others), 1)


def _otherwise(learned: Learned, name: str, item: str, value: str, known: Sequence[str]) -> float:
    others = [other for other in (QUIET, REAL, MIX, *known) if other != name]
    weights = priors(known=known)  # of likelihoods: what is believed of this week does not enter them
    total = sum(weights[other] for other in others)
    return sum(weights[other] * learned.chance(other, item, value) for other in others) / total
