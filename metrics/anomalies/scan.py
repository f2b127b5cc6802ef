"""Where a rate moved: a one-shift subset scan over every conjunction of dimension values.

One shift of the log-odds is fitted to each conjunction of up to three values, and the conjunctions are
ranked by how much of the deviance they explain. It is the expectation-based binomial case of the subset
scans of Kulldorff (1997) and Neill (JRSS B 74, 2012), with a penalty by length instead of a search over
sets of values. All arithmetic runs over columns; there is no loop over leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

LONGEST: Final = 3
MIN_EXPLAINED: Final = 0.05  # share of the whole change a conjunction has to hold
PER_VALUE: Final = 0.05  # what each further value costs, as a share of all deviance
PSEUDO_COUNTS: Final = 30.0  # weight of the parent's rate in a leaf's expected one
_EDGE: Final = 1e-4  # expected rates stay this far from 0 and 1
_FARTHEST: Final = 12.0  # log-odds; further is as good as certain
_STEPS: Final = 25


@dataclass(frozen=True, slots=True)
class Leaves:
    """Counts of one period by the finest combination of dimensions, with what was expected of each.

    `values[d]` holds each leaf's value of dimension d as text; `hits` of `trials` are whole numbers and
    `expected` is a rate. All have one entry per leaf.
    """

    values: Mapping[str, Sequence[str]]
    hits: Numbers
    trials: Numbers
    expected: Numbers


@dataclass(frozen=True, slots=True)
class Shift:
    """One conjunction: its values by dimension, the fitted shift in log-odds, the share of the whole change
    it holds, the share of the deviance it explains, its score, and hits and trials."""

    where: tuple[tuple[str, str], ...]
    log_odds: float
    explains: float
    deviance: float
    score: float
    hits: int
    trials: int


def expected_rates(hits: Numbers, trials: Numbers, parent: Numbers) -> Numbers:
    """Expected rates of leaves from an earlier period, each drawn to its parent's as if by 30 trials more."""
    return (hits + PSEUDO_COUNTS * parent) / (trials + PSEUDO_COUNTS)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every conjunction is measured against: logits expected, each leaf's share of the whole change,
    all deviance."""

    leaves: Leaves
    logits: Numbers
    share: Numbers
    saturated: float


def scan(leaves: Leaves, *, longest: int = LONGEST, best: int = 10, direction: int = 0) -> list[Shift]:
    """Conjunctions ranked by score, best first; empty when nothing moved.

    `direction` is the way that is looked for (1 up, -1 down); 0 takes the way of the whole.
    """
    ground = _ground(leaves, direction)
    if ground is None:
        return []
    names = sorted(leaves.values)
    codes = {
        name: np.unique(np.asarray(leaves.values[name], dtype=object), return_inverse=True) for name in names
    }
    found = [_everywhere(ground)]
    for length in range(1, min(longest, len(names)) + 1):
        for chosen in combinations(names, length):
            found += _of_dimensions(ground, chosen, codes)
    return sorted(found, key=lambda shift: (-shift.score, shift.where))[:best]


def shifted(leaves: Leaves, shift: Shift) -> Leaves:
    """The leaves with what was expected moved by a shift that was found: what is left is what it leaves."""
    inside = within(leaves, shift.where)
    logits = _logit(np.clip(leaves.expected, _EDGE, 1 - _EDGE)) + inside * shift.log_odds
    return replace(leaves, expected=_sigmoid(logits))


def within(leaves: Leaves, where: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
    """By leaf: whether it has all these values."""
    inside = np.ones(len(leaves.hits), dtype=np.bool_)
    for name, value in where:
        inside &= np.asarray([one == value for one in leaves.values[name]], dtype=np.bool_)
    return inside


def _ground(leaves: Leaves, direction: int) -> _Ground | None:
    logits = _logit(np.clip(leaves.expected, _EDGE, 1 - _EDGE))
    excess = leaves.hits - leaves.trials * leaves.expected
    saturated = saturated_deviance(leaves)
    way = float(np.sign(excess.sum())) if direction == 0 else float(direction)
    # What moves the other way is no part of it: shares are of all that moved this way.
    whole = float(np.maximum(excess * way, 0).sum()) * way
    if whole == 0 or saturated <= 0:
        return None
    return _Ground(leaves, logits, excess / whole, saturated)


def _everywhere(ground: _Ground) -> Shift:
    """The conjunction of nothing: one shift of all there is."""
    leaves = ground.leaves
    group = np.zeros(len(leaves.hits), dtype=np.int64)
    shift = _fit(group, ground.logits, leaves.trials, np.array([leaves.hits.sum()]), 1)
    gain = float(_gain(group, ground.logits, leaves, shift, 1)[0]) / ground.saturated
    hits, trials = int(leaves.hits.sum()), int(leaves.trials.sum())
    return Shift((), float(shift[0]), float(ground.share.sum()), gain, gain, hits, trials)


def _of_dimensions(
    ground: _Ground, chosen: tuple[str, ...], codes: Mapping[str, tuple[NDArray[np.object_], Codes]]
) -> list[Shift]:
    """Every conjunction of one choice of dimensions that holds enough of the change."""
    leaves = ground.leaves
    group, firsts = _groups([codes[name][1] for name in chosen])
    number = len(firsts)
    explains = np.bincount(group, ground.share, number)
    wanted = np.flatnonzero(explains >= MIN_EXPLAINED)
    if not len(wanted):
        return []
    hits: Numbers = np.bincount(group, leaves.hits, number).astype(np.float64)
    trials = np.bincount(group, leaves.trials, number)
    shift = _fit(group, ground.logits, leaves.trials, hits, number)
    gain = _gain(group, ground.logits, leaves, shift, number) / ground.saturated
    return [
        Shift(
            where=tuple((name, str(codes[name][0][codes[name][1][firsts[place]]])) for name in chosen),
            log_odds=float(shift[place]),
            explains=float(explains[place]),
            deviance=float(gain[place]),
            score=float(gain[place]) - PER_VALUE * len(chosen),
            hits=int(hits[place]),
            trials=int(trials[place]),
        )
        for place in wanted
    ]


def _groups(columns: Sequence[Codes]) -> tuple[Codes, Codes]:
    """The group of each leaf by its values in these columns, and a first leaf of each group."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        key = key * (int(column.max(initial=0)) + 1) + column
    _, firsts, group = np.unique(key, return_index=True, return_inverse=True)
    return group.astype(np.int64), firsts.astype(np.int64)


