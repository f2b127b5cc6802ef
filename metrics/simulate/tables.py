"""Columns of a simulated world: tables of equally long numpy arrays, and the texts their codes stand for.

All instants are int64 seconds since 1970-01-01 UTC; "local" ones are the same count on the local clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from metrics.simulate.scenario import CarrierSpec, LaneSpec, MarketSpec, Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HOUR = 3600
DAY = 86_400
EPOCH = dt.date(1970, 1, 1)

EVENT_TYPES = ("created", "out_for_delivery", "attempted", "delivered", "cancelled", "returned", "lost")
CREATED, OUT_FOR_DELIVERY, ATTEMPTED, DELIVERED, CANCELLED, RETURNED, LOST = range(7)
EVENT_REASONS = ("", "consignee", "carrier")
NO_REASON, BY_CONSIGNEE, BY_CARRIER = range(3)
SOURCES = ("live", "backfill")
LIVE, BACKFILL = range(2)
PROMISE_REASONS = ("initial", "revised")
INITIAL, REVISED = range(2)
SERVICES = ("standard", "express")
STANDARD, EXPRESS = range(2)


@dataclass(frozen=True)
class Table:
    """Equally long columns; rows are picked and joined for all columns at once."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: Ints | Bools | slice) -> Self:
        """The rows at these indices, in this slice, or where the mask is true."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """All rows of all parts, in order."""
        return cls(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)})


@dataclass(frozen=True)
class Shipments(Table):
    """One row per shipment; other tables point here by row."""

    number: Ints  # unique within the market
    order: Ints
    day: Ints  # local promise day, days since 1970-01-01
    promise_end: Ints  # original promise, UTC
    checkout: Ints  # UTC
    carrier: Ints
    lane: Ints
    service: Ints


@dataclass(frozen=True)
class Promises(Table):
    """One row per recorded promise."""

    shipment: Ints
    promised_local: Ints  # the end of the promise on the destination's clock
    window: Bools  # an instant with offset; otherwise a date
    offset: Ints  # seconds east of UTC at the promise
    recorded: Ints
    reason: Ints


@dataclass(frozen=True)
class Events(Table):
    """One row per event as received. `serial` tells apart the events of one kind of one shipment."""

    shipment: Ints
    kind: Ints
    serial: Ints
    occurred: Ints
    received: Ints
    reason: Ints
    source: Ints
    integration: Ints


@dataclass(frozen=True)
class Catalogue:
    """Texts behind the codes: carriers and lanes of all markets in one numbering, zones, feed versions."""

    carriers: tuple[CarrierSpec, ...]
    lanes: tuple[LaneSpec, ...]
    zones: tuple[str, ...]
    integrations: tuple[str, ...]
    first_carrier: dict[str, int]  # market code -> number of its first carrier
    first_lane: dict[str, int]

    @classmethod
    def of(cls, scenario: Scenario) -> Self:
        """Number everything the scenario names, in its order."""
        carriers: list[CarrierSpec] = []
        lanes: list[LaneSpec] = []
        first_carrier, first_lane = {}, {}
        for market in scenario.markets:
            first_carrier[market.code], first_lane[market.code] = len(carriers), len(lanes)
            carriers.extend(market.carriers)
            lanes.extend(market.lanes)
        versions = dict.fromkeys(version for carrier in carriers for _, version in carrier.integrations)
        zones = dict.fromkeys(lane.zone for lane in lanes)
        return cls(tuple(carriers), tuple(lanes), tuple(zones), tuple(versions), first_carrier, first_lane)

    def integration_at(self, carrier: Ints, instant: Ints) -> Ints:
        """Number of the feed version each carrier uses at each instant (same shape)."""
        code = {version: number for number, version in enumerate(self.integrations)}
        result = np.array([code[c.integrations[0][1]] for c in self.carriers])[carrier]
        for number in np.unique(carrier):
            for valid_from, version in self.carriers[number].integrations[1:]:
                result[(carrier == number) & (instant >= epoch_seconds(valid_from))] = code[version]
        return result


@dataclass(frozen=True)
class Block:
    """One market and ISO week of promise days with all that was ever received about it."""

    market: MarketSpec
    market_number: int
    monday: dt.date
    catalogue: Catalogue
    shipments: Shipments
    promises: Promises
    events: Events

    def carrier_number(self, code: str) -> int:
        """The catalogue's number of a carrier of this market. Raises ValueError for an unknown code."""
        codes = [carrier.code for carrier in self.market.carriers]
        if code not in codes:
            raise ValueError(f"market {self.market.code} has no carrier '{code}', only {', '.join(codes)}")
        return self.catalogue.first_carrier[self.market.code] + codes.index(code)


def epoch_day(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def epoch_seconds(day: dt.date) -> int:
    """Midnight UTC of the day, in seconds since 1970-01-01."""
    return epoch_day(day) * DAY


def next_backfill(instant: Ints) -> Ints:
    """The first weekly backfill run (Monday 04:00 UTC) after each instant, in epoch seconds."""
    monday_0400 = 4 * DAY + 4 * HOUR  # 1970-01-05 was a Monday
    return (instant - monday_0400) // (7 * DAY) * (7 * DAY) + 7 * DAY + monday_0400
