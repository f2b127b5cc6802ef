"""The measured delay curve: how long after a delivery happened the platform knew of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metrics.lake.columnar import connect, files_sql
from metrics.otdr.engine import naive_utc

HOURS: Final = (1, 6, 12, 24, 48, 72, 96, 120, 168, 336)
# What happened less than two weeks ago may still have unknown company: it would flatter the curve.
_SETTLED: Final = dt.timedelta(days=14)
_LOOK_BACK: Final = dt.timedelta(days=56)
_CURVE: Final = """
SELECT greatest(date_diff('minute', happened, known), 0) AS minutes, count(*)
FROM (SELECT min(occurred_utc) AS happened, min(received_at) AS known FROM {files}
      WHERE type = 'delivered' AND occurred_utc BETWEEN $since AND $until AND received_at <= $as_of
      GROUP BY event_id)
GROUP BY minutes
"""


@dataclass(frozen=True, slots=True)
class Curve:
    """Deliveries looked at, and of them how many were known within so many hours (`HOURS`)."""

    deliveries: int
    known: tuple[tuple[int, int], ...]


def curve_of(minutes: Iterable[tuple[int, int]]) -> Curve:
    """The curve of (minutes, deliveries) pairs."""
    pairs = list(minutes)
    known = tuple((hours, sum(n for wait, n in pairs if wait <= hours * 60)) for hours in HOURS)
    return Curve(sum(n for _, n in pairs), known)


def delay_curve(events: Sequence[Path], *, as_of: dt.datetime) -> Curve:
    """How soon deliveries of the six weeks before the last two were known, from a market's event files.

    Deliveries told in local time without an offset are left out: their instant depends on a version.
    """
    if not events:
        return curve_of([])
    moment = naive_utc(as_of)
    with connect() as connection:
        found = connection.execute(
            _CURVE.format(files=files_sql(events)),
            {"since": moment - _LOOK_BACK, "until": moment - _SETTLED, "as_of": moment},
        )
        return curve_of(found.fetchall())
