"""Writes a scenario as files of input contract v1: one set per ISO week of receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from metrics.simulate.ahead import in_order
from metrics.simulate.changes import course_of, with_newcomers
from metrics.simulate.contacts import ContactBook, ContactRow
from metrics.simulate.lines import CsvFiles
from metrics.simulate.lists import by_week, write_carriers, write_contacts, write_markets, write_truth
from metrics.simulate.parquet import ParquetFiles
from metrics.simulate.rows import EventRows, PromiseRows
from metrics.simulate.scenario import Scenario
from metrics.simulate.tables import (
    BACKFILL,
    DAY,
    LIVE,
    Block,
    Bools,
    Catalogue,
    Ints,
    Tally,
    epoch_day,
    week_of,
)
from metrics.simulate.weeks import Pending, sorted_rows
from metrics.simulate.world import generator, of_blocks

Kind = Literal["markets", "carriers", "promises", "events", "contacts"]
WEEKS_AHEAD = 3  # nothing about a promise is received earlier than this many weeks before its own week
BACKFILL_READY = dt.timedelta(hours=4, minutes=15)  # after Monday 00:00 UTC
WEEK, SIX_DAYS = dt.timedelta(days=7), dt.timedelta(days=6)
_Part = tuple[str, PromiseRows | EventRows, Bools]
THREADS = 2  # numpy and DuckDB work outside the interpreter lock
AHEAD = 2  # blocks (or files) in the making: each is in memory with all its drafts
CONTACT_DRAWS = 1_000_000  # keeps the randomness of contacts apart from everything else


@dataclass(frozen=True)
class Delivery:
    """One file as the platform gets it. `covers` are the first and last UTC day of a weekly backfill."""

    kind: Kind
    source: Literal["live", "backfill"] | None
    path: Path
    received_at: dt.datetime
    rows: int
    covers: tuple[dt.date, dt.date] | None = None


def produce(
    scenario: Scenario,
    folder: Path,
    *,
    truth: bool = False,
    beside: bool = False,
    form: Literal["csv", "parquet"] = "csv",
    say: Callable[[list[Delivery]], None] | None = None,
) -> list[Delivery]:
    """Write all files of the scenario into `folder` (made if missing) and list them in order of receipt.

    The list starts with markets.csv. With `beside`, there are also carriers.csv and contacts, always CSV;
    `form` is that of promises and events. `say` hears of the files of each week. With `truth`, truth.json
    names what was planted; it is not in the list.
    """
    scenario = with_newcomers(scenario)
    folder.mkdir(parents=True, exist_ok=True)
    told = _Told([Tally()] * len(scenario.defects))
    weeks: list[Delivery] = []
    with ThreadPoolExecutor(THREADS) as pool:
        writer = _Writer(scenario, folder, form, pool)
        for week in _by_week_of_receipt(scenario, told, pool):
            written = writer.week(*week)
            if say is not None:
                say(written)
            weeks.extend(written)
    if beside:
        weeks.extend(_contacts(told.contacts, scenario, folder))
    if truth:
        write_truth(scenario, told.tallies, folder / "truth.json")
    weeks.sort(key=lambda delivery: delivery.received_at)
    return [*_lists(scenario, folder, weeks, beside), *weeks]


@dataclass
class _Told:
    """What is gathered over the blocks beside the rows: what each defect did, and the contacts."""

    tallies: list[Tally]
    contacts: list[ContactRow] = field(default_factory=list)
    book: ContactBook = field(default_factory=ContactBook)

    def add(self, scenario: Scenario, block: Block) -> None:
        self.tallies = [a + b for a, b in zip(self.tallies, block.tallies, strict=True)]
        code = block.market.code
        rng = generator(scenario.seed, code, epoch_day(block.monday), CONTACT_DRAWS)
        self.contacts += self.book.week(block, course_of(scenario, code), rng)


def _by_week_of_receipt(
    scenario: Scenario, told: _Told, pool: Executor
) -> Iterator[tuple[dt.date, PromiseRows, EventRows]]:
    """All rows received by `now`, a week at a time; only weeks that may still grow are kept in memory."""
    pending = Pending()
    for rows in of_blocks(scenario, sorted_rows, pool, AHEAD):
        complete = int(week_of(np.array([epoch_day(rows.block.monday) * DAY]))[0]) - WEEKS_AHEAD
        yield from pending.weeks_before(complete)
        told.add(scenario, rows.block)
        pending.add(rows)
    yield from pending.weeks_before(None)


class _Writer:
    """Names, orders and writes the files of one week."""

    def __init__(self, scenario: Scenario, folder: Path, form: str, pool: Executor) -> None:
        self._scenario, self._folder, self._form = scenario, folder, form
        files = ParquetFiles if form == "parquet" else CsvFiles
        self._files: ParquetFiles | CsvFiles = files(scenario, Catalogue.of(scenario), pool)
        self._pool = pool
        codes = [market.code for market in scenario.markets]
        self._own = {codes.index(code): code for code in scenario.own_backfill}

    def week(self, monday: dt.date, promises: PromiseRows, events: EventRows) -> list[Delivery]:
        """The week's promises and live events, then the backfills that arrived on its Monday."""
        parts = self._parts(monday, promises, events)
        return [
            self._delivery(name, monday, rows, order)
            for name, rows, order in in_order(self._pool, _ordered, parts, AHEAD)
            if len(order)
        ]

    def _delivery(self, name: str, monday: dt.date, rows: PromiseRows | EventRows, order: Ints) -> Delivery:
        """Write one file, its rows in this order."""
        midnight, covered = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC), monday - WEEK
        path = self._folder / f"{name}.{self._form}"
        complete = min(midnight + WEEK, self._scenario.now)
        if isinstance(rows, PromiseRows):
            self._files.write_promises(rows, order, path)
            return Delivery("promises", None, path, complete, len(order))
        self._files.write_events(rows, order, path)
        if name.startswith("events"):
            return Delivery("events", "live", path, complete, len(order))
        ready, days = min(midnight + BACKFILL_READY, self._scenario.now), (covered, covered + SIX_DAYS)
        return Delivery("events", "backfill", path, ready, len(order), days)

    def _parts(self, monday: dt.date, promises: PromiseRows, events: EventRows) -> Iterator[_Part]:
        """Names of the week's files, and which rows are in each."""
        yield f"promises-{_label(monday)}", promises, np.ones(len(promises), dtype=np.bool_)
        yield f"events-{_label(monday)}", events, np.equal(events.source, LIVE)
        weekly = np.equal(events.source, BACKFILL)
        covered = _label(monday - WEEK)
        yield f"backfill-{covered}", events, weekly & ~np.isin(events.market, list(self._own))
        for number, code in self._own.items():
            yield f"backfill-{code}-{covered}", events, weekly & (events.market == number)


