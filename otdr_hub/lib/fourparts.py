"""Why a roll-up differs between two publications: scope, restated, mix and real, which add up exactly.

Each side is a set of markets with counts by week; its roll-up is of one week, over the markets that have it.
Let C be the markets in both roll-ups for which the later side also tells the earlier week. Then, with R(side,
markets, week) the rate of a sum:

    scope     R(old, C, w0) - R(old, all, w0)   what left, at the earlier week
            + R(new, all, w1) - R(new, C, w1)   what joined, at the later week
    restated  R(new, C, w0) - R(old, C, w0)     the earlier week, counted anew
    real+mix  R(new, C, w1) - R(new, C, w0)     week against week, one way of counting (Kitagawa)

The sum telescopes to R(new, all, w1) - R(old, all, w0). A market whose earlier week the later side does not
tell has left and joined. Where C is empty, all of the change is scope. All arithmetic is in fractions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from otdr_hub.lib.kitagawa import Effect, Segment, split

Week = TypeVar("Week")
Cell = tuple[int, int]
"""On time and due."""


@dataclass(frozen=True, slots=True)
class Side(Generic[Week]):
    """One publication: its week, the markets of its roll-up, and every market's counts by week."""

    week: Week
    markets: Collection[str]
    counts: Mapping[str, Mapping[Week, Cell]]

    def cell(self, market: str, week: Week) -> Cell:
        """On time and due of a market's week; nothing where it has none."""
        return self.counts.get(market, {}).get(week, (0, 0))

    def rate(self, markets: Collection[str], week: Week) -> Fraction | None:
        """The rate of a sum; None where nothing was due."""
        cells = [self.cell(market, week) for market in markets]
        due = sum(cell[1] for cell in cells)
        return Fraction(sum(cell[0] for cell in cells), due) if due else None


@dataclass(frozen=True, slots=True)
class FourParts:
    """A roll-up's change and its four parts, as differences of rates; `effects` are by market of both."""

    before: Fraction
    now: Fraction
    real: Fraction
    mix: Fraction
    restated: Fraction
    scope: Fraction
    joined: tuple[str, ...]
    left: tuple[str, ...]
    recounted: tuple[str, ...]
    effects: Mapping[str, Effect]

    @property
    def total(self) -> Fraction:
        """The change of the roll-up, which the four parts add up to."""
        return self.now - self.before


def four_parts(old: Side[Week], new: Side[Week]) -> FourParts | None:
    """The parts of the change from `old` to `new`; None where one of them has no rate."""
    before, now = old.rate(old.markets, old.week), new.rate(new.markets, new.week)
    if before is None or now is None:
        return None
    both = {
        market for market in set(old.markets) & set(new.markets)
        if old.cell(market, old.week)[1] and new.cell(market, old.week)[1] and new.cell(market, new.week)[1]
    }  # fmt: skip
    joined, left = (tuple(sorted(set(side.markets) - both)) for side in (new, old))
    nothing = Fraction(0)
    old_both, new_both = old.rate(both, old.week), new.rate(both, new.week)
    again = new.rate(both, old.week)
    if old_both is None or new_both is None or again is None:
        return FourParts(before, now, nothing, nothing, nothing, now - before, joined, left, (), {})
    effects = split({m: Segment(*new.cell(m, new.week), *new.cell(m, old.week)) for m in both})
    moved = tuple(sorted(m for m in both if old.cell(m, old.week) != new.cell(m, old.week)))
    return FourParts(
        before=before,
        now=now,
        real=sum((one.rate for one in effects.values()), nothing),
        mix=sum((one.mix for one in effects.values()), nothing),
        restated=again - old_both,
        scope=(old_both - before) + (now - new_both),
        joined=joined, left=left, recounted=moved, effects=effects,
    )  # fmt: skip
