"""Times read off a clock, turned into instants in SQL with the pinned `tzdata` package's rules.

DuckDB has zone rules of its own, of another age and with another reading of the hour that happens
twice; here, as everywhere in this product, the first of the two is meant, and a time in the gap is
read with the offset before it (PEP 495, fold=0).
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from functools import lru_cache

from metrics.lake.columnar import literal

_FIRST, _LAST = 1999, 2041
_HOUR = dt.timedelta(hours=1)


def _offset(zone: zoneinfo.ZoneInfo, instant: dt.datetime) -> int:
    return int(
        (instant.replace(tzinfo=dt.UTC).astimezone(zone).utcoffset() or dt.timedelta()).total_seconds()
    )


def _changes(zone: zoneinfo.ZoneInfo) -> Iterator[tuple[dt.datetime, int, int]]:
    """(instant, offset before, offset after) of every change; they fall on full minutes since 1972."""
    day, end = dt.datetime(_FIRST, 1, 1), dt.datetime(_LAST, 1, 1)  # noqa: DTZ001 (naive UTC)
    before = _offset(zone, day)
    while day < end:
        following = day + 24 * _HOUR
        after = _offset(zone, following)
        if after != before:
            low, high = day, following
            while high - low > dt.timedelta(minutes=1):
                middle = low + dt.timedelta(minutes=(high - low) // dt.timedelta(minutes=2))
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            yield high, before, after
            before = after
        day = following


@lru_cache(maxsize=64)
def _lists(zone_name: str) -> tuple[str, str]:
    """SQL lists: wall-clock times from which an offset holds, and the offsets in seconds."""
    zone = zoneinfo.ZoneInfo(zone_name)
    starts, offsets = [], [_offset(zone, dt.datetime(_FIRST, 1, 1))]  # noqa: DTZ001 (naive UTC)
    for instant, before, after in _changes(zone):
        starts.append(instant + dt.timedelta(seconds=max(before, after)))
        offsets.append(after)
    listed = ", ".join(literal(start.isoformat(" ")) for start in starts)
    return f"CAST([{listed}] AS TIMESTAMP[])", f"[{', '.join(map(str, offsets))}]"


def as_utc(wall: str, zone_name: str) -> str:
    """SQL of the naive UTC time of the naive local time `wall` in an IANA zone."""
    starts, offsets = _lists(zone_name)
    place = f"len(list_filter({starts}, lambda t: t <= {wall})) + 1"
    return f"({wall} - to_seconds(list_extract({offsets}, {place})))"
