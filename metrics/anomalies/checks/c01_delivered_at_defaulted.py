"""Times of delivery that were not observed but filled in: from the promise, or with one fixed time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Level, Table, rank, strongest
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

# A promised day ends at its last instant; a filled-in time may also be that day's noon. One fixed time on any
# day is what the commonest stamp is looked at for.
_ON_THE_PROMISE: Final = (
    "abs(epoch(delivered_at) - epoch(promise_end)) <= 1"
    " OR (promise_kind = 'date' AND abs(epoch(promise_end) - epoch(delivered_at) - 43200) <= 1)"
)
_PROMISE: Final = ShareTest(
    hits=_ON_THE_PROMISE, trials="delivered_at IS NOT NULL", delta=0.01, sign=1,
    says="{now} of times of delivery{where} equal the promised time, or the promised day's noon, to the"
    " second; before it was {before}.",
)  # fmt: skip
# Where days are all that is told, of deliveries and promises, one may be copied from the other.
_SAME_DAY: Final = ShareTest(
    hits="CAST(delivered_local AS DATE) = CAST(end_local AS DATE)",
    trials="delivered_at IS NOT NULL AND promise_kind = 'date'",
    delta=0.3, sign=0,
    says="{now} of days of delivery{where} equal the promised day; before it was {before}. Only days are"
    " told, so that is how they are recorded, and not how deliveries are spread.",
)  # fmt: skip
_DAYS_ONLY: Final = """
SELECT max(n) * 20 >= sum(n) * 19 FROM (
  SELECT count(*) AS n FROM shipment WHERE part IS NOT NULL AND delivered_at IS NOT NULL
  GROUP BY strftime(delivered_at, '%H:%M:%S'))
"""
_MODAL: Final = """
SELECT strftime(delivered_local, '%H:%M:%S') AS stamp, count(*) FILTER (part = 'base'),
       count(*) FILTER (part = 'suspect') AS n
FROM shipment WHERE part IS NOT NULL AND delivered_local IS NOT NULL
GROUP BY stamp ORDER BY n DESC, stamp LIMIT 5
"""


def _run(world: World) -> Finding:
    top = world.rows(_MODAL)
    if not top:
        return _PROMISE.run(world)
    stamp = str(top[0][0])
    modal = ShareTest(
        hits=f"strftime(delivered_local, '%H:%M:%S') = {world.quoted(stamp)}",
        trials="delivered_at IS NOT NULL", delta=0.01, sign=1,
        says="{now} of times of delivery{where} are " + stamp + "; before it was {before}.",
    )  # fmt: skip
    table = Table(("time of day", "before", "now"), tuple((str(at), int(b), int(n)) for at, b, n in top))
    tests = [_PROMISE.run(world)]
    # The commonest of 86,400 stamps is always commoner than it was: it has to fire to be heard.
    often = modal.run(world)
    if rank(often.level) >= rank(Level.FIRE):
        tests.append(often)
    if world.one(_DAYS_ONLY)[0]:
        tests.append(_SAME_DAY.run(world))
    return replace(strongest(tests), table=table)


CHECK: Final = Check(
    1, "delivered_at_defaulted", "Times of delivery were filled in", Family.TIMES, "up", ("events",), _run
)
