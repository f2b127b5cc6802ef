"""An attacker who keeps everything the hub's role could ever read, and subtracts.

Random worlds: markets, carriers of all sizes, publications of corrected data, switched-off markets and
carriers. After each step all views and all earlier publications are read as `otdr_hub`; the attacker sets up an equation for every
total shown and solves for what was not shown. He even knows which figures a correction left alone, but
for one thing that no withholding could keep from him: what a carrier fell to that was shown before.
`OTDR_EXAMPLES=full` tries 500 worlds.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from attacker import Attacker, Telling_, Unknown, Week, telling
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from worlds import WEEKS, World, everything, stored

from governance.access.policy import DEPARTMENTS
from governance.killswitch.models import Shutoff
from governance.markets.services import MarketRow, markets_load
from governance.models import MetricVersion
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError
from otdr_hub.lib.suppress import Telling, withhold
from tests import builders
from tests.builders import person

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
pytestmark = [pytest.mark.django_db, pytest.mark.faults, pytest.mark.timeout(3600 if FULL else 300)]
MARKETS = ("AA", "BB", "CC")
CERTIFIED = ("AA", "BB")
CARRIERS = ("p", "q", "r", "s", "t")
LEAST = builders.DEFINITION.small_cell


@dataclass
class Watched(World):
    """A world that remembers what each market's line shows now."""

    kept: dict[str, dict[dt.date, dict[str, tuple[int, int]]]] = field(default_factory=dict)
    ever: dict[Week, set[str]] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)
    lines: dict[int, dict[str, str]] = field(default_factory=dict)

    def cells_now(self, market: str, monday: dt.date) -> dict[str, tuple[int, int]]:
        """The cells behind the week shown: of the newest vintage, or of the one that is held."""
        return self.kept[self.now[market]][monday]

    def telling(self, market: str, monday: dt.date) -> Telling_:
        """The week as it is told now."""
        return telling(self.cells_now(market, monday))

    def publish(self) -> None:
        """Remember what the lines of the publication mean."""
        for market, vintage in stored(self.version, self.cells).items():
            self.kept[vintage] = {week: dict(cells) for week, cells in self.cells[market].items()}
        super().publish()
        for line in self.publications[-1].lines.filter(breakout="-"):
            self.now[line.market_id] = line.vintage
            self.lines.setdefault(line.publication_id, {})[line.market_id] = line.vintage
            weeks = self.kept[line.vintage]
            for monday in WEEKS:
                self.ever.setdefault((line.market_id, monday), set()).update(
                    name
                    for before, cells in weeks.items()
                    if before <= monday
                    for name, (due, _on_time) in cells.items()
                    if due
                )


def counts(least: int, most: int):
    return st.integers(least, most).flatmap(lambda due: st.tuples(st.just(due), st.integers(0, due)))


SIZES = st.one_of(
    st.just((0, 0)), counts(1, LEAST - 1), counts(LEAST, 40), counts(LEAST, 90), counts(400, 900)
)  # fmt: skip
WORLD = st.fixed_dictionaries({
    market: st.fixed_dictionaries({
        week: st.dictionaries(st.sampled_from(CARRIERS), SIZES, min_size=2) for week in WEEKS
    })
    for market in MARKETS
})  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("correct"), st.sampled_from(MARKETS), st.sampled_from(CARRIERS), SIZES),
        st.tuples(st.just("publish")),
        st.tuples(st.just("off"), st.sampled_from([*MARKETS, "global"]), st.sampled_from(CARRIERS)),
        st.tuples(st.just("stop"), st.sampled_from(MARKETS)),
    ),
    max_size=6,
)


def happen(world: Watched, step: tuple) -> None:
    """One step; what cannot be is refused."""
    kind, *about = step
    if kind == "correct":
        market, carrier, cell = about
        world.cells[market][WEEKS[-1]][carrier] = cell
        world.certify(CERTIFIED)
        world.publish()
    elif kind == "publish":
        world.publish()
    elif kind == "off" and (about[0], about[1]) not in world.off:
        world.off.append((about[0], about[1]))
        Shutoff.objects.create(
            market=about[0], breakout="carrier", value=about[1], category="other", by=person("dpm"),
            at=clock.now(),
        )  # fmt: skip
    elif kind == "stop" and not Shutoff.objects.filter(market=about[0], breakout="-").exists():
        Shutoff.objects.create(market=about[0], category="other", by=person("dpm"), at=clock.now())


