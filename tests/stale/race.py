"""The race itself: start everybody, wait until all have read enough, hold every answer against the order."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stale import faults, kills, reads, web
from tests.stale.logs import answer, broken, lines, read_events
from tests.stale.model import Answer, Event, Model, Verdict, check
from tests.stale.shared import START, share
from tests.stale.stage import Stage, serving
from tests.stale.surfaces import SURFACES
from tests.stale.world import World, plant, read_world

NAMES = [*reads.SURFACES, *(surface.path for surface in SURFACES)]
WEB_FROM = len(reads.SURFACES)


@dataclass(frozen=True)
class Size:
    """How much of each, and by how many."""

    reads: int = 1_000_000
    http: int = 20_000
    kills: int = 10_000
    full_share: float = 0.1
    readers: int = 3
    browsers: int = 2
    pause: float = 0.4
    every: float = 6.0
    restarts: int = 6
    seconds: float = 7200.0


@dataclass
class Outcome:
    """What a race found."""

    verdict: Verdict
    events: list[Event]
    statuses: Counter[int]
    faults: Counter[str]
    counts: Counter[str]
    seconds: float
    failed_acts: int
    lost: int
    broken: list[str]
    problems: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong and everybody came to the end."""
        return self.verdict.is_clean and not self.problems


def unread(by_surface: Counter[str], *, has_web: bool) -> list[str]:
    """Surfaces from which no answer was read, where all were to be: a race that never asked proves nothing."""
    wanted = [*reads.SURFACES[:3], *NAMES[WEB_FROM:]] if has_web else []
    return [f"never read: {name}" for name in wanted if not by_surface[name]]


def prepare(stage: Stage) -> World:
    """Plant the figures and let the short cuts be taken."""
    with stage.connect() as admin:
        plant(admin)
        kills.allow_short_cuts(admin)
        return read_world(admin)


class Race:
    """Everybody at work on one stage."""

    def __init__(self, stage: Stage, world: World, size: Size, folder: Path, seed: int = 1) -> None:
        self.stage, self.world, self.size, self.folder, self.seed = stage, world, size, folder, seed
        self.shared = share(size.reads, size.http, size.kills)
        self.enough = threading.Event()
        self.faults: Counter[str] = Counter()

    def _processes(self, port: int | None, cached: bool | None) -> list[Any]:
        common = {"world": self.world, "shared": self.shared}
        reading = common | {"info": self.stage.conninfo("otdr_hub")}
        wanted: list[tuple[Any, dict[str, Any]]] = []
        for number in range(self.size.readers if self.size.reads else 0):
            own = {"out": self.folder / f"reads-{number}", "seed": self.seed + number}
            wanted.append((reads.read_database, reading | own | {"full_share": self.size.full_share}))
        if cached is not None:
            out = self.folder / "reads-cached"
            wanted.append((reads.read_cached, reading | {"out": out, "says_epoch": cached}))
        for number in range(self.size.browsers if port and self.size.http else 0):
            own = {"out": self.folder / f"web-{number}", "seed": self.seed + 100 + number}
            wanted.append((web.read_web, common | own | {"port": port, "publication": 1}))
        own = {"stage": self.stage, "port": port, "out": self.folder / "events", "seed": self.seed}
        wanted.append((kills.kill_and_lift, common | own | {"pause": self.size.pause}))
        return [START.Process(target=target, kwargs=given, name=target.__name__) for target, given in wanted]

    def _trouble(self, served: Any) -> None:
        self.faults = faults.trouble(
            stage=self.stage, web=served, stop=self.enough, every=self.size.every,
            restarts=self.size.restarts, seed=self.seed + 7,
        )  # fmt: skip

    def _wait(self, processes: list[Any], say: Any) -> list[str]:
        """Until nothing is left to do; what went wrong with those who do it."""
        begun, told, shared = time.monotonic(), 0.0, self.shared
        while not shared.done():
            time.sleep(0.1)
            passed = time.monotonic() - begun
            dead = [one.name for one in processes if one.exitcode is not None]
            if dead:
                return [f"{', '.join(dead)} ended early"]
            if passed > self.size.seconds:
                return [f"not done within {self.size.seconds:.0f} s"]
            if passed - told > 30:
                told = passed
                say(
                    f"  {passed:.0f} s: still {shared.reads.value:,} reads, {shared.http.value:,} over HTTP,"
                    f" {shared.kills.value:,} kills to do"
                )
        return []

    def run(self, say: Any, *, with_web: bool, cached: bool | None = None) -> Outcome:
        """Run it; `cached` adds a reader that keeps its answers (saying their epoch or not)."""
        if with_web:
            with serving(self.stage) as served:
                return self._run(say, served, cached)
        return self._run(say, None, cached)

    def _run(self, say: Any, served: Any, cached: bool | None) -> Outcome:
        begun = time.monotonic()
        processes = self._processes(served.port if served else None, cached)
        for process in processes:
            process.start()
        troubles = threading.Thread(target=self._trouble, args=(served,))
        if self.size.every:
            troubles.start()
        try:
            problems = self._wait(processes, say)
        finally:
            self.enough.set()
            if troubles.is_alive():
                troubles.join()
            self.shared.stop.set()
            for process in processes:
                process.join(60)
                if process.exitcode is None:
                    process.kill()
        return self._judge(time.monotonic() - begun, problems)

    def _answers(self, counts: Counter[str], statuses: Counter[int]) -> Iterator[Answer]:
        for path in sorted(self.folder.glob("reads-*")):
            for line in lines(path):
                counts["database"] += 1
                yield answer(line, NAMES)
        for path in sorted(self.folder.glob("web-[0-9]*")):
            for line in lines(path):
                counts["refused" if web.is_refused(line.status) else "http"] += 1
                statuses[line.status] += 1
                if line.status == 500:
                    counts[f"500 {NAMES[line.surface + WEB_FROM]}"] += 1
                yield answer(line._replace(surface=line.surface + WEB_FROM), NAMES)

    def _judge(self, seconds: float, problems: list[str]) -> Outcome:
        path = self.folder / "events"
        events = read_events(path) if path.exists() else []
        if not events:
            problems.append("nothing was switched off")
        model = Model(self.world.markets, self.world.visible, self.world.summed, self.world.epoch)
        model.follow(events)
        counts: Counter[str] = Counter()
        statuses: Counter[int] = Counter()
        verdict = check(model, self._answers(counts, statuses))
        problems += unread(verdict.by_surface, has_web=bool(self.size.http and counts["http"]))
        failed = json.loads(path.with_suffix(".failures").read_text()) if events else 0
        return Outcome(
            verdict,
            events,
            statuses,
            self.faults,
            counts,
            seconds,
            failed,
            -self.shared.lost.value,
            broken(self.stage.web_log),
            problems,
        )
