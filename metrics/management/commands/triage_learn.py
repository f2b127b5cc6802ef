"""Plant defects in invented worlds and write what the checks then say: the table verdicts are made with."""

from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from dataclasses import replace
from itertools import zip_longest
from math import inf
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from metrics.anomalies import learned
from metrics.rehearsal.learning import calibrated, gathered
from metrics.rehearsal.plans import drawn


class Command(BaseCommand):
    """`triage_learn --each 8`: about 8 worlds of every kind; `--kept FILE` goes on where it was cut off."""

    help = "Learn by injection how likely each finding is under each explanation, and write the table."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, nargs="+", default=[20261126, 20261127])
        parser.add_argument("--each", type=int, default=8, help="worlds of every kind")
        parser.add_argument("--orders", type=int, default=2000, help="shipments a day")
        parser.add_argument("--kept", type=Path, help="file of samples to go on with (a line each)")
        parser.add_argument("--part", type=int, default=0, help="which share of the worlds to make here")
        parser.add_argument("--parts", type=int, default=1, help="how many processes share the worlds")
        parser.add_argument("--minutes", type=float, default=inf, help="begin no further world after these")
        parser.add_argument(
            "--limit", type=int, nargs="+", default=[], help="only so many worlds of each seed"
        )
        parser.add_argument("--into", type=Path, default=learned.PATH)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 (Django's signature)
        plans = [
            replace(plan, orders=options["orders"])
            for seed, limit in zip_longest(options["seed"], options["limit"][: len(options["seed"])])
            for plan in drawn(seed, each=options["each"])[:limit]
        ]
        with tempfile.TemporaryDirectory() as folder:
            kept = options["kept"] or Path(folder) / "samples"
            samples = gathered(
                plans, kept, part=options["part"], parts=options["parts"], seconds=60 * options["minutes"]
            )
        if not samples:
            return
        table = learned.document(
            calibrated(samples), seeds=options["seed"], worlds=len(samples), orders=options["orders"],
            code=learned.code_digest(),
        )  # fmt: skip
        options["into"].write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")
        self.stdout.write(f"{len(samples)} worlds; temperature {table['temperature']}; {options['into']}")