def is_off(world: Watched, cell: Unknown) -> bool:
    return (cell[0], cell[2]) in world.off or ("global", cell[2]) in world.off


def is_safe(found: list[tuple[Unknown, int, int | None]]) -> None:
    """Every withheld cell could be anything over a range of the threshold, or a fifth of itself."""
    for cell, low, high in found:
        if cell[0] in CERTIFIED:
            width = max(LEAST, -(-cell[3] // 5))
            assert high is None or high - low >= width, (cell, low, high)


def adds_up(page: Any, breakouts: Any) -> None:
    """In integers: the carriers of a market to it, the markets to the headline."""
    whole = {(week["market"], week["week"]): week for week in page["weeks"]}
    for row in breakouts:
        for week in row["weeks"]:
            market = whole[row["market"], week["week"]]
            due = market["due"] - sum(one["due"] for one in week["carriers"])
            on_time = market["on_time"] - sum(one["on_time"] for one in week["carriers"])
            assert (due, on_time) == (0, 0) if not week["rest"] else due >= on_time >= 0
    for total in page["rollup"]:
        parts = [week for week in page["weeks"] if week["week"] == total["week"]]
        for name in ("due", "on_time", "late", "pending", "unknown"):
            assert total[name] == sum(week[name] for week in parts)


def holds_no_more_than(page: Any, told: Any) -> None:
    """An earlier publication has no market that is not on the page now, and its sums have none either."""
    shown = {market["code"] for market in page["markets"] if market["reason"] is None}
    assert {week["market"] for week in told["weeks"]} <= shown
    adds_up(told, [])


def as_in_python(world: Watched, tellings: dict, breakouts: Any) -> None:
    """The database withholds what the reference in Python withholds."""
    for row in breakouts:
        market = row["market"]
        if row["reason"] is not None:
            assert row["weeks"] == []
            continue
        off = {name for code, name in world.off if code in (market, "global")}
        for monday in WEEKS:
            cells = world.cells_now(market, monday)
            told = tellings.setdefault((market, monday), [])
            if cells not in told:
                told.append(cells)
        for week in row["weeks"]:
            monday = dt.date.fromisoformat(week["week"])
            universe = world.ever[market, monday]
            full = [
                Telling({name: cells.get(name, (0, 0)) for name in universe}, LEAST)
                for cells in tellings[market, monday]
            ]
            hidden = withhold(full, off=off, known=universe)
            now = world.cells_now(market, monday)
            shown = {cell["carrier"]: (cell["due"], cell["on_time"]) for cell in week["carriers"]}
            assert shown == {n: c for n, c in now.items() if c[0] and n not in hidden}
            assert week["rest"] == bool(hidden)


@given(cells=WORLD, steps=STEPS)
@settings(
    max_examples=500 if FULL else 10, deadline=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def lived(version: MetricVersion, cells: Any, steps: list[Any]) -> None:
    """One world, whatever happens in it; nothing of it is left."""
    with transaction.atomic():
        for weeks in cells.values():
            # A market with one carrier has no figure but its carrier's; here each has two that matter.
            for monday, name, cell in product(WEEKS, "pq", [(60, 55)]):
                if weeks.setdefault(monday, {}).get(name, (0, 0))[0] < LEAST:
                    weeks[monday][name] = cell
        world = Watched(version, {m: {w: dict(c) for w, c in v.items()} for m, v in cells.items()})
        world.certify(CERTIFIED)
        world.publish()
        keeper, tellings = Attacker(), {}
        for step in [("nothing",), *steps]:
            try:
                with transaction.atomic():
                    happen(world, step)
            except ConflictError:
                continue
            page, breakouts, publications = everything([one.number for one in world.publications])
            keeper.reads(world, page, breakouts, publications)
            is_safe(keeper.finds())
            assert not [one for one in keeper.tells_rates() if one[0][0] in CERTIFIED]
            today = Attacker()
            today.reads(world, page, breakouts, publications)
            is_safe([one for one in today.finds() if is_off(world, one[0])])
            adds_up(page, breakouts)
            for told in publications.values():
                holds_no_more_than(page, told)
            as_in_python(world, tellings, breakouts)
        transaction.set_rollback(True)


def test_nothing_withheld_is_found_whatever_was_published_and_switched_off():
    markets_load(
        rows=[MarketRow(code, code, "Etc/UTC", n) for n, code in enumerate(MARKETS)], actor=builders.system()
    )
    builders.required("scope", *DEPARTMENTS)
    lived(builders.version_effective())
