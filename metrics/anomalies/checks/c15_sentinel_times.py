"""Times that stand for no time: 1970, 2099, milliseconds read as seconds; and rows refused for them."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Level, strongest
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.traces import UNUSUAL, refused_in
from metrics.anomalies.world import World

_TEST: Final = ShareTest(
    hits="year(delivered_at) < 2000 OR year(delivered_at) > 2090"
    " OR delivered_at < created_at - INTERVAL 60 DAY",
    trials="delivered_at IS NOT NULL", delta=0.001, sign=1,
    says="{now} of times of delivery{where} are no real times (1970, 2099 and the like);"
    " before it was {before}.",
)  # fmt: skip
# For which reasons the door refuses a time that cannot be.
_OF_TIMES: Final = frozenset({"bad_occurred_at", "occurred_after_received", "outside_feed_life"})


def _refused(world: World) -> Finding | None:
    found = refused_in(world, _OF_TIMES)
    if found is None:
        return None
    return Finding(
        Level.FIRE if found.is_material else Level.HINT,
        f"In batch {found.batch}, {found.share * 100:.2f} % of rows were refused because their time cannot"
        f" be; usual is {found.usual * 100:.2f} %.",
        6.0, found.share - found.usual, found.bias, found.batch,
        threshold=f"{UNUSUAL * 100:g} points more of a batch's rows refused than of the middle batch",
    )  # fmt: skip


def _run(world: World) -> Finding:
    told, refused = _TEST.run(world), _refused(world)
    # That no batch was refused much is no answer where there is nothing to look at.
    return told if refused is None else strongest([told, refused])


CHECK: Final = Check(
    15, "sentinel_times", "Some times stand for no time", Family.TIMES, "either", ("times of events",), _run
)
