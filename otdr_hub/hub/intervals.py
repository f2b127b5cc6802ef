"""Two intervals for proportions, in exact arithmetic.

Wilson's score interval: E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", JASA 22 (1927), 209-212. Difference of two independent proportions: R. G. Newcombe,
"Interval estimation for the difference between independent proportions: comparison of eleven
methods", Statistics in Medicine 17 (1998), 873-890, method 10 (hybrid score, no continuity correction).

Everything is a `Fraction`: only the square root is cut, 30 digits down, so that a printed tenth
never depends on the machine's floating point.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt

Z_95 = Fraction(1_959_963_984_540_054, 10**15)
"""The 97.5th percentile of the standard normal distribution."""

_DIGITS = 10**30


def _root(value: Fraction) -> Fraction:
    return Fraction(isqrt(value.numerator * _DIGITS**2 // value.denominator), _DIGITS)


@lru_cache(maxsize=2048)
def wilson(successes: int, trials: int) -> tuple[Fraction, Fraction]:
    """The 95 % score interval of successes / trials; both ends lie within 0 and 1.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    """
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError("an interval needs 0 <= successes <= trials and at least one trial")
    share = Fraction(successes, trials)
    z2n = Z_95**2 / trials
    centre = share + z2n / 2
    half = Z_95 * _root(share * (1 - share) / trials + z2n / (4 * trials))
    # The root is cut, so at 0 and n successes the end would miss 0 or 1 by a hair.
    low = Fraction(0) if successes == 0 else (centre - half) / (1 + z2n)
    high = Fraction(1) if successes == trials else (centre + half) / (1 + z2n)
    return low, high


def newcombe(now: tuple[int, int], before: tuple[int, int]) -> tuple[Fraction, Fraction]:
    """The 95 % interval of now - before, each given as (successes, trials).

    d - √((p1-l1)² + (u2-p2)²)  to  d + √((u1-p1)² + (p2-l2)²), with Wilson's ends l and u.
    """
    p1, p2 = Fraction(*now), Fraction(*before)
    low1, high1 = wilson(*now)
    low2, high2 = wilson(*before)
    difference = p1 - p2
    return (
        difference - _root((p1 - low1) ** 2 + (high2 - p2) ** 2),
        difference + _root((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )
