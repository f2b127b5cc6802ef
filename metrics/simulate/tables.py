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
Codes = npt.NDArray[np.int16]  # small numbers that stand for texts

HOUR = 3600
DAY = 86_400
EPOCH = dt.date(1970, 1, 1)

EVENT_TYPES = ("created", "out_for_delivery", "attempted", "delivered", "cancelled", "returned", "lost")
CREATED, OUT_FOR_DELIVERY, ATTEMPTED, DELIVERED, CANCELLED, RETURNED, LOST = range(7)
ID_LETTERS = ("-C", "-O", "-A", "-D", "-X", "-R", "-L")  # of event ids, in the order of EVENT_TYPES
SCANS = (OUT_FOR_DELIVERY, ATTEMPTED, DELIVERED, CANCELLED, RETURNED, LOST)  # what a carrier reports
EVENT_REASONS = ("", "consignee", "carrier")
NO_REASON, BY_CONSIGNEE, BY_CARRIER = range(3)
SOURCES = ("live", "backfill")
LIVE, BACKFILL = range(2)
PROMISE_REASONS = ("initial", "revised")
INITIAL, REVISED = range(2)
SERVICES = ("standard", "express", "economy")
STANDARD, EXPRESS, ECONOMY = range(3)
OTHER_ID, OTHER_CARRIER = 1, 2  # bits of an event's `style`


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
    offset: Ints  # seconds east of UTC at the promise
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
    """One row per event as received. `serial` (below 1000) tells apart events of one kind of one shipment.

    `style` says how the row writes its keys: 0 as everywhere, or bits (`OTHER_ID`, `OTHER_CARRIER`).
    """

    shipment: Ints
    kind: Codes
    serial: Codes
    occurred: Ints
    received: Ints
    reason: Codes
    source: Codes
    integration: Codes
    style: Codes


@dataclass(frozen=True)
class DayCounts:
    """What truly happened to the promises of one market-week: seven counts each, Monday to Sunday."""

    shipments: Ints
    late: Ints


@dataclass(frozen=True)
class Tally:
    """What one defect did: shipments (or rows, where it works on rows) in its scope, those of them it
    touched, and the rows of the files it changed, added or took away."""

    units: int = 0
    touched: int = 0
    rows: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.units + other.units, self.touched + other.touched, self.rows + other.rows)


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

    def integration_at(self, carrier: Ints, instant: Ints) -> Codes:
        """Number of the feed version each carrier uses at each instant (same shape)."""
        code = {version: number for number, version in enumerate(self.integrations)}
        first = np.array([code[c.integrations[0][1]] for c in self.carriers], dtype=np.int16)
        result: Codes = first[carrier]
        changing = [n for n, c in enumerate(self.carriers) if len(c.integrations) > 1]
        for number in changing:
            for valid_from, version in self.carriers[number].integrations[1:]:
                result[(carrier == number) & (instant >= epoch_seconds(valid_from))] = code[version]
        return result


@dataclass(frozen=True)
class Block:
    """One market and ISO week of promise days with all that was ever received about it.

    `late` marks the shipments truly not delivered in time, `truth` counts them by day; both are as they were
    before any defect. `now` (epoch seconds) is when the files end. `tally` is what the last defect did,
    `tallies` what each of them did.
    """

    market: MarketSpec
    market_number: int
    monday: dt.date
    catalogue: Catalogue
    shipments: Shipments
    promises: Promises
    events: Events
    late: Bools
    truth: DayCounts
    now: int
    tally: Tally = Tally()
    tallies: tuple[Tally, ...] = ()

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


def week_of(instant: Ints) -> Ints:
    """Running number of the ISO week (UTC) of each instant."""
    return (instant // DAY + 3) // 7  # 1970-01-01 was a Thursday


def next_backfill(instant: Ints) -> Ints:
    """The first weekly backfill run (Monday 04:00 UTC) after each instant, in epoch seconds."""
    monday_0400 = 4 * DAY + 4 * HOUR  # 1970-01-05 was a Monday
    return (instant - monday_0400) // (7 * DAY) * (7 * DAY) + 7 * DAY + monday_0400
