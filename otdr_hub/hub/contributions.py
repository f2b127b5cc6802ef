"""Where a change of the roll-up came from: one number per market, adding up to it exactly.

The roll-up is sum(on time) / sum(due), so a market moves it by its own rate and by its weight; the
split is that of `otdr_hub.lib.kitagawa`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.reading import Counts, Reading, Week
from otdr_hub.lib.kitagawa import Effect, Segment, in_hundredths, split


def contributions(reading: Reading) -> dict[str, Fraction]:
    """What each market did to the roll-up's change; empty where the parts would not add up to it."""
    return {code: effect.total for code, effect in effects(reading).items()}


def effects(reading: Reading) -> dict[str, Effect]:
    """The same in its two parts: by the market's rate, and by its weight."""
    if len(reading.rollup) < 2:
        return {}
    now, before = reading.rollup[-1], reading.rollup[-2]
    if shown_rate(now) is None or shown_rate(before) is None:
        return {}
    nothing = Counts(0, 0, 0, 0, 0)
    segments = {}
    for market in reading.summed:
        by_week = {week.monday: week.counts for week in market.weeks}
        this, last = by_week.get(now.monday, nothing), by_week.get(before.monday, nothing)
        segments[market.code] = Segment(this.on_time, this.due, last.on_time, last.due)
    if not _is_whole(segments.values(), now, before):
        return {}
    return split(segments)


def _is_whole(segments: Iterable[Segment], now: Week, before: Week) -> bool:
    """Whether the markets' counts are the roll-up's in both weeks."""
    found = [(part.now, part.due_now, part.before, part.due_before) for part in segments]
    sums = tuple(map(sum, zip(*found, strict=True)))
    return sums == (now.counts.on_time, now.counts.due, before.counts.on_time, before.counts.due)


def contributions_printed(parts: Mapping[str, Fraction]) -> dict[str, int]:
    """The same in hundredths of a point, as every page prints them."""
    codes = sorted(parts)
    return dict(zip(codes, in_hundredths([parts[code] for code in codes]), strict=True))
