"""What weights did to a rate and what rates did, by one dimension; and whether it moved at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from metrics.anomalies.checks.shares import Step
from otdr_hub.lib import kitagawa

SPLITS: Final = ("carrier", "origin", "destination", "lane", "service")
BUSINESS: Final = ("carrier", "origin", "destination", "service")
DIMENSIONS: Final = (*BUSINESS, "integration")
MOVED_Z: Final = 3.0
MOVED_STEP: Final = 0.01


@dataclass(frozen=True, slots=True)
class Split:
    """The change by one dimension: what weights did, what rates did (they add up to it), and each part."""

    dimension: str
    mix: Fraction
    rate: Fraction
    parts: Mapping[str, tuple[kitagawa.Segment, kitagawa.Effect]]

    @property
    def share_of_mix(self) -> float:
        """How much of the change is weights; 0 where there was none."""
        return self._share(self.mix)

    @property
    def known_mix(self) -> Fraction:
        """What weights of parts did that were there before. What is new is no shift."""
        known = (effect.mix for segment, effect in self.parts.values() if segment.due_before)
        return sum(known, Fraction(0))

    @property
    def share_of_known(self) -> float:
        """How much of the change that is."""
        return self._share(self.known_mix)

    def _share(self, mix: Fraction) -> float:
        whole = self.mix + self.rate
        return float(mix / whole) if whole else 0.0


def is_moved(step: Step | None, splits: Sequence[Split]) -> bool:
    """Whether a rate moved by a point: beyond noise, or by weights of parts that were there before. Those are
    counted and not drawn, so that they have no noise to be beyond."""
    if step is None or abs(step.size) < MOVED_STEP:
        return False
    weighed = [float(one.known_mix) for one in splits]
    return abs(step.z) > MOVED_Z or any(mix * step.size > 0 and abs(mix) >= MOVED_STEP for mix in weighed)


def split_by(rows: Sequence[tuple[Any, ...]], dimension: str) -> Split:
    """The split of the change by one dimension; rows are `DIMENSIONS` and on time and due, now and before."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        values = dict(zip(DIMENSIONS, row, strict=False))
        name = f"{values['origin']} > {values['destination']}" if dimension == "lane" else values[dimension]
        total = sums.setdefault(str(name), [0, 0, 0, 0])
        for place, number in enumerate(row[len(DIMENSIONS) :]):
            total[place] += int(number)
    segments = {name: kitagawa.Segment(*total) for name, total in sums.items()}
    effects = kitagawa.split(segments)
    zero = Fraction(0)
    return Split(
        dimension,
        sum((effect.mix for effect in effects.values()), zero),
        sum((effect.rate for effect in effects.values()), zero),
        {name: (segments[name], effect) for name, effect in effects.items()},
    )
