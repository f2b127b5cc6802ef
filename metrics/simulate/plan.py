"""From what somebody asks for to a scenario: markets by code, and what is planted by its name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from metrics.simulate.changes import CHANGES, OF_A_CARRIER, OF_A_LANE, Change, slowing_lanes
from metrics.simulate.defects import KINDS, Planted
from metrics.simulate.presets import CODES, preset_markets
from metrics.simulate.scenario import MarketSpec, Scenario
from metrics.simulate.scope import Scope

START = dt.date(2026, 8, 31)  # a Monday; the clocks of Europe go back within the next eight weeks
SETTLED = dt.timedelta(days=12)  # from the last promise day to the day on which the files end


@dataclass(frozen=True)
class Wish:
    """Something to plant. `kind` is a defect's name or number, or a change's name; days are promise days."""

    what: Literal["defect", "change"]
    kind: str
    market: str
    severity: float = 1.0
    carrier: str | None = None
    lane: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    batch: str | None = None
    hours: int | None = None


def planned(
    *,
    days: int,
    orders_per_day: float,
    seed: int,
    start: dt.date = START,
    markets: tuple[str, ...] = CODES,
    wishes: tuple[Wish, ...] = (),
) -> Scenario:
    """The scenario of `days` promise days with what is wished for. Raises ValueError with one sentence."""
    if days < 1:
        raise ValueError("days must be at least 1")
    chosen = preset_markets(markets)
    end = start + dt.timedelta(days=days - 1)
    return Scenario(
        markets=chosen,
        start=start,
        end=end,
        now=dt.datetime.combine(end + SETTLED, dt.time(12), tzinfo=dt.UTC),
        orders_per_day=orders_per_day,
        seed=seed,
        defects=tuple(_defect(wish, chosen) for wish in wishes if wish.what == "defect"),
        changes=tuple(_change(wish, chosen) for wish in wishes if wish.what == "change"),
    )


def defect_kind(name: str) -> type[Planted]:
    """The defect of this name or number. Raises ValueError when there is none."""
    for kind, defect in KINDS.items():
        if name in (kind, str(defect.number), f"{defect.number:02d}"):
            return defect
    raise ValueError(
        f"there is no defect '{name}', only {', '.join(KINDS)} (or their numbers 1 to {len(KINDS)})"
    )


def _defect(wish: Wish, markets: tuple[MarketSpec, ...]) -> Planted:
    _, scope = _scope(wish, markets)
    return defect_kind(wish.kind)(scope, wish.severity, wish.hours)


def _change(wish: Wish, markets: tuple[MarketSpec, ...]) -> Change:
    """A change that is about a carrier or a lane takes the market's largest by default; a shift of the mix
    goes to the lane that slows the market most.
    """
    if wish.kind not in CHANGES:
        raise ValueError(f"there is no change '{wish.kind}', only {', '.join(CHANGES)}")
    if wish.batch or wish.hours is not None:
        raise ValueError("a change knows neither batch nor hours; those are for defects")
    market, scope = _scope(wish, markets)
    carrier, lane = scope.carrier, scope.lane
    if wish.kind in OF_A_CARRIER and carrier is None:
        carrier = max(market.carriers, key=lambda one: one.share).code
    if wish.kind in OF_A_LANE and lane is None:
        lane = slowing_lanes(market)[0] if wish.kind == "mix_shift" else _largest_lane(market)
    return Change(
        wish.kind, Scope(scope.market, carrier, lane, scope.first_day, scope.last_day), wish.severity
    )


def _largest_lane(market: MarketSpec) -> str:
    return max(market.lanes, key=lambda lane: lane.share).name


def _scope(wish: Wish, markets: tuple[MarketSpec, ...]) -> tuple[MarketSpec, Scope]:
    """Where the wish is about, with every name in it looked up."""
    found = [market for market in markets if market.code == wish.market]
    if not found:
        raise ValueError(f"market '{wish.market}' is not among {', '.join(m.code for m in markets)}")
    market = found[0]
    carriers, lanes = [c.code for c in market.carriers], [lane.name for lane in market.lanes]
    if wish.carrier is not None and wish.carrier not in carriers:
        raise ValueError(f"market {wish.market} has no carrier '{wish.carrier}', only {', '.join(carriers)}")
    if wish.lane is not None and wish.lane not in lanes:
        raise ValueError(f"market {wish.market} has no lane '{wish.lane}', only {', '.join(lanes)}")
    scope = Scope(wish.market, wish.carrier, wish.lane, wish.first_day, wish.last_day, wish.batch)
    return market, scope