def _ordered(part: _Part) -> tuple[str, PromiseRows | EventRows, Ints]:
    """The rows of a file in order of their receipt, equal ones as they stand."""
    name, rows, chosen = part
    instant = rows.recorded if isinstance(rows, PromiseRows) else rows.received
    found = np.flatnonzero(chosen)
    return name, rows, found[_order(instant[found])] if len(found) else found


def _order(instant: Ints) -> Ints:
    """The rows in order of their instants, equal ones as they stand.

    One sort of numbers that hold instant and row is several times faster than a stable argsort.
    """
    bits = len(instant).bit_length()
    keys = ((instant - instant.min()) << bits) + np.arange(len(instant))
    keys.sort()
    result: Ints = keys & ((1 << bits) - 1)
    return result


def _label(monday: dt.date) -> str:
    return monday.strftime("%G-W%V")


def _lists(scenario: Scenario, folder: Path, weeks: list[Delivery], beside: bool) -> Iterator[Delivery]:
    """markets.csv, and carriers.csv where it is wanted; they are there before anything else."""
    earliest = min((delivery.received_at for delivery in weeks), default=scenario.now)
    path = folder / "markets.csv"
    yield Delivery("markets", None, path, earliest, write_markets(scenario, path))
    if beside:
        path = folder / "carriers.csv"
        yield Delivery("carriers", None, path, earliest, write_carriers(scenario, path))


def _contacts(rows: list[ContactRow], scenario: Scenario, folder: Path) -> Iterator[Delivery]:
    """One file per ISO week, sent on the Monday after it."""
    for monday, found in by_week(rows).items():
        path = folder / f"contacts-{_label(monday)}.csv"
        midnight = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
        sent = min(midnight + WEEK, scenario.now)
        yield Delivery("contacts", None, path, sent, write_contacts(found, path))
