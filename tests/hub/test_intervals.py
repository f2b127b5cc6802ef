"""The intervals against published values and their own properties."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otdr_hub.hub.intervals import newcombe, wilson

shares = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def near(value: Fraction, expected: str) -> bool:
    return abs(value - Fraction(expected)) < Fraction(1, 20_000)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilson_gives_newcombes_published_table(successes: int, trials: int, low: str, high: str) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3."""
    ends = wilson(successes, trials)
    assert near(ends[0], low)
    assert near(ends[1], high)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), "0.0524", "0.3339"),
        ((9, 10), (3, 10), "0.1705", "0.8090"),
        ((5, 56), (0, 29), "-0.0381", "0.1926"),
        ((10, 10), (0, 10), "0.6075", "1"),
    ],
)
def test_difference_gives_newcombes_published_table(
    now: tuple[int, int], before: tuple[int, int], low: str, high: str
) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10."""
    ends = newcombe(now, before)
    assert near(ends[0], low)
    assert near(ends[1], high)


@given(shares)
def test_interval_holds_its_rate(share: tuple[int, int]) -> None:
    low, high = wilson(*share)
    assert 0 <= low <= Fraction(*share) <= high <= 1


@given(shares, shares)
def test_difference_is_mirrored_when_weeks_swap(now: tuple[int, int], before: tuple[int, int]) -> None:
    low, high = newcombe(now, before)
    assert (-high, -low) == newcombe(before, now)
    assert low <= Fraction(*now) - Fraction(*before) <= high


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_shares_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="interval"):
        wilson(successes, trials)
