"""Readers of the database: the hub's own statement, as the hub's own role, on connections of their own.

Three forms are read. `full` and `published` are the statements of `otdr_hub.hub.guarded`, to the byte: the page
with the carriers of a market in turn, and a publication. `light` asks the view of the page for the epoch, who may be seen, the roll-up and the coverage, which leaves
the weeks of each market out and so costs half. Every figure in a full answer is looked at; of a light one
the masks and the sums.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from otdr_hub.hub import guarded
from tests.stale.logs import TORN, TOTAL, Line, Writer, one_total
from tests.stale.model import UNKNOWN
from tests.stale.shared import Shared, one_less
from tests.stale.world import CARRIERS, World

FULL, PUBLISHED = guarded._STATEMENT, guarded._PUBLISHED
LIGHT = "SELECT epoch, markets, rollup -> -1, coverage FROM hub.page"
LIGHT_SURFACE, FULL_SURFACE, PUBLISHED_SURFACE, CACHED_SURFACE = 0, 1, 2, 3
SURFACES = ["database, light", "database, full", "database, a publication", "a cache of one second"]


def light(world: World, row: Any) -> tuple[int, int, int, int]:
    """(epoch, markets shown, set that is summed, flags) of a light answer."""
    epoch, markets, last, coverage = row
    shown = world.mask(item["code"] for item in markets if item["reason"] is None)
    summed = shown & world.mask(world.summed)
    due, on_time = (last["due"], last["on_time"]) if last else (0, 0)
    parts = world.names(summed)
    right = (sum(world.last[code][0] for code in parts), sum(world.last[code][1] for code in parts))
    torn = right != (due, on_time) or coverage["due_shown"] != right[0]
    torn = torn or coverage["markets_shown"] != len(parts)
    found = world.judge({due, on_time})
    seen = shown | found.seen  # a sum over one market is its figure
    return epoch, seen, one_total(found.totals), TOTAL | (TORN if torn else 0)


def full(world: World, row: Any) -> tuple[int, int, int, int]:
    """The same of a full answer, from every figure in its text."""
    page = json.loads(row[0])
    found = world.read(" ".join(filter(None, row)))
    shown = world.mask(item["code"] for item in page["markets"] if item["reason"] is None)
    torn = shown != found.seen & world.proper or shown != world.mask(
        {week["market"] for week in page["weeks"]}
    )
    return page["epoch"], found.seen, one_total(found.totals), TOTAL | (TORN if torn else 0)


class Form(NamedTuple):
    """One way of reading."""

    surface: int
    statement: str
    values: Callable[[str], list[Any]]
    judge: Callable[[World, Any], tuple[int, int, int, int]]


LEAVES_ROOM = 0.05  # seconds after a read, while answers over HTTP lag behind
FORMS = (
    Form(LIGHT_SURFACE, LIGHT, lambda _: [], light),
    Form(FULL_SURFACE, FULL, lambda market: [market], full),
    Form(PUBLISHED_SURFACE, PUBLISHED, lambda _: [[1]], full),
)


def read_database(
    *, info: str, world: World, out: Path, shared: Shared, seed: int, full_share: float
) -> None:
    """Read until told to stop; a lost connection is made anew."""
    chance, everybody = random.Random(seed), world.mask(world.visible) & world.proper  # noqa: S311 (nothing secret)
    writer = Writer(out)
    while not shared.stop.is_set():
        with suppress(psycopg.Error), psycopg.connect(info, autocommit=True) as connection:
            connection.execute("SET plan_cache_mode = force_generic_plan")
            while not shared.stop.is_set():
                dice = chance.random()
                form, market = (
                    FORMS[0 if dice > full_share else 1 if dice > full_share / 4 else 2],
                    chance.choice(world.codes),
                )
                own = world.mask(code for code in world.visible if code == f"{market}{CARRIERS}")
                asked = time.monotonic_ns()
                row = connection.execute(form.statement, form.values(market), prepare=True).fetchone()
                done = time.monotonic_ns()
                epoch, seen, total, flags = form.judge(world, row)
                must = everybody | (own if form.surface == FULL_SURFACE else 0)
                writer.put(Line(asked, done, epoch, seen, total, must, form.surface, 200, flags))
                one_less(shared.reads)
                # Nothing of the read is delayed: it is judged and written. Without the pause these readers take the
                # cores from the web workers, and the race ends an hour after they have read enough.
                if shared.has_read_ahead():
                    time.sleep(LEAVES_ROOM)
        time.sleep(0.05)
    writer.close()


def read_cached(*, info: str, world: World, out: Path, shared: Shared, says_epoch: bool) -> None:
    """What many products do: keep an answer for a second. The checker has to find it out."""
    writer, must, kept, until = Writer(out), world.mask(world.visible) & world.proper, None, 0.0
    while not shared.stop.is_set():
        with suppress(psycopg.Error), psycopg.connect(info, autocommit=True) as connection:
            while not shared.stop.is_set():
                asked = time.monotonic_ns()
                if kept is None or time.monotonic() > until:
                    kept = connection.execute(FULL, [""], prepare=True).fetchone()
                    until = time.monotonic() + 1.0
                epoch, seen, total, flags = full(world, kept)
                said = epoch if says_epoch else UNKNOWN
                done = time.monotonic_ns()
                writer.put(Line(asked, done, said, seen, total, must, CACHED_SURFACE, 200, flags))
                time.sleep(0.005)
        time.sleep(0.05)
    writer.close()
