"""`manage.py simulate OUT --days N --orders-per-day N --seed S [--defect KIND --market M ...]...`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
from django.core.management.base import BaseCommand, CommandParser

from metrics.simulate import Delivery, Scenario, produce
from metrics.simulate.plan import START, Wish, planned
from metrics.simulate.presets import CODES

DONE: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2
# Options that say more about the --defect or --change before them.
DETAILS: Final[dict[str, tuple[str, Callable[[str], Any], str]]] = {
    "--market": ("market", str, "the market it is in"),
    "--severity": ("severity", float, "share of the scope it touches, above 0 up to 1 (default 1)"),
    "--carrier": ("carrier", str, "only this carrier"),
    "--lane": ("lane", str, "only this lane, written origin/destination"),
    "--from": ("first_day", dt.date.fromisoformat, "first promise day"),
    "--until": ("last_day", dt.date.fromisoformat, "last promise day"),
    "--batch": ("batch", str, "only what comes live, by backfill, or in one file (events-2026-W40)"),
    "--hours": ("hours", int, "by how much a clock is wrong or a feed late"),
}


class _Begin(argparse.Action):
    """`--defect KIND` or `--change KIND`: begins one more thing to plant."""

    def __call__(self, _parser: Any, namespace: Any, values: Any, option: str | None = None) -> None:
        """Add it to the list in order."""
        begun = [*(namespace.wishes or []), {"what": (option or "").removeprefix("--"), "kind": values}]
        namespace.wishes = begun


class _Detail(argparse.Action):
    """Says more about the last thing begun."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: str | None = None) -> None:
        """Refuse it when nothing was begun."""
        if not namespace.wishes:
            parser.error(f"{option} says more about a --defect or --change, and has to come after one")
        namespace.wishes[-1][DETAILS[option or ""][0]] = values


class Command(BaseCommand):
    """Write a simulated world to a folder. It needs no database and nobody's permission."""

    help = "Write input files of any size, with defects and real changes planted in them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, which markets, and what is planted."""
        parser.add_argument("out", type=Path, help="folder for the files; empty or not there yet")
        parser.add_argument("--days", type=int, required=True, help="promise days")
        parser.add_argument("--orders-per-day", type=float, required=True, help="mean, over all markets")
        parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same bytes")
        parser.add_argument("--start", type=dt.date.fromisoformat, default=START, help=f"(default {START})")
        parser.add_argument("--markets", default=",".join(CODES), help=f"some of {','.join(CODES)}")
        parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
        parser.add_argument("--truth", action="store_true", help="also write truth.json: what was planted")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        for name, text in (("--defect", "a kind of defect, or its number"), ("--change", "a real change")):
            parser.add_argument(name, dest="wishes", action=_Begin, metavar="KIND", help=text, default=[])
        for option, (_, kind, text) in DETAILS.items():
            parser.add_argument(
                option,
                dest="_",
                action=_Detail,
                type=kind,
                help=text,
                metavar=option[2:].upper(),
                default=argparse.SUPPRESS,
            )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 (Django's signature)
        """Write, say what was written, and leave with 0, 1 (failed) or 2 (wrong use)."""
        try:
            scenario = _scenario(options)
        except ValueError as error:
            self._refuse(str(error), WRONG_USE, options["json"])
        begun = time.monotonic()
        try:
            files = self._write(scenario, options)
        except (OSError, duckdb.Error) as error:
            self._refuse(str(error), FAILED, options["json"])
        answer = _summary(files, time.monotonic() - begun)
        text = (
            f"{answer['files']} files, {answer['promises']:,} promises, {answer['events']:,} events in"
            f" {options['out']}; {answer['seconds']} s."
        )
        self.stdout.write(json.dumps(answer) if options["json"] else text)

    def _write(self, scenario: Scenario, options: dict[str, Any]) -> list[Delivery]:
        folder: Path = options["out"]
        if folder.exists() and any(folder.iterdir()):
            raise OSError(f"{folder} is not empty; nothing was written.")
        shown = sys.stderr.isatty() and not options["json"]
        files = produce(
            scenario,
            folder,
            truth=options["truth"],
            beside=True,
            form=options["format"],
            say=self._progress if shown else None,
        )
        if shown:
            self.stderr.write("\r\033[K", ending="")
        return files

    def _progress(self, files: list[Delivery]) -> None:
        if files:
            self.stderr.write(f"\r\033[K{files[-1].path.name}", ending="")
            self.stderr.flush()

    def _refuse(self, text: str, code: int, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": text}))
        else:
            self.stderr.write(text)
        sys.exit(code)


def _scenario(options: dict[str, Any]) -> Scenario:
    wishes = options["wishes"]
    for wish in wishes:
        if "market" not in wish:
            raise ValueError(f"--{wish['what']} {wish['kind']} needs a --market")
    return planned(
        days=options["days"],
        orders_per_day=options["orders_per_day"],
        seed=options["seed"],
        start=options["start"],
        markets=tuple(options["markets"].split(",")),
        wishes=tuple(Wish(**wish) for wish in wishes),
    )


def _summary(files: list[Delivery], seconds: float) -> dict[str, Any]:
    rows = {kind: sum(f.rows for f in files if f.kind == kind) for kind in ("promises", "events", "contacts")}
    rate = round(rows["events"] / seconds) if seconds else 0
    return {"files": len(files), **rows, "seconds": round(seconds, 2), "events_per_second": rate}
