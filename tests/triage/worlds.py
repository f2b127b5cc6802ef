"""Worlds to judge the judge by: one market, 35 days, one thing planted, written and read like real input.

The simulator plants and the checks look; they share no code. Files go through the product's own reader.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from governance.definition import Definition
from metrics.anomalies.world import Sources, Window, World, world_of
from metrics.events.reader import read
from metrics.lake.columnar import connect
from metrics.otdr.engine import Inputs
from metrics.simulate import Scenario
from metrics.simulate.changes import Change
from metrics.simulate.defects import KINDS
from metrics.simulate.presets import preset_markets
from metrics.simulate.scope import Scope
from metrics.simulate.write import produce

MONDAY = dt.date(2026, 9, 28)
AFTER_THE_CLOCKS = dt.date(2026, 10, 26)
ZONES = {
    "BR": "America/Sao_Paulo", "DE": "Europe/Berlin", "US": "America/New_York", "UK": "Europe/London",
    "IN": "Asia/Kolkata", "JP": "Asia/Tokyo",
}  # fmt: skip
DEFINITION = Definition(name="otdr-1")


@dataclass(frozen=True)
class Plan:
    """What is planted: a defect, a change of the world, both or nothing; where and how strong."""

    market: str = "BR"
    defect: str | None = None
    change: str | None = None
    severity: float = 1.0
    carrier: str | None = None
    seed: int = 1
    orders: int = 2000

    @property
    def monday(self) -> dt.date:
        """The suspect week: the one after the clocks changed where the defect is about that."""
        return AFTER_THE_CLOCKS if self.defect == "daylight_saving" else MONDAY

    @property
    def name(self) -> str:
        """What the right answer is called."""
        return self.defect or self.change or "quiet"


def scenario_of(plan: Plan) -> Scenario:
    """The scenario of a plan: four weeks before, the suspect week, known five days after it."""
    monday = plan.monday
    scope = Scope(plan.market, carrier=plan.carrier, first_day=monday)
    return Scenario(
        markets=preset_markets((plan.market,)),
        start=monday - dt.timedelta(days=28),
        end=monday + dt.timedelta(days=6),
        now=dt.datetime.combine(monday + dt.timedelta(days=11), dt.time(12), tzinfo=dt.UTC),
        orders_per_day=plan.orders,
        seed=plan.seed,
        defects=(KINDS[plan.defect](scope, plan.severity),) if plan.defect else (),
        changes=(Change(plan.change, scope, plan.severity),) if plan.change else (),
    )


def _kind(name: str) -> str | None:
    for kind in ("promises", "contacts"):
        if name.startswith(kind):
            return kind
    return "events" if name.startswith(("events", "backfill")) else None


def taken_in(folder: Path, lake: Path, market: str) -> Sources:
    """The files of a folder as the lake would hold them, under the names of their batches."""
    lake.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Path]] = {"promises": [], "events": []}
    names: dict[Path, str] = {}
    contacts: list[tuple[dt.date, str, int]] = []
    quarantined: list[tuple[str, str, str, int]] = []
    for path in sorted(folder.iterdir()):
        kind = _kind(path.name)
        if kind is None:
            continue
        with connect() as connection:
            source = "backfill" if path.name.startswith("backfill") else "live"
            parsed = read(connection, path, kind, source=source, markets=[market])
            quarantined += [(path.stem, kind, reason, number) for reason, number in parsed.reasons.items()]
            if kind == "contacts":
                contacts += connection.execute("SELECT date, topic, count FROM good").fetchall()
                continue
            kept = lake / f"{path.stem}.parquet"
            connection.execute(f"COPY good TO '{kept}' (FORMAT parquet)")
            names[kept] = path.stem
            found[kind].append(kept)
    inputs = Inputs(found["promises"], found["events"], ZONES[market])
    return Sources(inputs, names, contacts, quarantined)


@contextmanager
def world_at(plan: Plan) -> Iterator[World]:
    """The world of a plan, written, read and opened; its files are gone with the block."""
    folder = Path(tempfile.mkdtemp(prefix="otdr-world-"))
    try:
        scenario = scenario_of(plan)
        (folder / "files").mkdir()
        produce(scenario, folder / "files", form="parquet")
        sources = taken_in(folder / "files", folder / "lake", plan.market)
        with world_of(DEFINITION, sources, Window.of_week(plan.monday), as_of=scenario.now) as world:
            yield world
    finally:
        shutil.rmtree(folder)
