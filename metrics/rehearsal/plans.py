"""Which worlds are made: what is planted where, how strong, and what the right answer is called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from metrics.anomalies.hypotheses import MIX, QUIET, REAL
from metrics.simulate.changes import OF_A_CARRIER, OF_A_LANE, Change, slowing_lanes
from metrics.simulate.defects import KINDS, BackfillDefaultedStamps, Defect, DeliveredEventsMissing
from metrics.simulate.presets import preset_markets
from metrics.simulate.scenario import Scenario
from metrics.simulate.scope import Scope

MONDAY: Final = dt.date(2026, 9, 28)
AFTER_THE_CLOCKS: Final = dt.date(2026, 10, 26)
WITH_CLOCKS: Final = ("DE", "UK")
BASE_DAYS: Final = 28
KNOWN_AFTER: Final = dt.timedelta(days=11, hours=12)  # Friday noon of the week after the suspect one
STORIES: Final = {
    "backfill_defaulted_stamps": "delivered_at_defaulted",
    "carrier_silence": "delivered_events_missing",
}
# Changes that leave the rate where it is: nothing has to be explained.
STILL: Final = frozenset({"volume", "recovered_feed", "deflection"})
OF_THE_WORLD: Final = (
    "strike", "lane_closure", "new_hub", "new_carrier", "peak", "holiday", "regional_holiday", "padding",
)  # fmt: skip
QUIET_ONES: Final = 2  # for each of every defect
CLOCKS: Final = 0.25  # of worlds where clocks change are about the week after they did
HOURS: Final = (-8, -5, -3, -2, 2, 3, 5, 8)  # a clock is off by
SEVERITIES: Final = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Plan:
    """What is planted: a defect (a kind, or the name of a story), a change of the world, both or nothing."""

    market: str = "BR"
    defect: str | None = None
    change: str | None = None
    severity: float = 1.0
    carrier: str | None = None
    lane: str | None = None
    batch: str | None = None
    hours: int | None = None
    seed: int = 1
    orders: int = 2000
    second: str | None = None
    clocks: bool = False

    @property
    def monday(self) -> dt.date:
        """The suspect week: with `clocks`, and where the defect is about that, the one after they changed."""
        return AFTER_THE_CLOCKS if self.clocks or self.defect == "daylight_saving" else MONDAY

    @property
    def truth(self) -> str:
        """What the right answer is called; of a defect and a change, the defect."""
        if self.defect:
            return STORIES.get(self.defect, self.defect)
        if self.change is None or self.change in STILL:
            return QUIET
        return MIX if self.change == "mix_shift" else REAL

    @property
    def label(self) -> str:
        """What is planted, for reports."""
        return "+".join(one for one in (self.defect, self.second, self.change) if one) or QUIET


def scenario_of(plan: Plan) -> Scenario:
    """The scenario of a plan: four weeks before, the suspect week, known eleven days after its Monday."""
    monday = plan.monday
    midnight = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
    return Scenario(
        markets=preset_markets((plan.market,)),
        start=monday - dt.timedelta(days=BASE_DAYS),
        end=monday + dt.timedelta(days=6),
        now=midnight + KNOWN_AFTER,
        orders_per_day=plan.orders,
        seed=plan.seed,
        defects=tuple(_defect(plan, kind) for kind in (plan.defect, plan.second) if kind),
        changes=(_change(plan),) if plan.change else (),
    )


def _defect(plan: Plan, kind: str) -> Defect:
    sunday = plan.monday + dt.timedelta(days=6)
    if kind == "backfill_defaulted_stamps":
        strong = 0.2 + 0.77 * plan.severity
        return BackfillDefaultedStamps(plan.market, plan.monday, sunday, strong, 0.45 * plan.severity)
    if kind == "carrier_silence":
        return DeliveredEventsMissing(plan.market, plan.carrier or _first(plan.market), plan.monday)
    first = plan.monday - dt.timedelta(days=1) if kind == "daylight_saving" else plan.monday
    scope = Scope(plan.market, carrier=plan.carrier, lane=plan.lane, first_day=first, batch=plan.batch)
    if kind == "partition_shrunk":
        day = plan.monday + dt.timedelta(days=2)
        scope = Scope(plan.market, carrier=plan.carrier, first_day=day, last_day=day)
    return KINDS[kind](scope, plan.severity, plan.hours)


def _change(plan: Plan) -> Change:
    kind = plan.change or ""
    carrier = plan.carrier or _first(plan.market) if kind in OF_A_CARRIER else None
    lane = plan.lane or _lanes_for(kind, plan.market)[0] if kind in OF_A_LANE else None
    sunday = plan.monday + dt.timedelta(days=6)
    last = plan.monday + dt.timedelta(days=2) if kind == "recovered_feed" else sunday
    scope = Scope(plan.market, carrier=carrier, lane=lane, first_day=plan.monday, last_day=last)
    return Change(kind, scope, plan.severity)


def carriers_of(market: str) -> list[str]:
    """Codes of a market's carriers, largest first."""
    (spec,) = preset_markets((market,))
    return [carrier.code for carrier in spec.carriers]


