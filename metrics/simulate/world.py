"""Generates a scenario, one market and ISO week of promise days at a time."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise, product
from typing import TypeVar

import numpy as np

from metrics.simulate import noise, outcomes, receipts
from metrics.simulate.ahead import in_order
from metrics.simulate.changes import course_of, is_newcomer, with_newcomers
from metrics.simulate.draw import autoregressive, day_time, pick, stratified
from metrics.simulate.scenario import MarketSpec, Scenario
from metrics.simulate.tables import (
    DAY,
    EXPRESS,
    INITIAL,
    LIVE,
    REVISED,
    STANDARD,
    Block,
    Bools,
    Catalogue,
    DayCounts,
    Floats,
    Ints,
    Promises,
    Shipments,
    Tally,
    epoch_day,
)
from metrics.simulate.zones import ZoneTable

R = TypeVar("R")
OUTAGE_DRAWS = 2_000_000  # own randomness, so that an outage leaves everything else as it was
SPLIT_ORDERS = 0.04  # orders that travel as two shipments
WINDOW_ENDS = np.array([12, 15, 18, 20, 22]) * 3600
DATE_END = DAY - 1  # the last second of the day
DRIFT, DAILY_NOISE, NOISE_MEMORY = 0.03, 0.035, 0.6  # log-odds; the last is a correlation
EDGE = dt.timedelta(days=30)  # events and revised promises lie at most this far outside the promise days


def blocks(scenario: Scenario) -> Iterator[Block]:
    """All blocks in order of week, then market, with the scenario's defects already planted."""
    with ThreadPoolExecutor(1) as pool:
        yield from of_blocks(scenario, lambda block: block, pool, ahead=1)


