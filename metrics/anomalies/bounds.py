"""What is possible at all: plain arithmetic that needs no model and anybody can check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feasible:
    """Whether something confined to a part could have moved the rate that far.

    `needed` is the share of what is usually late (or on time, for a fall) that the part would have to hold,
    `held` the share it does hold; both in [0, 1] unless the step needs more than there is.
    """

    needed: float
    held: float

    @property
    def is_possible(self) -> bool:
        """Whether the part holds enough; a hundredth is left for chance."""
        return self.held >= self.needed - 0.01


@dataclass(frozen=True, slots=True)
class Range:
    """The rate with all suspect shipments late, and with all of them on time."""

    low: float
    high: float


def feasible(*, before: float, now: float, part: float, whole: float) -> Feasible:
    """Whether a part could have moved the whole's rate from `before` to `now` (shares).

    For a rise, `part` and `whole` are shipments usually late, in the part and altogether; for a fall, those
    usually on time. It holds for outcomes told wrongly and for late rows that were dropped alike.
    """
    usual = (1 - before) if now > before else before
    needed = abs(now - before) / usual if usual else float("inf")
    return Feasible(needed, part / whole if whole else 0.0)


def no_assumption(*, on_time: int, due: int, suspect: int, suspect_on_time: int) -> Range:
    """The range of the rate whatever the suspect shipments truly were: all late to all on time."""
    if due <= 0:
        return Range(0.0, 1.0)
    clean = on_time - suspect_on_time
    return Range(clean / due, (clean + suspect) / due)
