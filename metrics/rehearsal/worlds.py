"""Worlds of one market and 35 days: planned, written as files, read by the product's own reader, opened.

The simulator plants and the checks look; they share no code.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance.definition import Definition
from metrics.anomalies.world import Sources, Window, World, world_of
from metrics.events.reader import read
from metrics.lake.columnar import connect, literal
from metrics.otdr.engine import Inputs
from metrics.rehearsal.plans import Plan, scenario_of
from metrics.simulate.write import produce
from otdr_hub.lib import digest

ZONES = {
    "BR": "America/Sao_Paulo", "DE": "Europe/Berlin", "US": "America/New_York", "UK": "Europe/London",
    "IN": "Asia/Kolkata", "JP": "Asia/Tokyo",
}  # fmt: skip
DEFINITION = Definition(name="otdr-1")


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
    with connect() as connection:  # one for all files, as opening one takes longer than reading one
        for number, path in enumerate(sorted(folder.iterdir())):
            kind = _kind(path.name)
            if kind is None:
                continue
            connection.execute(f"CREATE SCHEMA file_{number}")
            connection.execute(f"USE file_{number}")
            source = "backfill" if path.name.startswith("backfill") else "live"
            parsed = read(connection, path, kind, source=source, markets=[market])
            quarantined += [(path.stem, kind, reason, rows) for reason, rows in parsed.reasons.items()]
            if kind == "contacts":
                contacts += connection.execute("SELECT date, topic, count FROM good").fetchall()
            else:
                kept = lake / f"{path.stem}.parquet"
                names[kept] = path.stem
                connection.execute(f"COPY good TO {literal(str(kept))} (FORMAT parquet)")
                found[kind].append(kept)
            connection.execute("USE main")
            connection.execute(f"DROP SCHEMA file_{number} CASCADE")
    inputs = Inputs(found["promises"], found["events"], ZONES[market])
    files = [(path.name, kind, path.stem, digest.of_file(path)) for kind in found for path in found[kind]]
    return Sources(inputs, names, contacts, quarantined, files, market)


@contextmanager
def world_at(plan: Plan) -> Iterator[World]:
    """The world of a plan, written, read and opened; its files are gone with the block."""
    with tempfile.TemporaryDirectory(prefix="otdr-world-") as name:
        folder = Path(name)
        scenario = scenario_of(plan)
        produce(scenario, folder / "files", beside=True, form="parquet")
        sources = taken_in(folder / "files", folder / "lake", plan.market)
        with world_of(DEFINITION, sources, Window.of_week(plan.monday), as_of=scenario.now) as world:
            yield world
