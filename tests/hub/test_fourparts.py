"""What a roll-up's change is made of: four parts that add up to it exactly, whatever happened."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from otdr_hub.lib.fourparts import Side, four_parts
from otdr_hub.lib.kitagawa import in_hundredths

MARKETS = ("AA", "BB", "CC", "DD")
cells = st.integers(0, 3000).flatmap(lambda due: st.tuples(st.integers(0, due), st.just(due)))


@st.composite
def sides(draw: st.DrawFn) -> Side[int]:
    counts = {market: draw(st.dictionaries(st.integers(1, 3), cells, max_size=3)) for market in MARKETS}
    week = draw(st.integers(1, 3))
    summed = [market for market in MARKETS if week in counts[market] and draw(st.booleans())]
    return Side(week, summed, counts)


@given(sides(), sides())
def test_the_four_parts_add_up_exactly(old: Side[int], new: Side[int]) -> None:
    found = four_parts(old, new)
    if found is None:
        assert old.rate(old.markets, old.week) is None or new.rate(new.markets, new.week) is None
        return
    parts = (found.real, found.mix, found.restated, found.scope)
    assert sum(parts, Fraction(0)) == found.total
    assert sum((one.total for one in found.effects.values()), Fraction(0)) == found.real + found.mix
    assert sum(in_hundredths(parts)) == round(found.total * 10_000)


@given(sides())
def test_nothing_changed_is_four_times_nothing(side: Side[int]) -> None:
    found = four_parts(side, side)
    if found is not None:
        assert (found.real, found.mix, found.restated, found.scope) == (0, 0, 0, 0)


@given(sides(), sides(), st.sampled_from(MARKETS))
def test_a_market_in_neither_sum_is_in_no_part(old: Side[int], new: Side[int], hidden: str) -> None:
    """Differencing: what is not summed could have any counts, and the parts would be the same."""

    def without(side: Side[int], counts: dict[int, tuple[int, int]]) -> Side[int]:
        markets = [market for market in side.markets if market != hidden]
        return Side(side.week, markets, {**side.counts, hidden: counts})

    other = {1: (7, 9), 2: (1, 100), 3: (50, 50)}
    assert four_parts(without(old, {}), without(new, {})) == four_parts(
        without(old, other), without(new, other)
    )


def test_each_part_is_what_it_is_called() -> None:
    old = Side(1, ["AA", "BB"], {"AA": {1: (90, 100)}, "BB": {1: (50, 100)}})
    better = Side(2, ["AA", "BB"], {"AA": {1: (90, 100), 2: (95, 100)}, "BB": {1: (50, 100), 2: (50, 100)}})
    found = four_parts(old, better)
    assert found is not None
    assert (found.real, found.mix, found.restated, found.scope) == (Fraction(5, 200), 0, 0, 0)
    heavier = Side(2, ["AA", "BB"], {"AA": {1: (90, 100), 2: (270, 300)}, "BB": {1: (50, 100), 2: (50, 100)}})
    found = four_parts(old, heavier)
    assert found is not None
    assert (found.real, found.restated, found.scope) == (0, 0, 0)
    assert found.mix == found.total > 0
    recounted = Side(1, ["AA", "BB"], {"AA": {1: (80, 100)}, "BB": {1: (50, 100)}})
    found = four_parts(old, recounted)
    assert found is not None
    assert (found.restated, found.total, found.recounted) == (Fraction(-10, 200), Fraction(-10, 200), ("AA",))
    alone = Side(1, ["AA"], {"AA": {1: (90, 100)}})
    found = four_parts(old, alone)
    assert found is not None
    assert (found.scope, found.total, found.left) == (Fraction(20, 100), Fraction(20, 100), ("BB",))
