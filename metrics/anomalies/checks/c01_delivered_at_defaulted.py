"""Times of delivery that were not observed but filled in: from the promise, or with one fixed time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, Table, strongest
from metrics.anomalies.checks.forms import ON_THE_PROMISE
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World

_PROMISE: Final = ShareTest(
    hits=ON_THE_PROMISE, trials="delivered_at IS NOT NULL", delta=0.01, sign=1,
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
_MIDNIGHT: Final = "00:00:00"
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
    # One fixed time on any day. The commonest of 86,400 stamps is always commoner than it was, so it has to
    # fire to be heard; midnight is what rounding makes of times, and that is another check's.
    often = modal.run(world)
    if often.fires and stamp != _MIDNIGHT:
        tests.append(often)
    if world.one(_DAYS_ONLY)[0]:
        tests.append(_SAME_DAY.run(world))
    return replace(strongest(tests), table=table)


CHECK: Final = Check(
    1, "delivered_at_defaulted", "Times of delivery were filled in", Family.TIMES, "up", ("events",), _run
)
