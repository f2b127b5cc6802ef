"""Splitting the difference between two rates into what moved: the parts' rates, or their weights.

The split is the symmetric one of E. M. Kitagawa, "Components of a difference between two rates",
JASA 50 (1955), 1168-1194, with the mix term taken around the mean of the two totals: a part that
grows lifts the total only if it is better than the rest. That centring sums to 0 over all parts, so
the parts add up to the difference exactly and in any order. All arithmetic is in fractions.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a whole in two periods: successes and trials of each, as integers."""

    now: int
    due_now: int
    before: int
    due_before: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a part did to the difference of the totals, as a difference of rates."""

    rate: Fraction
    mix: Fraction

    @property
    def total(self) -> Fraction:
        """Both together."""
        return self.rate + self.mix


def difference(segments: Mapping[Name, Segment]) -> Fraction | None:
    """Rate of the whole now minus before; None when there was nothing in one of the periods."""
    due_now = sum(segment.due_now for segment in segments.values())
    due_before = sum(segment.due_before for segment in segments.values())
    if not due_now or not due_before:
        return None
    now = sum(segment.now for segment in segments.values())
    before = sum(segment.before for segment in segments.values())
    return Fraction(now, due_now) - Fraction(before, due_before)


def split(segments: Mapping[Name, Segment]) -> dict[Name, Effect]:
    """The effect of each part; their totals add up to `difference`. Empty when that is None."""
    if difference(segments) is None:
        return {}
    due_now = sum(segment.due_now for segment in segments.values())
    due_before = sum(segment.due_before for segment in segments.values())
    total_now = Fraction(sum(segment.now for segment in segments.values()), due_now)
    total_before = Fraction(sum(segment.before for segment in segments.values()), due_before)
    centre = (total_now + total_before) / 2
    return {name: _effect(segment, due_now, due_before, centre) for name, segment in segments.items()}


def _effect(segment: Segment, due_now: int, due_before: int, centre: Fraction) -> Effect:
    rates = [
        Fraction(successes, due)
        for successes, due in ((segment.now, segment.due_now), (segment.before, segment.due_before))
        if due
    ]
    if not rates:
        return Effect(Fraction(0), Fraction(0))
    # A part that was not there in one period has no rate there: all it does, it does by its weight.
    rate_now, rate_before = rates[0], rates[-1]
    weight_now = Fraction(segment.due_now, due_now)
    weight_before = Fraction(segment.due_before, due_before)
    return Effect(
        rate=(rate_now - rate_before) * (weight_now + weight_before) / 2,
        mix=(weight_now - weight_before) * ((rate_now + rate_before) / 2 - centre),
    )


def in_hundredths(parts: Sequence[Fraction]) -> tuple[int, ...]:
    """Parts in whole hundredths of a point that add up to their rounded total (largest remainder).

    Rounding each by itself would print columns that do not add up on their face.
    """
    exact = [part * 10_000 for part in parts]
    floors = [value.numerator // value.denominator for value in exact]
    missing = round(sum(exact, Fraction(0))) - sum(floors)
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in by_remainder[:missing]:
        floors[i] += 1
    return tuple(floors)
