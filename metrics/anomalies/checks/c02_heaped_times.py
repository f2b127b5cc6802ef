"""Times that were rounded: to midnight, to the hour, to the quarter they were typed in."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from metrics.anomalies.checks.base import (
    MIN_BIAS,
    Chart,
    Check,
    Family,
    Finding,
    level_of,
    strongest,
    untestable,
)  # fmt: skip
from metrics.anomalies.checks.forms import ON_THE_PROMISE
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import Numbers, World

_LEAST_DROP: Final = 0.5  # bits of the minute's entropy, which is at most log2(60) = 5.907
# A promise ends at a full hour more often than not. Times copied from it are round, and were not rounded.
_TIMES: Final = f"delivered_at IS NOT NULL AND NOT coalesce({ON_THE_PROMISE}, false)"
_MIDNIGHT: Final = ShareTest(
    hits="strftime(delivered_local, '%H:%M') = '00:00'", trials=_TIMES, delta=0.01, sign=1,
    says="{now} of times of delivery{where} are midnight; before it was {before}.",
)  # fmt: skip
_HOUR: Final = ShareTest(
    hits="minute(delivered_local) = 0 AND second(delivered_local) = 0", trials=_TIMES, delta=0.01, sign=1,
    says="{now} of times of delivery{where} are a full hour; before it was {before}.",
)  # fmt: skip
_QUARTER: Final = ShareTest(
    hits="minute(delivered_local) % 15 = 0 AND second(delivered_local) = 0", trials=_TIMES, delta=0.02,
    sign=1,
    says="{now} of times of delivery{where} are a full quarter hour; before it was {before}.",
)  # fmt: skip
_MINUTES: Final = f"""
SELECT part, minute(delivered_local) AS m, count(*) FROM shipment
WHERE part IS NOT NULL AND {_TIMES} GROUP BY ALL ORDER BY ALL
"""


def _entropy(world: World) -> Finding:
    counts = {"base": np.zeros(60), "suspect": np.zeros(60)}
    for part, minute, number in world.rows(_MINUTES):
        counts[part][minute] = number
    base, now = counts["base"], counts["suspect"]
    if base.sum() < 600 or now.sum() < 300:
        return untestable("there are too few times of delivery")
    usual, bits = _bits(base), _bits(now)
    drop = usual - bits
    excess = float(np.maximum(now / now.sum() - base / base.sum(), 0).sum())
    # Chance alone takes about (59 / 2n) nats off the entropy of n times.
    z = drop / (59 / (2 * now.sum() * np.log(2)) + 0.02) if drop > 0 else 0.0
    chart = Chart(
        tuple(f"{m:02d}" for m in range(60)),
        tuple(float(n) for n in base / base.sum()), tuple(float(n) for n in now / now.sum()),
    )  # fmt: skip
    return Finding(
        level_of(z, drop >= _LEAST_DROP and excess >= MIN_BIAS),
        f"Minutes of delivery hold {bits:.2f} bits; before it was {usual:.2f} of at most 5.91.",
        float(z), -drop, excess, "", MappingProxyType({"before": usual, "now": bits}), chart=chart,
        threshold=f"a drop of {_LEAST_DROP} bits that chance does not make",
    )  # fmt: skip


def _bits(counts: Numbers) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _run(world: World) -> Finding:
    return strongest([_entropy(world), _MIDNIGHT.run(world), _HOUR.run(world), _QUARTER.run(world)])


CHECK: Final = Check(2, "heaped_times", "Times were rounded", Family.TIMES, "either", ("events",), _run)
