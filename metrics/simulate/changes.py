"""Real changes of the world: what truly happens differs, and the files tell it as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from metrics.simulate.scenario import CarrierSpec, LaneSpec, MarketSpec, Scenario
from metrics.simulate.scope import Scope
from metrics.simulate.tables import DAY, HOUR, Bools, Events, Floats, Ints, Shipments, epoch_day

NEWCOMER = "newcomer"  # code of a carrier that starts, after the market's code


@dataclass(frozen=True)
class Effect:
    """What a change does at severity 1.

    `log_odds` of being on time are added; `volume`, `lane_share` and `contacts` are multiplied by
    1 + value; promises get `lead` whole days longer; with `newcomer` a fast carrier of that relative share
    starts; with `outage` the live feed is silent on these days and sends all of it on the day after.
    """

    direction: str
    log_odds: float = 0.0
    volume: float = 0.0
    lane_share: float = 0.0
    lead: int = 0
    contacts: float = 0.0
    newcomer: float = 0.0
    outage: bool = False


CHANGES: dict[str, Effect] = {
    "strike": Effect("down", log_odds=-2.5),
    "lane_closure": Effect("down", log_odds=-4.0),
    "new_hub": Effect("up", log_odds=1.2),
    "new_carrier": Effect("up", newcomer=0.25),
    "peak": Effect("down", log_odds=-0.6, volume=0.8),
    "holiday": Effect("down", log_odds=-1.2, volume=-0.5),
    "regional_holiday": Effect("down", log_odds=-1.2, lane_share=-0.5),
    "mix_shift": Effect("down", lane_share=8.0),
    "padding": Effect("up", log_odds=1.0, lead=2),
    "volume": Effect("none", volume=1.0),
    "recovered_feed": Effect("none", outage=True),
    "deflection": Effect("none", contacts=-0.5),
}
OF_A_CARRIER = frozenset({"strike"})
OF_A_LANE = frozenset({"lane_closure", "mix_shift", "regional_holiday"})
OF_THE_MARKET = frozenset(CHANGES) - OF_A_CARRIER - OF_A_LANE - {"new_hub"}


@dataclass(frozen=True)
class Change:
    """One change of this kind (a key of `CHANGES`) in a scope; severity in (0, 1] scales its effect."""

    kind: str
    scope: Scope
    severity: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in CHANGES:
            raise ValueError(f"there is no change '{self.kind}', only {', '.join(CHANGES)}")
        if not 0 < self.severity <= 1:
            raise ValueError("severity must be above 0 and at most 1")
        if self.kind in OF_A_CARRIER and self.scope.carrier is None:
            raise ValueError(f"a {self.kind} needs a carrier")
        if self.kind in OF_A_LANE and self.scope.lane is None:
            raise ValueError(f"a {self.kind} needs a lane")
        if self.kind in OF_THE_MARKET and (self.scope.carrier or self.scope.lane):
            raise ValueError(f"a {self.kind} is about the whole market: no carrier, no lane")
        if self.effect.outage and not (self.scope.first_day and self.scope.last_day):
            raise ValueError(f"a {self.kind} needs its first and last day")

    @property
    def effect(self) -> Effect:
        """What it does at severity 1."""
        return CHANGES[self.kind]

    def truth(self) -> dict[str, object]:
        """Kind, scope, severity, expected direction of the market's OTDR."""
        return {
            "kind": self.kind,
            "scope": self.scope.truth(),
            "severity": self.severity,
            "direction": self.effect.direction,
        }


