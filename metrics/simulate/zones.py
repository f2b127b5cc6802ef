"""Offsets of IANA zones, tabulated by local day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from metrics.simulate.tables import DAY, EPOCH, Ints, epoch_day


class ZoneTable:
    """Seconds east of UTC by (zone number, local day), taken at local noon.

    Clocks change in the small hours, so noon's offset holds from the morning to the end of that day, which is
    when parcels move and promises end.
    """

    def __init__(self, zones: tuple[str, ...], first: dt.date, last: dt.date) -> None:
        self._first = epoch_day(first)
        self._offsets = np.array(
            [
                [_noon_offset(ZoneInfo(zone), day) for day in range(self._first, epoch_day(last) + 1)]
                for zone in zones
            ],
            dtype=np.int64,
        )

    def offset(self, zone: Ints, local: Ints) -> Ints:
        """Seconds east of UTC for local instants (same shape)."""
        return self._offsets[zone, local // DAY - self._first]

    def to_utc(self, zone: Ints, local: Ints) -> Ints:
        """UTC instants of local ones (same shape)."""
        return local - self.offset(zone, local)


def _noon_offset(zone: ZoneInfo, day: int) -> int:
    noon = dt.datetime.combine(EPOCH + dt.timedelta(days=day), dt.time(12), tzinfo=zone)
    offset = noon.utcoffset()
    if offset is None:  # pragma: no cover - ZoneInfo always answers for a full datetime
        raise ValueError(f"zone {zone.key} has no offset on day {day}")
    return int(offset.total_seconds())
