"""What the processes of a race have in common: how much is left to do, and when to stop."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event as Flag

AHEAD = 0.01  # of the whole: nearer than this, two are in step
START = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Shared:
    """Counts that all see; below zero is more than was asked for."""

    total: tuple[int, int, int]
    reads: Synchronized
    http: Synchronized
    kills: Synchronized
    lost: Synchronized
    stop: Flag

    def done(self) -> bool:
        """Whether all of it has been done."""
        return self.reads.value <= 0 and self.http.value <= 0 and self.kills.value <= 0

    def _left(self) -> tuple[float, float, float]:
        """Which share of each is left to do; of what was not asked for, nothing."""
        reads, http, kills = (
            value.value / asked if asked else 0.0
            for value, asked in zip((self.reads, self.http, self.kills), self.total, strict=True)
        )
        return reads, http, kills

    def is_ahead(self) -> bool:
        """Whether more of the kills is done than of what is read meanwhile."""
        reads, http, kills = self._left()
        return kills < max(reads, http) - AHEAD

    def has_read_ahead(self) -> bool:
        """Whether more of the database is read than of answers over HTTP, which take longer."""
        reads, http, _ = self._left()
        return reads < http - AHEAD


def share(reads: int, http: int, kills: int) -> Shared:
    """Nothing done yet."""
    values = [START.Value("q", count) for count in (reads, http, kills, 0)]
    return Shared((reads, http, kills), *values, START.Event())


def one_less(value: Synchronized) -> None:
    """One more is done."""
    with value.get_lock():
        value.value -= 1
