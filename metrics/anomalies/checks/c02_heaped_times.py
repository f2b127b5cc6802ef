"""Times that were rounded: to midnight, to the hour, to the minute they were typed in."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from metrics.anomalies.checks.base import (
    MIN_BIAS,
    Check,
    Family,
    Finding,
    Level,
    ShareTest,
    Table,
    level_of,
    strongest,
)
from metrics.anomalies.world import World

_LEAST_DROP: Final = 0.5  # bits of the minute's entropy, which is at most log2(60) = 5.907
_MIDNIGHT: Final = ShareTest(
    hits="strftime(delivered_local, '%H:%M') = '00:00'", trials="delivered_at IS NOT NULL", delta=0.01, sign=1,
    says="{now} of times of delivery{where} are midnight; before it was {before}.",
)  # fmt: skip
_HOUR: Final = ShareTest(
    hits="minute(delivered_local) = 0 AND second(delivered_local) = 0", trials="delivered_at IS NOT NULL",
    delta=0.01, sign=1, says="{now} of times of delivery{where} are a full hour; before it was {before}.",
)  # fmt: skip
_QUARTER: Final = ShareTest(
    hits="minute(delivered_local) % 15 = 0 AND second(delivered_local) = 0", trials="delivered_at IS NOT NULL",
    delta=0.02, sign=1, says="{now} of times of delivery{where} are a full quarter of an hour; before it was {before}.",
)  # fmt: skip
_MINUTES: Final = """
SELECT part, minute(delivered_local) AS m, count(*) FROM shipment
WHERE part IS NOT NULL AND delivered_local IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


def _entropy(world: World) -> Finding:
    counts = {"base": np.zeros(60), "suspect": np.zeros(60)}
    for part, minute, number in world.rows(_MINUTES):
        counts[part][minute] = number
    base, now = counts["base"], counts["suspect"]
    if base.sum() < 600 or now.sum() < 300:
        return Finding(Level.UNTESTABLE, "Not testable because there are too few times of delivery.")
    before_bits, bits = _bits(base), _bits(now)
    drop = before_bits - bits
    excess = float(np.maximum(now / now.sum() - base / base.sum(), 0).sum())
    is_material = drop >= _LEAST_DROP and excess >= MIN_BIAS
    z = drop / max((before_bits - _bits(_sampled(base, now.sum()))) + 0.02, 0.02)
    table = Table(
        ("minute", "before", "now"),
        tuple((m, round(base[m] / base.sum(), 4), round(now[m] / now.sum(), 4)) for m in range(60)),
    )
    return Finding(
        level_of(z, is_material),
        f"Minutes of delivery hold {bits:.2f} bits; before it was {before_bits:.2f} of at most 5.91.",
        z if drop > 0 else 0.0, -drop, excess, "", MappingProxyType({"before": before_bits, "now": bits}), table,
    )  # fmt: skip


def _bits(counts: np.ndarray) -> float:  # type: ignore[type-arg]
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _sampled(counts: np.ndarray, number: float) -> np.ndarray:  # type: ignore[type-arg]
    """The base minutes as a sample of that size would show them: what chance alone takes off the entropy."""
    draw = np.random.default_rng(60)
    return draw.multinomial(int(number), counts / counts.sum()).astype(float)


def _run(world: World) -> Finding:
    return strongest([_entropy(world), _MIDNIGHT.run(world), _HOUR.run(world), _QUARTER.run(world)])


CHECK: Final = Check(2, "heaped_times", "Times were rounded", Family.TIMES, "either", ("events",), _run)
