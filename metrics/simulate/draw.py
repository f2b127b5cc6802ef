"""Random draws with less spread than independent ones, so that small worlds still have the planned rates."""

from __future__ import annotations

import numpy as np

from metrics.simulate.tables import Bools, Floats, Ints


def stratified(rng: np.random.Generator, size: int) -> Floats:
    """`size` uniforms in [0, 1), exactly one in each n-th of the interval, in random order."""
    return (rng.permutation(size) + rng.random(size)) / max(size, 1)


def pick(uniform: Floats, shares: Floats) -> Ints:
    """Index into `shares` (any scale) for each uniform; shape of `uniform`."""
    bounds = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(bounds[:-1], uniform, side="right").astype(np.int64)


def systematic(rng: np.random.Generator, probability: Floats) -> Bools:
    """True for each row with its own probability; the number of hits is within 1 of the sum of them."""
    order = rng.permutation(len(probability))
    reached = np.cumsum(probability[order]) + rng.random()
    steps = np.floor(reached)
    hit = np.empty(len(probability), dtype=np.bool_)
    hit[order] = np.diff(steps, prepend=0.0) > 0
    return hit


def exactly(rng: np.random.Generator, rows: Ints, count: int) -> Ints:
    """`count` of the rows (all, when there are fewer), chosen at random, in ascending order."""
    return np.sort(rng.choice(rows, size=min(max(count, 0), len(rows)), replace=False))


def autoregressive(rng: np.random.Generator, size: int, deviation: float, memory: float) -> Floats:
    """A stationary AR(1) series with this standard deviation and lag-one correlation `memory`."""
    shocks = rng.standard_normal(size) * deviation * np.sqrt(1 - memory**2)
    series = np.empty(size)
    level = rng.standard_normal() * deviation
    for index, shock in enumerate(shocks):
        level = memory * level + shock
        series[index] = level
    return series


def day_time(rng: np.random.Generator, size: int, first_hour: float, last_hour: float) -> Ints:
    """Seconds after local midnight between two hours, denser in the middle; shape (size,)."""
    middle = (rng.random(size) + rng.random(size)) / 2
    return ((first_hour + (last_hour - first_hour) * middle) * 3600).astype(np.int64)
