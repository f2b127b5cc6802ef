"""Customer contacts: they follow what truly happened, whatever the carriers' feeds say."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from metrics.simulate.changes import Course
from metrics.simulate.tables import Block, DayCounts, Floats, Ints, epoch_day

LATE = "late_delivery"
BASE = 0.004  # contacts about lateness per shipment, though none was late (a)
PER_LATE = 0.20  # contacts per late shipment (b), over the six days from its promise
LAG = (0.30, 0.30, 0.18, 0.12, 0.06, 0.04)  # share of them 0..5 days after the promise
CONTROLS = {"payment": 0.006, "returns": 0.009}  # contacts per shipment, whatever was late
WEEKDAY = (1.15, 1.08, 1.0, 1.0, 0.98, 0.88, 0.80)  # Monday..Sunday
SPREAD = 200.0  # shape of the negative binomial: about 7 % beside the counting noise


@dataclass(frozen=True)
class ContactRow:
    """One line of a contacts file."""

    market: str
    date: dt.date
    topic: str
    count: int


@dataclass
class ContactBook:
    """Remembers the last days of each market, as late parcels are called about for days."""

    _recent: dict[str, Ints] = field(default_factory=lambda: defaultdict(_no_days))

    def week(self, block: Block, course: Course, rng: np.random.Generator) -> list[ContactRow]:
        """Contacts of the block's market and week, on the days that end before the block's `now`."""
        late = np.concatenate([self._recent[block.market.code], block.truth.late])
        self._recent[block.market.code] = late[-len(LAG) + 1 :]
        days = epoch_day(block.monday) + np.arange(7)
        counts = {LATE: _drawn(rng, expected(block.truth, late) * course.contacts(days))}
        for topic, rate in CONTROLS.items():
            counts[topic] = _drawn(rng, block.truth.shipments * rate * np.array(WEEKDAY))
        return [
            ContactRow(block.market.code, block.monday + dt.timedelta(days=n), topic, int(counts[topic][n]))
            for n in range(7)
            if (days[n] + 1) * 86_400 <= block.now
            for topic in counts
        ]


def expected(truth: DayCounts, late: Ints) -> Floats:
    """Mean contacts about lateness on the seven days; `late` begins five days before them."""
    after = np.array([late[n : n + len(LAG)][::-1] @ np.array(LAG) for n in range(7)])
    result: Floats = BASE * truth.shipments * np.array(WEEKDAY) + PER_LATE * after
    return result


def _drawn(rng: np.random.Generator, mean: Floats) -> Ints:
    """Negative binomial counts of these means; a day without shipments has none."""
    rate = rng.gamma(SPREAD, np.maximum(mean, 0.0) / SPREAD)
    return rng.poisson(rate).astype(np.int64)


def _no_days() -> Ints:
    return np.zeros(len(LAG) - 1, dtype=np.int64)
