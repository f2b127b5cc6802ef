"""Where a change of the roll-up came from: one number per market, adding up to it exactly.

The roll-up is sum(on time) / sum(due), so a market moves it by its own rate and by its weight.
The split is the symmetric one of E. M. Kitagawa, "Components of a difference between two rates",
JASA 50 (1955), 1168-1194, with the mix term taken around the mean roll-up: a market that grows
lifts the roll-up only if it is better than the rest. The centring term sums to 0 over all markets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from otdr_hub.hub.reading import Counts, Reading
from otdr_hub.hub.sentences import shown_rate

Pair = tuple[Counts, Counts]
"""One market: counts now, counts before."""


def contributions(reading: Reading) -> dict[str, Fraction]:
    """What each market did to the roll-up's change; empty where the parts would not add up to it."""
    if len(reading.rollup) < 2:
        return {}
    now, before = reading.rollup[-1], reading.rollup[-2]
    if shown_rate(now) is None or shown_rate(before) is None:
        return {}
    nothing = Counts(0, 0, 0, 0, 0)
    pairs = {}
    for market in reading.markets:
        by_week = {week.monday: week.counts for week in market.weeks}
        pairs[market.code] = (by_week.get(now.monday, nothing), by_week.get(before.monday, nothing))
    for i, week in enumerate((now, before)):
        if sum(pair[i].due for pair in pairs.values()) != week.counts.due:
            return {}
        if sum(pair[i].on_time for pair in pairs.values()) != week.counts.on_time:
            return {}
    return split(pairs)


def contributions_printed(parts: Mapping[str, Fraction]) -> dict[str, int]:
    """The same in hundredths of a point, as every page prints them."""
    codes = sorted(parts)
    return dict(zip(codes, in_hundredths([parts[code] for code in codes]), strict=True))


def split(pairs: Mapping[str, Pair]) -> dict[str, Fraction]:
    """The contribution of each market, as a difference of rates; empty when a total has no rate."""
    due_now = sum(now.due for now, _ in pairs.values())
    due_before = sum(before.due for _, before in pairs.values())
    if not due_now or not due_before:
        return {}
    total_now = Fraction(sum(now.on_time for now, _ in pairs.values()), due_now)
    total_before = Fraction(sum(before.on_time for _, before in pairs.values()), due_before)
    centre = (total_now + total_before) / 2
    return {code: _one(pair, due_now, due_before, centre) for code, pair in pairs.items()}


def _one(pair: Pair, due_now: int, due_before: int, centre: Fraction) -> Fraction:
    now, before = pair
    # A market that had nothing due in one week has no rate there: all it does, it does by its weight.
    rate_now = now.rate if now.rate is not None else before.rate
    rate_before = before.rate if before.rate is not None else rate_now
    if rate_now is None or rate_before is None:
        return Fraction(0)
    weight_now, weight_before = Fraction(now.due, due_now), Fraction(before.due, due_before)
    by_rate = (rate_now - rate_before) * (weight_now + weight_before) / 2
    by_mix = (weight_now - weight_before) * ((rate_now + rate_before) / 2 - centre)
    return by_rate + by_mix


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