def lanes_of(market: str) -> list[str]:
    """Names of a market's lanes, largest first."""
    (spec,) = preset_markets((market,))
    return [lane.name for lane in sorted(spec.lanes, key=lambda one: (-one.share, one.name))]


def slow_lanes_of(market: str) -> list[str]:
    """The two lanes to which a shift of the mix lowers the market's rate most."""
    (spec,) = preset_markets((market,))
    return slowing_lanes(spec)[:2]


def _lanes_for(kind: str, market: str) -> list[str]:
    return slow_lanes_of(market) if kind == "mix_shift" else lanes_of(market)


def _first(market: str) -> str:
    return carriers_of(market)[0]


def drawn(seed: int, *, each: int, markets: Sequence[str] = ("BR", "DE", "UK", "JP")) -> list[Plan]:
    """`each` plans of every defect and story, half as many of every change, and twice as many quiet ones.

    Market, severity and scope are drawn from the seed; the list interleaves kinds, so that any beginning of
    it holds about as many of each.
    """
    rng = np.random.default_rng(seed)
    rounds = []
    for number in range(each):
        found = [_drawn_defect(rng, kind, markets) for kind in (*KINDS, *STORIES)]
        found += [_drawn_quiet(rng, markets) for _ in range(QUIET_ONES)]
        if number % 2 == 0:
            changes = (*OF_THE_WORLD, *sorted(STILL), "mix_shift", "mix_shift")
            found += [_drawn_change(rng, kind, markets) for kind in changes]
        rounds += found
    return rounds


def _drawn_quiet(rng: np.random.Generator, markets: Sequence[str]) -> Plan:
    market = str(rng.choice(markets))
    return Plan(market, seed=_seed(rng), clocks=_clocks(rng, market))


def _drawn_defect(rng: np.random.Generator, kind: str, markets: Sequence[str]) -> Plan:
    zones = [m for m in WITH_CLOCKS if m in markets] or ["DE"]
    market = str(rng.choice(zones if kind == "daylight_saving" else markets))
    scoped: dict[str, Any] = {}
    where = rng.random()
    if kind == "carrier_silence" or (where < 0.3 and kind != "backfill_defaulted_stamps"):
        scoped = {"carrier": str(rng.choice(carriers_of(market)[:3]))}
    elif where < 0.4 and kind in ("delivered_at_defaulted", "heaped_times"):
        scoped = {"batch": "live"}
    if kind == "timezone_offset":
        scoped["hours"] = int(rng.choice(HOURS))
    severity = 1.0 if kind == "carrier_silence" else float(rng.choice(SEVERITIES))
    return Plan(
        market, defect=kind, severity=severity, seed=_seed(rng), clocks=_clocks(rng, market), **scoped
    )


def _drawn_change(rng: np.random.Generator, kind: str, markets: Sequence[str]) -> Plan:
    market = str(rng.choice(markets))
    carrier = str(rng.choice(carriers_of(market)[:2])) if kind in OF_A_CARRIER else None
    lane = str(rng.choice(_lanes_for(kind, market)[:4])) if kind in OF_A_LANE else None
    severities = {"recovered_feed": (1.0,), "mix_shift": SEVERITIES[2:]}.get(kind, SEVERITIES[1:])
    more: dict[str, Any] = {"severity": float(rng.choice(severities)), "clocks": _clocks(rng, market)}
    return Plan(market, change=kind, carrier=carrier, lane=lane, seed=_seed(rng), **more)


def _clocks(rng: np.random.Generator, market: str) -> bool:
    return bool(rng.random() < CLOCKS) and market in WITH_CLOCKS


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 1_000_000))
