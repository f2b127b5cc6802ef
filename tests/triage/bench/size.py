"""`python -m tests.triage.bench.size --orders 200000`: how long judging a large market takes, and how much memory.

The world is written and taken in by one process and judged by another, so that only opening the lake's files
and judging is counted: what `assess` is given in the product is the lake, too.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.test")

import django

django.setup()

from metrics.anomalies.assess import assess  # noqa: E402 (Django has to be there first)
from metrics.anomalies.world import Window, world_of  # noqa: E402
from metrics.rehearsal.plans import Plan, scenario_of  # noqa: E402
from metrics.rehearsal.worlds import DEFINITION, taken_in  # noqa: E402
from metrics.simulate.write import produce  # noqa: E402

MB = 1024  # ru_maxrss is in KiB


def _made(orders: int, folder: Path) -> Path:
    plan = Plan("BR", defect="delivered_at_defaulted", severity=0.5, seed=7, orders=orders)
    produce(scenario_of(plan), folder / "files", beside=True, form="parquet")
    kept = folder / "sources"
    kept.write_bytes(pickle.dumps((plan, taken_in(folder / "files", folder / "lake", plan.market))))
    return kept


def _judged(kept: Path) -> dict[str, object]:
    plan, sources = pickle.loads(kept.read_bytes())  # noqa: S301 (written by the process that began this one)
    began = perf_counter()
    with world_of(DEFINITION, sources, Window.of_week(plan.monday), as_of=scenario_of(plan).now) as world:
        opened = perf_counter()
        found = assess(world)
        done = perf_counter()
        (shipments,) = world.one("SELECT count(*) FROM shipment")
    return {
        "shipments": int(shipments), "opening": round(opened - began, 2), "judging": round(done - opened, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MB,
        "first": found.hypotheses[0].name, "probability": round(found.hypotheses[0].probability, 3),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200_000, help="shipments a day, over 35 days")
    parser.add_argument("--judge", type=Path, help="judge what was made there (what this begins for itself)")
    options = parser.parse_args()
    if options.judge:
        print(json.dumps(_judged(options.judge)))
        return
    with tempfile.TemporaryDirectory(prefix="otdr-size-") as name:
        kept = _made(options.orders, Path(name))
        again = [sys.executable, "-m", "tests.triage.bench.size", "--judge", str(kept)]
        told = json.loads(subprocess.run(again, check=True, capture_output=True, text=True).stdout)
    print("| shipments | opening, s | judging, s | together (goal 5) | peak MB (goal 1,024) | first |")
    print("|---|---|---|---|---|---|")
    whole = told["opening"] + told["judging"]
    print(
        f"| {told['shipments']:,} | {told['opening']} | {told['judging']} | {whole:.1f} | {told['peak_mb']:,} |"
        f" {told['first']}, {100 * told['probability']:.0f} % |"
    )


if __name__ == "__main__":
    main()
