"""What became of each shipment, and the scans its carrier made on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.simulate.draw import day_time, systematic
from metrics.simulate.tables import (
    ATTEMPTED,
    BY_CARRIER,
    BY_CONSIGNEE,
    CANCELLED,
    CREATED,
    DAY,
    DELIVERED,
    HOUR,
    LOST,
    NO_REASON,
    OUT_FOR_DELIVERY,
    RETURNED,
    Bools,
    Floats,
    Ints,
    Promises,
    Shipments,
    Table,
)

CANCELLED_BEFORE_DISPATCH = 0.003  # of all shipments
ENDS_OF_LATE = {
    RETURNED: 0.020,
    LOST: 0.012,
    CANCELLED: 0.004,
}  # of those not on time: what ends them instead
EARLY = (0.84, 0.12, 0.04)  # on time by 0, 1, 2 whole days
DAYS_LATE_SCALE = 0.91  # 1 + floor(exponential) has mean 1.5, less the time of day: about 1.1 days late
LATE_SAME_DAY = 0.4  # of late parcels promised for a window
ATTEMPT_IN_TIME = 0.2  # of parcels not on time
ATTEMPT_AFTER = 0.25  # of parcels one or two days late; every longer wait has one
SUNDAY = 3  # days since 1970-01-01, modulo 7


@dataclass(frozen=True)
class Fate(Table):
    """Per shipment. `end` is the kind of the last event; `early` and `late` are whole days."""

    on_time: Bools
    stopped: Bools  # cancelled before dispatch
    end: Ints
    early: Ints
    late: Ints


@dataclass(frozen=True)
class Moments(Table):
    """Per shipment, local seconds: created, out, the last event, and the attempts (0: none)."""

    created_utc: Ints
    out: Ints
    last: Ints
    attempt_in_time: Ints
    attempt_after: Ints


@dataclass(frozen=True)
class Scans(Table):
    """Events as they happened, before anybody received them; `occurred` is UTC."""

    shipment: Ints
    kind: Ints
    occurred: Ints
    reason: Ints


def draw(rng: np.random.Generator, chance_on_time: Floats, lead: Ints) -> Fate:
    """Outcome of each shipment from its probability to be on time and its lead time in whole days."""
    count = len(lead)
    late = systematic(rng, 1 - chance_on_time)
    stopped = systematic(rng, np.full(count, CANCELLED_BEFORE_DISPATCH))
    end = np.full(count, DELIVERED)
    other = rng.random(count)
    reached = 0.0
    for kind, share in ENDS_OF_LATE.items():
        end[late & (other >= reached) & (other < reached + share)] = kind
        reached += share
    early = np.searchsorted(np.cumsum(EARLY)[:-1], rng.random(count), side="right")
    days_late = 1 + np.floor(rng.exponential(DAYS_LATE_SCALE, count)).astype(np.int64)
    end[stopped] = CANCELLED
    return Fate(~late, stopped, end, np.minimum(early, np.maximum(lead - 2, 0)), np.minimum(days_late, 9))


def moments(
    rng: np.random.Generator, shipments: Shipments, promises: Promises, fate: Fate, rests_on_sunday: bool
) -> Moments:
    """When things happened to each shipment. `promises` holds the first one of each, in the same order."""
    count, end = len(shipments), promises.promised_local
    created = shipments.checkout + rng.integers(2 * HOUR, 14 * HOUR, count)
    in_time = _in_time(rng, promises, fate, rests_on_sunday)
    day = shipments.day + fate.late
    if rests_on_sunday:
        day = day + (day % 7 == SUNDAY)
    late = day * DAY + day_time(rng, count, 8.5, 20.5)
    same_day = promises.window & (fate.late == 1) & (rng.random(count) < LATE_SAME_DAY / 0.67)
    left = shipments.day * DAY + 23 * HOUR - end
    slip = 60 + np.minimum(rng.exponential(1.5 * HOUR, count), np.maximum(left, 1.0) * rng.random(count))
    late = np.where(same_day, end + slip.astype(np.int64), late)
    ended = fate.end != DELIVERED  # returns and losses are known only after another attempt
    last = np.where(fate.on_time, in_time, np.where(ended, late + rng.integers(1, 3, count) * DAY, late))
    stop = (shipments.day - 1) * DAY + day_time(rng, count, 15.0, 22.0)
    out = last // DAY * DAY + day_time(rng, count, 5.5, 8.0)
    out = np.where(ended, shipments.day * DAY + day_time(rng, count, 5.5, 8.0), out)
    after = ~fate.on_time & (ended | (fate.late >= 3) | (rng.random(count) < ATTEMPT_AFTER)) & ~same_day
    before = ~fate.on_time & (rng.random(count) < ATTEMPT_IN_TIME)
    attempt_after = (shipments.day + 1) * DAY + day_time(rng, count, 8.0, 20.0)
    attempt_after = np.where(ended, attempt_after, np.minimum(attempt_after, last - 20 * 60))
    return Moments(
        created_utc=created,
        out=np.minimum(out, last - 10 * 60),
        last=np.where(fate.stopped, stop, last),
        attempt_in_time=np.where(before, np.minimum(in_time, end - 60), 0),
        attempt_after=np.where(after, attempt_after, 0),
    )


def _in_time(rng: np.random.Generator, promises: Promises, fate: Fate, rests_on_sunday: bool) -> Ints:
    """Local instant of a delivery that keeps the promise, `early` days ahead."""
    count, end = len(promises), promises.promised_local
    promise_day = end // DAY
    day = promise_day - fate.early
    if rests_on_sunday:
        day = day - ((day % 7 == SUNDAY) & (day < promise_day))
    any_time = day * DAY + day_time(rng, count, 8.5, 20.5)
    in_window = end - 1 - (rng.random(count) * 4 * HOUR).astype(np.int64)
    return np.where(promises.window & (day == promise_day), in_window, any_time)


def scans(
    rng: np.random.Generator, times: Moments, fate: Fate, to_utc: Callable[[Ints, Ints], Ints]
) -> Scans:
    """The events behind the moments. `to_utc` turns local instants of these shipment rows into UTC ones."""
    rows = np.arange(len(fate))
    moving = rows[~fate.stopped]
    parts = [_scans(rows, CREATED, times.created_utc)]
    parts.append(_scans(moving, OUT_FOR_DELIVERY, to_utc(moving, times.out[moving])))
    for attempt, to_consignee in ((times.attempt_in_time, 0.7), (times.attempt_after, 0.5)):
        tried = rows[(attempt > 0) & ~fate.stopped]
        reason = np.where(rng.random(len(tried)) < to_consignee, BY_CONSIGNEE, BY_CARRIER)
        parts.append(Scans(tried, np.full(len(tried), ATTEMPTED), to_utc(tried, attempt[tried]), reason))
    parts.append(Scans(rows, fate.end, to_utc(rows, times.last), np.full(len(rows), NO_REASON)))
    return Scans.concat(parts)


def _scans(rows: Ints, kind: int, occurred: Ints) -> Scans:
    return Scans(rows, np.full(len(rows), kind), occurred, np.full(len(rows), NO_REASON))
