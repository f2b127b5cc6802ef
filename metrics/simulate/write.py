"""Writes a scenario as CSV files of input contract v1: one set per ISO week of receipt."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from metrics.simulate.rows import EventRows, PromiseRows, Texts, event_rows, promise_rows
from metrics.simulate.scenario import Scenario
from metrics.simulate.tables import BACKFILL, DAY, EPOCH, LIVE, Bools, Catalogue, Ints, epoch_day
from metrics.simulate.world import blocks

WEEKS_AHEAD = 3  # nothing about a promise is received earlier than this many weeks before its own week
BACKFILL_READY = dt.timedelta(hours=4, minutes=15)  # after Monday 00:00 UTC
WEEK = dt.timedelta(days=7)
WRITERS = 2  # threads; DuckDB works outside the interpreter lock while the next weeks are generated


@dataclass(frozen=True)
class Delivery:
    """One file as the platform gets it. `covers` are the first and last UTC day of a weekly backfill."""

    kind: Literal["markets", "promises", "events"]
    source: Literal["live", "backfill"] | None
    path: Path
    received_at: dt.datetime
    rows: int
    covers: tuple[dt.date, dt.date] | None = None


def produce(scenario: Scenario, folder: Path, *, truth: bool = False) -> list[Delivery]:
    """Write all files of the scenario into `folder` (made if missing) and list them in order of receipt.

    The list starts with markets.csv. With `truth`, truth.json names what was planted; it is not in the list.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if truth:
        planted = {"seed": scenario.seed, "defects": [defect.truth() for defect in scenario.defects]}
        (folder / "truth.json").write_text(json.dumps(planted, indent=2, sort_keys=True) + "\n")
    weeks: list[Delivery] = []
    with duckdb.connect() as connection, ThreadPoolExecutor(WRITERS) as pool:
        writer = _Writer(connection, scenario, folder)
        writing: list[Future[list[Delivery]]] = []
        for week in _by_week_of_receipt(scenario):
            writing.append(pool.submit(writer.week, *week))
            if len(writing) > WRITERS:  # do not run ahead of the disk: the waiting weeks are in memory
                weeks.extend(writing.pop(0).result())
        for done in writing:
            weeks.extend(done.result())
    weeks.sort(key=lambda delivery: delivery.received_at)
    return [_write_markets(scenario, folder, weeks), *weeks]


def _by_week_of_receipt(scenario: Scenario) -> Iterator[tuple[dt.date, PromiseRows, EventRows]]:
    """All rows received by `now`, a week at a time; only weeks that may still grow are kept in memory."""
    now = int(scenario.now.timestamp())
    pending = _Pending()
    for block in blocks(scenario):
        complete = int(_week(np.array([epoch_day(block.monday) * DAY]))[0]) - WEEKS_AHEAD
        yield from pending.weeks_before(complete)
        pending.add(promise_rows(block, now), event_rows(block, now))
    yield from pending.weeks_before(None)


class _Pending:
    """Rows by the week of their receipt, until the week is complete."""

    def __init__(self) -> None:
        self._promises: dict[int, list[PromiseRows]] = defaultdict(list)
        self._events: dict[int, list[EventRows]] = defaultdict(list)
        self._handed_out = -1

    def add(self, promises: PromiseRows, events: EventRows) -> None:
        """Sort the rows of one block into their weeks of receipt."""
        for week, chosen in _split(promises.recorded):
            self._promises[week].append(promises.take(chosen))
            self._events[week].append(events.take(slice(0)))
        for week, chosen in _split(events.received):
            self._events[week].append(events.take(chosen))
            self._promises[week].append(promises.take(slice(0)))
        if self._events and min(self._events) <= self._handed_out:
            raise RuntimeError("a row belongs to a week whose files are already written")

    def weeks_before(self, week: int | None) -> Iterator[tuple[dt.date, PromiseRows, EventRows]]:
        """Hand out and forget all weeks before this one (None: all)."""
        for number in sorted(w for w in self._events if week is None or w < week):
            monday = EPOCH + dt.timedelta(days=number * 7 - 3)
            self._handed_out = number
            yield (
                monday,
                PromiseRows.concat(self._promises.pop(number)),
                EventRows.concat(self._events.pop(number)),
            )


def _week(instant: Ints) -> Ints:
    """Running number of the ISO week (UTC) of each instant."""
    return (instant // DAY + 3) // 7  # 1970-01-01 was a Thursday


def _split(instant: Ints) -> Iterator[tuple[int, Bools]]:
    weeks = _week(instant)
    for week in np.unique(weeks):
        yield int(week), weeks == week


class _Writer:
    """Names, orders and writes the files of one week."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scenario: Scenario, folder: Path) -> None:
        self._scenario, self._folder = scenario, folder
        self._texts = Texts(connection, scenario, Catalogue.of(scenario))
        codes = [market.code for market in scenario.markets]
        self._own = {codes.index(code): code for code in scenario.own_backfill}

    def week(self, monday: dt.date, promises: PromiseRows, events: EventRows) -> list[Delivery]:
        """The week's promises and live events, then the backfills that arrived on its Monday."""
        midnight = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
        complete = min(midnight + WEEK, self._scenario.now)
        result = []
        if len(promises):
            path = self._folder / f"promises-{_label(monday)}.csv"
            order = np.argsort(promises.recorded, kind="stable")
            self._texts.write_promises(promises.take(order), path)
            result.append(Delivery("promises", None, path, complete, len(promises)))
        live = events.source == LIVE
        order = np.argsort(events.received, kind="stable")
        parts: list[tuple[Literal["live", "backfill"], str, Bools]] = [
            ("live", f"events-{_label(monday)}", live)
        ]
        covered = monday - WEEK
        shared = (events.source == BACKFILL) & ~np.isin(events.market, list(self._own))
        parts.append(("backfill", f"backfill-{_label(covered)}", shared))
        for number, code in self._own.items():
            own = ~live & (events.market == number)
            parts.append(("backfill", f"backfill-{code}-{_label(covered)}", own))
        for source, name, chosen in parts:
            if not chosen.any():
                continue
            path, rows = self._folder / f"{name}.csv", order[chosen[order]]
            self._texts.write_events(events.take(rows), path)
            days = None if source == "live" else (covered, covered + dt.timedelta(days=6))
            received_at = complete if source == "live" else min(midnight + BACKFILL_READY, self._scenario.now)
            result.append(Delivery("events", source, path, received_at, len(rows), days))
        return result


def _label(monday: dt.date) -> str:
    return monday.strftime("%G-W%V")


def _write_markets(scenario: Scenario, folder: Path, weeks: list[Delivery]) -> Delivery:
    path = folder / "markets.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("code", "name", "zone", "priority"))
        writer.writerows((m.code, m.name, m.zone, m.priority) for m in scenario.markets)
    earliest = min((delivery.received_at for delivery in weeks), default=scenario.now)
    return Delivery("markets", None, path, earliest, len(scenario.markets))
