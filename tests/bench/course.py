"""The course of a bench: simulate, take in, recompute, hear late, recompute again; each step measured."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench import late
from tests.bench.place import ACCOUNT, VERSION, Place, Step, measured

START = dt.date(2026, 8, 31)  # where `simulate` begins when nobody says otherwise
SETTLED = dt.timedelta(
    days=12, hours=12
)  # after the last promise day, everything simulated has been received
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
FORMS = ("csv", "parquet")

Counts = dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Size:
    """How much, and how often what can be repeated is repeated."""

    days: int
    orders_per_day: int
    repeats: int

    @property
    def now(self) -> dt.datetime:
        """When the simulated files end."""
        last = dt.datetime.combine(START + dt.timedelta(days=self.days - 1), dt.time(), tzinfo=dt.UTC)
        return last + SETTLED


@dataclass(slots=True)
class Found:
    """Measured steps by name; repeated ones have several."""

    steps: dict[str, list[Step]] = field(default_factory=dict)
    events: int = 0
    promises: int = 0
    late: int = 0
    days_compared: int = 0

    def add(self, name: str, step: Step) -> Step:
        """Keep a step."""
        self.steps.setdefault(name, []).append(step)
        return step

    def seconds(self, name: str) -> float:
        """The median of what the step itself says it took; of files taken in one after another, the sum."""
        return median(step.seconds for step in self.steps[name])

    def wall(self, name: str) -> float:
        """The median from start to exit."""
        return median(step.wall for step in self.steps[name])

    def cpu(self, name: str) -> float:
        """The median of the processors' seconds, start included: they suffer less from a busy machine."""
        return median(step.cpu for step in self.steps[name])

    def peak(self, name: str) -> float:
        """The highest peak, in MB."""
        return max(step.peak for step in self.steps[name])


def run(folder: Path, size: Size, say: Callable[[str], None]) -> Found:
    """All steps in a folder that is given up afterwards."""
    found = Found()
    for form in FORMS:
        _simulate(folder / form, form, size, found, say)
    places = {form: Place(folder, f"bench_{form}") for form in FORMS}
    for form, place in places.items():
        place.prepare(folder / form / "markets.csv")
        _take_in(place, folder / form, f"ingest, {form}", found, say)
    place = places["csv"]
    shutil.rmtree(places["parquet"].lake)
    _count(place, size, found, say)
    _hear_late(place, folder, size, found, say)
    return found


def _simulate(folder: Path, form: str, size: Size, found: Found, say: Callable[[str], None]) -> None:
    name = f"simulate, {form}"
    asked = ("--days", str(size.days), "--orders-per-day", str(size.orders_per_day), "--seed", "1")
    for _ in range(size.repeats):
        shutil.rmtree(folder, ignore_errors=True)
        step = found.add(
            name, measured(["manage.py", "simulate", str(folder), *asked, "--format", form, "--json"])
        )
        say(f"{name}: {step.answer['events'] / step.seconds / 1e6:.2f} M events/s")
    found.events, found.promises = step.answer["events"], step.answer["promises"]


def _take_in(place: Place, folder: Path, name: str, found: Found, say: Callable[[str], None]) -> None:
    """Promises, live events and backfills, one command each; they are one step of several parts."""
    for part, kind, pattern, source in (
        ("promises", "promises", "promises-*", "live"),
        ("events", "events", "events-*", "live"),
        ("backfill", "events", "backfill-*", "backfill"),
    ):
        files = [str(path) for path in sorted(folder.glob(pattern))]
        step = place.manage("ingest", kind, *files, "--source", source, "--as", ACCOUNT)
        found.add(f"{name}, {part}", step)
        say(f"{name}, {part}: {step.rows / step.seconds / 1e6:.2f} M rows/s")


def _recompute(place: Place, as_of: dt.datetime, *more: str) -> Step:
    return place.manage(
        "recompute", "--version", VERSION, "--as-of", as_of.isoformat(), *more, "--as", ACCOUNT
    )


def _rival(place: Place, which: str, as_of: dt.datetime) -> Step:
    return measured(["-m", "tests.bench.rivals", str(place.lake), as_of.isoformat(), which])


def _count(place: Place, size: Size, found: Found, say: Callable[[str], None]) -> None:
    """The first recompute, then floor, query by hand and recompute from raw files, one after another."""
    found.add("recompute, first", _recompute(place, size.now))
    for turn in range(size.repeats):
        as_of = size.now + (turn + 1) * SECOND  # another moment is another run
        steps = {
            "floor": _rival(place, "floor", as_of),
            "by hand": _rival(place, "by_hand", as_of),
            "recompute, raw": _recompute(place, as_of, "--full"),
        }
        for name, step in steps.items():
            found.add(name, step)
        say("  ".join(f"{name} {step.seconds:.2f} s" for name, step in steps.items()))
        _compare(place, steps["by hand"], as_of, found)


def _hear_late(place: Place, folder: Path, size: Size, found: Found, say: Callable[[str], None]) -> None:
    """One per cent of late events, and how long it takes until they are counted."""
    file, as_of = folder / "late.csv", size.now + 2 * HOUR
    found.late = late.write(place.lake, file, size.now + HOUR)
    found.add(
        "ingest, late", place.manage("ingest", "events", str(file), "--source", "backfill", "--as", ACCOUNT)
    )
    step = found.add("recompute, late", _recompute(place, as_of))
    changed = step.answer["slices_changed"]
    say(f"{found.late:,} late events: {changed} slices changed in {step.seconds:.2f} s")
    if not changed:
        raise RuntimeError("late events changed nothing: there is nothing to measure")
    _compare(place, _rival(place, "by_hand", as_of), as_of, found)


def _compare(place: Place, by_hand: Step, as_of: dt.datetime, found: Found) -> None:
    """Raises RuntimeError unless the product and the query by hand count the same."""
    asked = ("otdr", "--by", "day", "--version", VERSION, "--as-of", as_of.isoformat(), "--as", ACCOUNT)
    ours: Counts = {
        (row["market"], row["period"]): (row["due"], row["on_time"])
        for row in place.manage(*asked).answer["rows"]
        if row["due"]
    }
    theirs: Counts = {
        (market, day): (due, on_time) for market, day, due, on_time in by_hand.answer["found"] if due
    }
    different = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    for key in different:
        raise RuntimeError(
            f"{len(different)} of {len(ours)} days differ, so this measures nothing; {key}:"
            f" the product counts {ours.get(key)}, the query by hand {theirs.get(key)}"
        )
    if not ours:
        raise RuntimeError("the product counted nothing: there is nothing to compare")
    found.days_compared += len(ours)
