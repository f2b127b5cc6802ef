"""The test most checks are: whether a share of shipments stepped, beyond noise and by enough to matter.

The suspect days' share is compared with the days before on the log-odds scale. It fires when the step is
beyond noise, large enough to matter, and able to move the rate. Nothing here is a p-value: what a level
weighs is learned by planting defects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from metrics.anomalies.checks.base import (
    FIRE_Z,
    MIN_BIAS,
    Chart,
    Finding,
    level_of,
    per_cent,
    strongest,
    untestable,
)  # fmt: skip
from metrics.anomalies.world import WEEK, Numbers, Shares, World

_TAU: Final = 0.03  # day-to-day unrest of any share, in log-odds
_INDEPENDENT: Final = 3.0  # days of a week count as this many: neighbours are alike
# What has no promise stands on the day it was created, which is some days before it would have been due.
LEAD: Final = 7
_OWN_PART: Final = 0.2  # of the excess that has to stand on the suspect days themselves
_LEAST_BEFORE: Final = 200
_LEAST_NOW: Final = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A share before and now, how far apart in noise units, and the excess in shipments."""

    before: float
    now: float
    z: float
    excess: float
    trials: float

    @property
    def size(self) -> float:
        """Now minus before."""
        return self.now - self.before


def step_of(shares: Shares) -> Step | None:
    """The step of a share, or None where either part has too little to compare."""
    if shares.base_trials.sum() < _LEAST_BEFORE or shares.trials.sum() < _LEAST_NOW:
        return None
    before = float((shares.base_hits.sum() + 0.5) / (shares.base_trials.sum() + 1))
    now = float((shares.hits.sum() + 0.5) / (shares.trials.sum() + 1))
    spread = _spread(shares.base_hits, shares.base_trials)
    own = 1 / (shares.trials.sum() * max(before * (1 - before), 1e-9))
    # Where nearly nothing is expected, log-odds exaggerate: counts of a few are judged as counts.
    seen = max(now * (1 - now), before * (1 - before))
    noise = np.sqrt(spread**2 / _INDEPENDENT + min(own, 1 / (shares.trials.sum() * seen)) + _TAU**2)
    z = float((_logit(now) - _logit(before)) / noise)
    excess = float(shares.hits.sum() - before * shares.trials.sum())
    counted = excess / float(np.sqrt(before * (1 - before) * shares.trials.sum() + 1))
    z = float(np.sign(z) * min(abs(z), abs(counted)))
    return Step(before, now, z, excess, float(shares.trials.sum()))


@dataclass(frozen=True, slots=True)
class ShareTest:
    """Whether a share of shipments stepped: overall, and for each large carrier.

    `hits` and `trials` are SQL over `shipment`; `delta` is the least step that matters; `sign` says which
    way counts (1 up, -1 down, 0 both). `says` gets the step in per cent and the scope in words. With
    `doubts`, the hits themselves are the rows not to be trusted. `early` days before the suspect ones count
    among them.
    """

    hits: str
    trials: str
    delta: float
    sign: int
    says: str
    by_carrier: bool = True
    least_bias: float = MIN_BIAS
    doubts: bool = True
    early: int = 0

    def run(self, world: World) -> Finding:
        """The strongest finding over the whole and its carriers."""
        shares = world.shares(self.hits, self.trials, early=self.early)
        steps = {name: step_of(one) for name, one in shares.items() if self.by_carrier or not name}
        chart = _chart(steps)
        found = [
            self._finding(world, step, name, chart, is_own=self._is_own(shares[name], step))
            for name, step in steps.items()
        ]
        return strongest(found)

    def _is_own(self, shares: Shares, step: Step | None) -> bool:
        """Whether what was found is these days' own: of what last week had and this one has not, next to
        nothing stands on them."""
        if step is None or not self.early:
            return True
        hits, trials = (float(one[-WEEK:].sum()) for one in (shares.hits, shares.trials))
        expected = _OWN_PART * max(step.excess, 0.0)
        return hits - step.before * trials >= expected - 2 * float(np.sqrt(expected))  # but for chance

    def _finding(
        self, world: World, step: Step | None, scope: str, chart: Chart | None, *, is_own: bool
    ) -> Finding:
        if step is None:
            return untestable("there are too few shipments to compare")
        wrong_way = not is_own or (self.sign and np.sign(step.size) != self.sign)
        z = 0.0 if wrong_way else step.z
        bias = abs(step.excess) / max(world.due, 1)
        is_material = abs(step.size) >= self.delta and bias >= self.least_bias
        words = {
            "now": per_cent(step.now), "before": per_cent(step.before),
            "where": f" of carrier {scope}" if scope else "",
        }  # fmt: skip
        return Finding(
            level_of(z, is_material), self.says.format(**words), z, step.size, bias, scope,
            MappingProxyType({"before": step.before, "now": step.now, "excess": step.excess}),
            chart=chart, threshold=self._threshold(), suspect=self._suspect(world, scope),
        )  # fmt: skip

    def _threshold(self) -> str:
        way = {1: "up", -1: "down", 0: "either way"}[self.sign]
        return (
            f"a step {way} beyond {FIRE_Z:.0f} units of noise, of at least {self.delta * 100:g} points and"
            f" {self.least_bias * 100:g} points of the rate"
        )

    def _suspect(self, world: World, scope: str) -> str:
        if not self.doubts or self.sign < 0:
            return ""
        within = f" AND carrier = {world.quoted(scope)}" if scope else ""
        return f"({self.trials}) AND ({self.hits}){within}"


def _chart(steps: Mapping[str, Step | None]) -> Chart | None:
    found = [(name or "all", step) for name, step in steps.items() if step is not None]
    if not found:
        return None
    return Chart(
        tuple(name for name, _ in found),
        tuple(step.before for _, step in found), tuple(step.now for _, step in found),
    )  # fmt: skip


def _spread(hits: Numbers, trials: Numbers) -> float:
    """Day-to-day unrest of a share beyond chance, as a robust deviation of its log-odds."""
    some = trials >= 20
    if some.sum() < 7:
        return _TAU
    logits = _logit((hits[some] + 0.5) / (trials[some] + 1))
    chance = 1 / np.maximum((hits[some] + 0.5) * (1 - (hits[some] + 0.5) / (trials[some] + 1)), 0.5)
    seen = 1.4826 * float(np.median(np.abs(logits - np.median(logits))))
    return float(np.sqrt(max(seen**2 - float(np.median(chance)), _TAU**2)))


def _logit(rate: Any) -> Any:
    return np.log(rate / (1 - rate))
