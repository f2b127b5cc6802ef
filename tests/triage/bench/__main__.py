"""`make bench-triage ARGS="--worlds 300 --seed 7"`: so many fixed worlds, and a third as many of that seed."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from math import inf
from multiprocessing import get_context
from pathlib import Path
from time import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.test")

import django

django.setup()

from tests.triage.bench.items import items  # noqa: E402 (Django has to be there first)
from tests.triage.bench.judged import Item, Judged, judge_until  # noqa: E402
from tests.triage.bench.report import report  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=300, help="fixed worlds")
    parser.add_argument("--seed", type=int, help="adds a third as many, drawn from this seed")
    parser.add_argument("--orders", type=int, default=2000, help="shipments a day")
    parser.add_argument("--minutes", type=float, default=inf, help="begin no further world after these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--kept", type=Path, help="file of answers to go on with (a line each)")
    parser.add_argument("--into", type=Path, help="file for the report; it is printed too")
    options = parser.parse_args()
    wanted = items(options.worlds)
    if options.seed is not None:
        wanted += items(max(options.worlds // 3, 1), seed=options.seed)
    wanted = [replace(item, plan=replace(item.plan, orders=options.orders)) for item in wanted]
    done = _kept(options.kept)
    _judge(wanted, done, options)
    rows = [done[name] for name in map(_name, wanted) if name in done]
    if len(rows) < len(wanted):
        print(f"Out of time after {len(rows)} of {len(wanted)} worlds.")
    text = report(rows)
    print(text)
    if options.into:
        options.into.write_text(text, "utf-8")


def _name(item: Item) -> str:
    return json.dumps([item.group, asdict(item.plan)], sort_keys=True)


def _judge(wanted: Sequence[Item], done: dict[str, Judged], options: argparse.Namespace) -> None:
    """Judge what is not judged yet, one of ten twice; each answer is kept as soon as it is there."""
    until = time() + 60 * options.minutes
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        todo = {
            pool.submit(judge_until, item, number % 10 == 0, until): name
            for number, item in enumerate(wanted)
            if (name := _name(item)) not in done
        }
        for answer in as_completed(todo):
            found = answer.result()
            if found is None:
                continue
            done[todo[answer]] = found
            if options.kept:
                with options.kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([todo[answer], asdict(found)]) + "\n")


def _kept(path: Path | None) -> dict[str, Judged]:
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {name: Judged(**found) for name, found in lines}


if __name__ == "__main__":
    main()
