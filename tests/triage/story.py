"""The demonstration's own two cases as worlds, without its database: the same scenario, one market of it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from metrics.anomalies.world import Window, World, world_of
from metrics.rehearsal.worlds import taken_in
from metrics.simulate.write import produce
from otdr_hub.demo.load import HEADLINE
from otdr_hub.demo.story import headline_monday, shopswift

TODAY = dt.date(2026, 11, 20)
MONDAY = headline_monday(TODAY)


@contextmanager
def story_of(market: str, *, scale: float = 0.5) -> Iterator[World]:
    """The headline week of a market of the demonstration, as known on its day."""
    whole = shopswift(TODAY, scale)
    total = sum(spec.share for spec in whole.markets)
    (spec,) = (one for one in whole.markets if one.code == market)
    scenario = replace(
        whole,
        markets=(spec,),
        start=MONDAY - dt.timedelta(days=28),
        orders_per_day=whole.orders_per_day * spec.share / total,
        own_backfill=(market,) if market in whole.own_backfill else (),
    )
    with tempfile.TemporaryDirectory(prefix="otdr-story-") as name:
        folder = Path(name)
        produce(scenario, folder / "files", beside=True, form="parquet")
        sources = taken_in(folder / "files", folder / "lake", market)
        sources = replace(sources, inputs=replace(sources.inputs, default_zone=spec.zone))
        with world_of(HEADLINE, sources, Window.of_week(MONDAY), as_of=scenario.now) as world:
            yield world
