"""What a simulated world is made of: markets, carriers, lanes, the days, and the defects planted in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metrics.simulate.changes import Change
    from metrics.simulate.defects.base import Defect

UNFIT = frozenset(",\"'\r\n\0")  # texts go into the files unquoted, and NUL fills gaps
FLAT_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class CarrierSpec:
    """One carrier of one market.

    `share` is relative to the other carriers of the market; `otdr_delta` is in log-odds of being on time.
    `integrations` lists (valid from 00:00 UTC, version of the feed) in order of time; the first one also
    holds before its date. The live delay is lognormal with median `delay_minutes`, except for `delay_tail`
    (share of events), which takes hours, at most 72. `missed` is the share of events the live feed never
    brings.
    A carrier with `starts` carries nothing promised before that day.
    """

    code: str
    name: str
    share: float
    integrations: tuple[tuple[dt.date, str], ...]
    otdr_delta: float = 0.0
    delay_minutes: float = 6.0
    delay_tail: float = 0.015
    missed: float = 0.003
    starts: dt.date | None = None

    def __post_init__(self) -> None:
        if not self.integrations:
            raise ValueError(f"carrier {self.code} needs at least one integration version")
        if any(later[0] <= earlier[0] for earlier, later in pairwise(self.integrations)):
            raise ValueError(f"integrations of carrier {self.code} must be in order of time")
        _plain(self.code, *(version for _, version in self.integrations))


@dataclass(frozen=True)
class LaneSpec:
    """Origin region > destination region; `zone` is the destination's IANA zone, `otdr_delta` in log-odds."""

    origin: str
    destination: str
    zone: str
    share: float
    otdr_delta: float = 0.0

    def __post_init__(self) -> None:
        _plain(self.origin, self.destination, self.zone)

    @property
    def name(self) -> str:
        """`origin/destination`."""
        return f"{self.origin}/{self.destination}"


def _plain(*texts: str) -> None:
    """Raise ValueError for a text that would need quotes in a CSV file."""
    for text in texts:
        if not text or UNFIT & set(text):
            raise ValueError(f"'{text}' must be a text without commas, quotes and line ends")


@dataclass(frozen=True)
class MarketSpec:
    """One market. `share` (of orders) is relative to the other markets, `otdr` is a ratio in (0, 1).

    `weekdays` weighs promise days Monday..Sunday; a Sunday weight of 0 also means no delivery on Sundays.
    `window_share` of promises is an instant (end of a delivery window), the others are dates.
    `lead_days` bounds the whole days from checkout to the promised day (at least 2).
    """

    code: str
    name: str
    zone: str
    share: float
    otdr: float
    carriers: tuple[CarrierSpec, ...]
    lanes: tuple[LaneSpec, ...]
    weekdays: tuple[float, float, float, float, float, float, float] = FLAT_WEEK
    window_share: float = 0.3
    lead_days: tuple[int, int] = (2, 8)
    priority: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.otdr < 1:
            raise ValueError(f"market {self.code}: otdr is a ratio between 0 and 1, not {self.otdr}")
        if not 2 <= self.lead_days[0] <= self.lead_days[1] <= 14:
            raise ValueError(f"market {self.code}: lead_days must lie within 2..14")
        if not self.carriers or not self.lanes:
            raise ValueError(f"market {self.code} needs carriers and lanes")
        _plain(self.code)


@dataclass(frozen=True)
class Scenario:
    """A world to generate: promise days `start`..`end` (inclusive), as received by `now` (aware, UTC).

    `orders_per_day` is the mean over all markets. Markets in `own_backfill` get weekly backfill files of
    their own; the others share one per week. `changes` happen to the world, `defects` only to what is
    reported of it. The same scenario always gives the same bytes.
    """

    markets: tuple[MarketSpec, ...]
    start: dt.date
    end: dt.date
    now: dt.datetime
    orders_per_day: float
    seed: int = 1
    defects: tuple[Defect, ...] = field(default=())
    changes: tuple[Change, ...] = ()
    own_backfill: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.now.utcoffset() != dt.timedelta(0):
            raise ValueError("Scenario.now must be aware and in UTC")
        if self.end < self.start:
            raise ValueError("Scenario.end is before its start")
        if len({market.code for market in self.markets}) != len(self.markets) or not self.markets:
            raise ValueError("a scenario needs markets with distinct codes")
        if self.orders_per_day <= 0:
            raise ValueError("orders_per_day must be positive")
