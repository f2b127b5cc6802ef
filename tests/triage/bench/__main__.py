"""`make bench-triage ARGS="--worlds 300 --seed 7"`: so many fixed worlds, and a third as many of that seed."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict, replace
from math import inf
from pathlib import Path
from time import monotonic

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.test")

import django

django.setup()

from tests.triage.bench.items import items  # noqa: E402 (Django has to be there first)
from tests.triage.bench.judged import Judged, judge  # noqa: E402
from tests.triage.bench.report import report  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=300, help="fixed worlds")
    parser.add_argument("--seed", type=int, help="adds a third as many, drawn from this seed")
    parser.add_argument("--orders", type=int, default=2000, help="shipments a day")
    parser.add_argument("--minutes", type=float, default=inf, help="begin no further world after these")
    parser.add_argument("--kept", type=Path, help="file of answers to go on with (a line each)")
    parser.add_argument("--into", type=Path, help="file for the report; it is printed too")
    options = parser.parse_args()
    wanted = items(options.worlds)
    if options.seed is not None:
        wanted += items(max(options.worlds // 3, 1), seed=options.seed)
    done = _kept(options.kept)
    rows, began = [], monotonic()
    for number, planned in enumerate(wanted):
        item = replace(planned, plan=replace(planned.plan, orders=options.orders))
        name = json.dumps([item.group, asdict(item.plan)], sort_keys=True)
        if name not in done and monotonic() - began > 60 * options.minutes:
            print(f"Out of time after {len(rows)} of {len(wanted)} worlds.")
            break
        if name not in done:
            done[name] = judge(item, again=number % 10 == 0)
            if options.kept:
                with options.kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([name, asdict(done[name])]) + "\n")
        rows.append(done[name])
    text = report(rows)
    print(text)
    if options.into:
        options.into.write_text(text, "utf-8")


def _kept(path: Path | None) -> dict[str, Judged]:
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {name: Judged(**found) for name, found in lines}


if __name__ == "__main__":
    main()