def _fit(group: Codes, logits: Numbers, trials: Numbers, hits: Numbers, number: int) -> Numbers:
    """The shift of each group under which it would hold the hits it has; Newton's steps, kept short."""
    shift = np.zeros(number)
    for _ in range(_STEPS):
        rate = _sigmoid(logits + shift[group])
        slope = np.bincount(group, trials * rate * (1 - rate), number)
        missing = hits - np.bincount(group, trials * rate, number)
        step = np.divide(missing, slope, out=np.zeros(number), where=slope > 1e-12)
        shift = np.clip(shift + np.clip(step, -2, 2), -_FARTHEST, _FARTHEST)
    return shift


def _gain(group: Codes, logits: Numbers, leaves: Leaves, shift: Numbers, number: int) -> Numbers:
    """Twice the log-likelihood ratio of each group's own shift against none."""
    by_leaf = leaves.hits * shift[group] - leaves.trials * (
        np.logaddexp(0, logits + shift[group]) - np.logaddexp(0, logits)
    )
    gain: Numbers = np.asarray(2 * np.bincount(group, by_leaf, number), dtype=np.float64)
    return gain


def saturated_deviance(leaves: Leaves) -> float:
    """The deviance of all leaves: what a shift of its own for each of them would explain."""
    expected = np.clip(leaves.expected, _EDGE, 1 - _EDGE)
    misses = leaves.trials - leaves.hits
    told = _xlogy(leaves.hits, leaves.hits, leaves.trials * expected)
    told += _xlogy(misses, misses, leaves.trials * (1 - expected))
    return float(2 * told.sum())


def _xlogy(weight: Numbers, over: Numbers, under: Numbers) -> Numbers:
    ratio = np.divide(over, under, out=np.ones_like(under), where=(under > 0) & (over > 0))
    return weight * np.log(ratio)


def _logit(rate: Numbers) -> Numbers:
    return np.log(rate / (1 - rate))


def _sigmoid(value: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-value))
