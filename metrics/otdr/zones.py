"""Zone lookup tables from zoneinfo, so that every engine turns local time into UTC the same way.

An interval is `(zone, utc_from, local_from, offset_seconds)`: from the instant `utc_from` on, the
zone is `offset_seconds` ahead of UTC; a wall-clock time from `local_from` on is read with it. In a
fold (clocks back) the first of the two instants is meant, in a gap (clocks forward) the offset
before it: the meaning of `fold=0` in PEP 495.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from functools import lru_cache

Interval = tuple[str, dt.datetime, dt.datetime, int]

# The zone data is the pinned `tzdata` package's, not the machine's: same input, same day, anywhere.
zoneinfo.reset_tzpath(to=[])

_STEP = dt.timedelta(days=1)
_BEGINNING = dt.datetime(1900, 1, 1)  # noqa: DTZ001 (a wall-clock bound, no zone)


def _offset(zone: zoneinfo.ZoneInfo, instant: dt.datetime) -> int:
    offset = instant.astimezone(zone).utcoffset()
    if offset is None:
        raise ValueError(f"zone {zone.key} has no offset at {instant}")
    return int(offset.total_seconds())


def _change_between(zone: zoneinfo.ZoneInfo, low: dt.datetime, high: dt.datetime) -> dt.datetime:
    """The first second in (low, high] at which the offset differs from the one at `low`."""
    before = _offset(zone, low)
    while high - low > dt.timedelta(seconds=1):
        middle = low + dt.timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _changes(
    zone: zoneinfo.ZoneInfo, start: dt.datetime, end: dt.datetime
) -> Iterator[tuple[dt.datetime, int]]:
    low = start
    while low < end:
        high = low + _STEP
        if _offset(zone, low) != _offset(zone, high):
            change = _change_between(zone, low, high)
            yield change, _offset(zone, change)
        low = high


@lru_cache(maxsize=256)
def intervals(name: str, first_year: int, last_year: int) -> tuple[Interval, ...]:
    """All offset intervals of a zone that touch the years given (naive UTC and local times).

    Raises zoneinfo.ZoneInfoNotFoundError for an unknown name.
    """
    zone = zoneinfo.ZoneInfo(name)
    start, end = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC), dt.datetime(last_year + 1, 1, 1, tzinfo=dt.UTC)
    previous = _offset(zone, start)
    found: list[Interval] = [(name, _BEGINNING, _BEGINNING, previous)]
    for change, offset in _changes(zone, start, end):
        instant = change.replace(tzinfo=None)
        found.append((name, instant, instant + dt.timedelta(seconds=max(previous, offset)), offset))
        previous = offset
    return tuple(found)


def lookup_rows(names: Iterable[str], first_year: int, last_year: int) -> list[Interval]:
    """The lookup table of several zones, a year of margin on both sides.

    Before 1970 and after 2100 a zone keeps the offset it had there: such times are sentinels
    ("9999-12-31"), and no zone's rules are known for them.
    """
    first, last = max(first_year - 1, 1970), min(last_year + 1, 2100)
    return [row for name in sorted(set(names)) for row in intervals(name, min(first, last), max(first, last))]