def of_blocks(scenario: Scenario, work: Callable[[Block], R], pool: Executor, ahead: int) -> Iterator[R]:
    """What `work` makes of each block, in the order of `blocks`; up to `ahead` blocks at the same time.

    A market numbers its shipments on from week to week, so two weeks of one are never made at once.
    """
    scenario = with_newcomers(scenario)
    catalogue = Catalogue.of(scenario)
    zones = ZoneTable(catalogue.zones, scenario.start - EDGE, scenario.end + EDGE)
    worlds = [_MarketWorld(scenario, number, catalogue, zones) for number in range(len(scenario.markets))]
    monday = scenario.start - dt.timedelta(days=scenario.start.weekday())
    weeks = range((scenario.end - monday).days // 7 + 1)

    def made(item: tuple[int, _MarketWorld]) -> R:
        week, world = item
        block = world.block(monday + dt.timedelta(weeks=week), week)
        return work(_planted(block, scenario, week))

    yield from in_order(pool, made, product(weeks, worlds), min(ahead, len(worlds)))


def _planted(block: Block, scenario: Scenario, week: int) -> Block:
    """The block with each defect in it, and what each did."""
    tallies = []
    for number, defect in enumerate(scenario.defects):
        rng = generator(scenario.seed, block.market.code, week, 1 + number)
        block = defect.apply(replace(block, tally=Tally()), rng)
        tallies.append(block.tally)
    return replace(block, tallies=tuple(tallies))


def generator(seed: int, market: str, *more: int) -> np.random.Generator:
    """Own randomness for each market and week: adding a market leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(market.encode()), *more])


class _MarketWorld:
    """One market: its calibrated level, its slow course over the days, and its running numbers."""

    def __init__(self, scenario: Scenario, number: int, catalogue: Catalogue, zones: ZoneTable) -> None:
        self._scenario, self._number, self._catalogue, self._zones = scenario, number, catalogue, zones
        self._market = market = scenario.markets[number]
        self._changes = course_of(scenario, market.code)
        self._orders = self._shipments = 0
        self._lane_zone = np.array([catalogue.zones.index(lane.zone) for lane in catalogue.lanes])
        self._carrier_delta = np.array([carrier.otdr_delta for carrier in catalogue.carriers])
        self._lane_delta = np.array([lane.otdr_delta for lane in catalogue.lanes])
        days = (scenario.end - scenario.start).days + 1
        rng = generator(scenario.seed, market.code)
        wave = 2 * np.pi * (np.arange(days) / rng.uniform(70, 130) + rng.random())
        self._course = DRIFT * np.sin(wave) + autoregressive(rng, days, DAILY_NOISE, NOISE_MEMORY)
        self._level = _calibrated_level(market)
        volume = scenario.orders_per_day * market.share / sum(m.share for m in scenario.markets)
        self._volume = volume * np.array(market.weekdays) / np.mean(market.weekdays)

    def block(self, monday: dt.date, week: int) -> Block:
        """Everything about the shipments promised in one ISO week."""
        rng = generator(self._scenario.seed, self._market.code, week, 0)
        day = self._order_days(rng, monday)
        shipments, promises, lead = self._population(rng, day, monday)
        on_time = self._chance_on_time(shipments)
        fate = outcomes.draw(rng, on_time, lead)
        zone = self._lane_zone[shipments.lane]
        moments = outcomes.moments(rng, shipments, promises, fate, self._market.weekdays[6] == 0.0)
        revisions = self._revisions(rng, promises, fate, shipments)
        scans = outcomes.scans(rng, moments, fate, lambda rows, local: self._zones.to_utc(zone[rows], local))
        events = receipts.received(rng, scans, shipments, self._catalogue)
        held = generator(self._scenario.seed, self._market.code, week, OUTAGE_DRAWS)
        events = self._changes.receipts(held, events, events.source == LIVE)
        events = noise.repeated(rng, events, shipments, self._catalogue)
        promises = noise.promises(rng, Promises.concat([promises, revisions]), len(shipments))
        return Block(
            self._market,
            self._number,
            monday,
            self._catalogue,
            shipments,
            promises,
            noise.impossible(rng, events),
            late=~fate.on_time & ~fate.stopped,
            truth=_day_counts(shipments, ~fate.on_time & ~fate.stopped, monday),
            now=int(self._scenario.now.timestamp()),
        )

    def _order_days(self, rng: np.random.Generator, monday: dt.date) -> Ints:
        """Promise day of each order of the week (days since 1970-01-01), ascending."""
        first = epoch_day(monday)
        inside = np.arange(first, first + 7)
        swing = 1 + 0.02 * rng.standard_normal(7)
        volume = self._volume * self._changes.volume(inside)
        count = np.maximum(np.round(volume * swing), 0).astype(np.int64)
        count[(inside < epoch_day(self._scenario.start)) | (inside > epoch_day(self._scenario.end))] = 0
        return np.repeat(inside, count)

    def _population(
        self, rng: np.random.Generator, order_day: Ints, monday: dt.date
    ) -> tuple[Shipments, Promises, Ints]:
        """Shipments with their first promises, and the whole days between checkout and promise."""
        market, orders = self._market, len(order_day)
        lane = self._lanes(stratified(rng, orders), order_day)
        window = stratified(rng, orders) < market.window_share
        lead = rng.integers(market.lead_days[0], market.lead_days[1] + 1, orders)
        lead += self._changes.longer(order_day)
        within_day = np.where(window, rng.choice(WINDOW_ENDS, orders), DATE_END)
        promised = order_day * DAY + within_day
        zone = self._lane_zone[lane]
        offset = self._zones.offset(zone, promised)
        checkout = self._zones.to_utc(zone, (order_day - lead) * DAY + day_time(rng, orders, 6.0, 24.0))
        order = np.repeat(np.arange(orders), 1 + (stratified(rng, orders) < SPLIT_ORDERS))
        count = len(order)
        shipments = Shipments(
            number=self._shipments + 1 + np.arange(count),
            order=self._orders + 1 + order,
            day=order_day[order],
            promise_end=(promised - offset)[order],
            offset=offset[order],
            checkout=checkout[order],
            carrier=self._carriers(rng, order_day[order], monday),
            lane=lane[order],
            service=np.where(lead <= 3, EXPRESS, STANDARD)[order],
        )
        promises = Promises(
            shipment=np.arange(count),
            promised_local=promised[order],
            window=window[order],
            offset=offset[order],
            recorded=checkout[order],
            reason=np.full(count, INITIAL),
        )
        self._orders += orders
        self._shipments += count
        return shipments, promises, lead[order]

    def _lanes(self, uniform: Floats, day: Ints) -> Ints:
        """A lane (catalogue number) for each order."""
        result = pick(uniform, np.array([lane.share for lane in self._market.lanes]))
        for change, shares in self._changes.lane_shares(self._market):
            rows = change.scope.on_days(day)
            result[rows] = pick(uniform[rows], shares)
        return result + self._catalogue.first_lane[self._market.code]

    def _carriers(self, rng: np.random.Generator, day: Ints, monday: dt.date) -> Ints:
        """A carrier (catalogue number) for each shipment, among those that work on its promise day."""
        uniform, result = stratified(rng, len(day)), np.empty(len(day), dtype=np.int64)
        carriers = self._market.carriers
        starts = np.array([epoch_day(c.starts) if c.starts else 0 for c in carriers])
        shares = np.array([c.share for c in carriers])
        first = epoch_day(monday)
        changes = [*sorted({first, *(int(s) for s in starts if first < s < first + 7)}), first + 7]
        for since, until in pairwise(changes):
            rows = (day >= since) & (day < until)
            result[rows] = pick(uniform[rows], np.where(starts <= since, shares, 0.0))
        return result + self._catalogue.first_carrier[self._market.code]

    def _chance_on_time(self, shipments: Shipments) -> Floats:
        weekday = (shipments.day + 3) % 7  # 1970-01-01 was a Thursday
        course = self._course[shipments.day - epoch_day(self._scenario.start)]
        effect = self._carrier_delta[shipments.carrier] + self._lane_delta[shipments.lane]
        code = self._market.code
        first = self._catalogue.first_carrier[code], self._catalogue.first_lane[code]
        effect += self._changes.log_odds(shipments, self._market, first)
        return _sigmoid(self._level + effect + course + np.array(WEEKDAY_DELTA)[weekday])

    def _revisions(
        self, rng: np.random.Generator, promises: Promises, fate: outcomes.Fate, shipments: Shipments
    ) -> Promises:
        """Later promises, recorded in the last day before the first one ends; most are for late parcels."""
        chance = np.where(fate.on_time, np.where(fate.early == 0, 0.01, 0.0), 0.22)
        rows = np.flatnonzero((rng.random(len(promises)) < chance) & ~fate.stopped)
        first = promises.take(rows)
        local = first.promised_local + rng.integers(1, 4, len(rows)) * DAY
        offset = self._zones.offset(self._lane_zone[shipments.lane[rows]], local)
        recorded = shipments.promise_end[rows] - rng.integers(4 * 3600, 20 * 3600, len(rows))
        return Promises(rows, local, first.window, offset, recorded, np.full(len(rows), REVISED))


WEEKDAY_DELTA = (-0.12, 0.02, 0.06, 0.05, 0.0, -0.06, -0.10)  # log-odds, Monday..Sunday


def _day_counts(shipments: Shipments, late: Bools, monday: dt.date) -> DayCounts:
    day = shipments.day - epoch_day(monday)
    return DayCounts(np.bincount(day, minlength=7), np.bincount(day[late], minlength=7))


def _sigmoid(log_odds: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-log_odds))
    return result


def _calibrated_level(market: MarketSpec) -> float:
    """Log-odds at which the mean over carriers, lanes and weekdays is the market's base rate."""
    carriers = [carrier for carrier in market.carriers if not is_newcomer(carrier)]
    parts = [
        (np.array([c.share for c in carriers]), np.array([c.otdr_delta for c in carriers])),
        (
            np.array([lane.share for lane in market.lanes]),
            np.array([lane.otdr_delta for lane in market.lanes]),
        ),
        (np.array(market.weekdays), np.array(WEEKDAY_DELTA)),
    ]
    weight, effect = np.ones(1), np.zeros(1)
    for share, delta in parts:
        weight = np.outer(weight, share / share.sum()).ravel()
        effect = np.add.outer(effect, delta).ravel()
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if weight @ _sigmoid(effect + middle) < market.otdr else (low, middle)
    return (low + high) / 2