@dataclass(frozen=True)
class Course:
    """The changes of one market, as the generator asks for them."""

    changes: tuple[Change, ...]

    def joined(self, market: MarketSpec) -> MarketSpec:
        """The market with the carriers that start."""
        for change in self.changes:
            share = change.effect.newcomer * change.severity
            if share and not any(is_newcomer(carrier) for carrier in market.carriers):
                total = sum(carrier.share for carrier in market.carriers)
                market = replace(
                    market, carriers=(*market.carriers, _newcomer(market, change, share * total))
                )
        return market

    def volume(self, day: Ints) -> Floats:
        """Factor of each day's orders."""
        return self._factor(day, {c: c.effect.volume for c in self.changes})

    def contacts(self, day: Ints) -> Floats:
        """Factor of each day's contacts about lateness."""
        return self._factor(day, {c: c.effect.contacts for c in self.changes})

    def lane_shares(self, market: MarketSpec) -> list[tuple[Change, Floats]]:
        """Changes that move orders between lanes, each with the shares while it lasts."""
        usual = np.array([lane.share for lane in market.lanes])
        result = []
        for change in self.changes:
            if change.effect.lane_share:
                named = np.array([lane.name == change.scope.lane for lane in market.lanes])
                result.append((change, usual * (1 + change.effect.lane_share * change.severity * named)))
        return result

    def longer(self, day: Ints) -> Ints:
        """Whole days by which promises made for each day are longer."""
        result = np.zeros(len(day), dtype=np.int64)
        for change in self.changes:
            if change.effect.lead:
                result += np.ceil(change.effect.lead * change.severity).astype(int) * change.scope.on_days(
                    day
                )
        return result

    def log_odds(self, shipments: Shipments, market: MarketSpec, first: tuple[int, int]) -> Floats:
        """What is added for each shipment; `first` are the catalogue numbers of carrier and lane 0."""
        result = np.zeros(len(shipments))
        for change in self.changes:
            if change.effect.log_odds:
                result += change.effect.log_odds * change.severity * _met(change, shipments, market, first)
        return result

    def receipts(self, rng: np.random.Generator, events: Events, chosen: Bools) -> Events:
        """The events with what an outage held back, received in the six hours after it; `chosen` are live."""
        for change in self.changes:
            scope = change.scope
            if not change.effect.outage or scope.first_day is None or scope.last_day is None:
                continue
            begin, end = epoch_day(scope.first_day) * DAY, (epoch_day(scope.last_day) + 1) * DAY
            held = chosen & (events.received >= begin) & (events.received < end)
            held &= rng.random(len(events)) < change.severity
            after = end + rng.integers(0, 6 * HOUR, len(events))
            events = replace(events, received=np.where(held, after, events.received))
        return events

    def _factor(self, day: Ints, effects: dict[Change, float]) -> Floats:
        result = np.ones(len(day))
        for change, effect in effects.items():
            if effect:
                result[change.scope.on_days(day)] *= 1 + effect * change.severity
        return result


def _newcomer(market: MarketSpec, change: Change, share: float) -> CarrierSpec:
    like = market.carriers[0]
    code = f"{market.code.lower()}-{NEWCOMER}"
    return replace(
        like, code=code, name="Newcomer", share=share, otdr_delta=1.5, starts=change.scope.first_day
    )


def _met(change: Change, shipments: Shipments, market: MarketSpec, first: tuple[int, int]) -> Bools:
    scope = change.scope
    result = scope.on_days(shipments.day)
    if scope.carrier is not None:
        codes = [carrier.code == scope.carrier for carrier in market.carriers]
        result &= np.array(codes)[shipments.carrier - first[0]]
    if scope.lane is not None:
        result &= np.array([lane.name == scope.lane for lane in market.lanes])[shipments.lane - first[1]]
    return result


def slowing_lanes(market: MarketSpec) -> list[str]:
    """The market's lanes, first the one to which a shift of the mix at severity 1 lowers the rate most: by
    what its share gains, and by how far (log-odds) it is below the others."""
    total = sum(lane.share for lane in market.lanes)
    mean = sum(lane.share * lane.otdr_delta for lane in market.lanes) / total
    grown = 1 + CHANGES["mix_shift"].lane_share

    def lowered(lane: LaneSpec) -> float:
        share = lane.share / total
        gained = grown * share / (1 + (grown - 1) * share) - share
        return gained * (lane.otdr_delta - mean) / (1 - share) if share < 1 else 0.0

    return [lane.name for lane in sorted(market.lanes, key=lambda lane: (lowered(lane), lane.name))]


def course_of(scenario: Scenario, market: str) -> Course:
    """The changes of one market."""
    return Course(tuple(change for change in scenario.changes if change.scope.market == market))


def with_newcomers(scenario: Scenario) -> Scenario:
    """The scenario whose markets have the carriers that its changes start; doing it twice changes nothing."""
    return replace(scenario, markets=tuple(course_of(scenario, m.code).joined(m) for m in scenario.markets))


def is_newcomer(carrier: CarrierSpec) -> bool:
    """Whether the carrier is there only through a change."""
    return carrier.code.endswith(f"-{NEWCOMER}")
