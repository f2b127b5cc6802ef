"""The days the clocks compare with: everything the files tell of before, by day, and what is left out of it.

A holiday of the whole market silences its day; one of a region takes that region's shipments out of the day
and leaves the rest to be judged. Days that a case doubts are no norm for anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from metrics.anomalies.detect import HOLIDAY_DAYS, Day, Thresholds, calibrate
from metrics.anomalies.tables import STATUS
from metrics.anomalies.world import DUE, ON_TIME, WEEK, World
from metrics.otdr.engine import bind_rows, naive_utc

OPEN: Final = 200  # a day is mature when fewer than one in so many of its shipments is open
WORKING_WEEK: Final = 5  # days with promises that make a week comparable
REPLAYED: Final = 182  # days (26 weeks) that thresholds are found by, and that the fast clock looks back on
LEAST_REPLAYED: Final = 91
BUDGET: Final = 0.25  # alarm episodes a quarter
_BY_DAY: Final = f"""
WITH counted AS (
  SELECT f.day, f.destination, {STATUS} AS status FROM folded f WHERE f.day BETWEEN $since AND $until)
SELECT day, count(*) FILTER ({ON_TIME}), count(*) FILTER ({DUE}), count(*) FILTER (status = 'pending')
FROM counted c
WHERE NOT EXISTS (SELECT 1 FROM regional_holiday h WHERE h.region = lower(c.destination)
                  AND c.day BETWEEN h.day - {HOLIDAY_DAYS} AND h.day + {HOLIDAY_DAYS})
GROUP BY day ORDER BY day
"""


@dataclass(frozen=True, slots=True)
class History:
    """Mature days, oldest first, those in question among them; `holidays` are those of the whole market, and
    those of regions that no shipment goes to by that name. `doubted` days are in question, or a case's."""

    days: Sequence[Day]
    holidays: frozenset[dt.date]
    doubted: frozenset[dt.date]

    @property
    def trusted(self) -> list[Day]:
        """The days that may be a norm."""
        return [one for one in self.days if one.day not in self.doubted]

    def before(self, day: dt.date) -> list[Day]:
        """The trusted days before a day."""
        return [one for one in self.trusted if one.day < day]


def history_of(world: World) -> History:
    """Counts by day of the 26 weeks up to the last day in question, as far as the files tell of them."""
    regional = _regional(world)
    window, definition = world.window, world.definition
    moment = {"as_of": naive_utc(world.as_of)}
    span = {
        "since": window.first - dt.timedelta(days=REPLAYED), "from": window.first, "until": window.last,
    }  # fmt: skip
    rows = world.rows(_BY_DAY.format(horizon=definition.horizon_hours), **moment, **span)
    days = [Day(day, int(on_time), int(due)) for day, on_time, due, pending in rows if pending * OPEN <= due]
    own = {window.first + dt.timedelta(days=n) for n in range((window.last - window.first).days + 1)}
    return History(days, frozenset(world.sources.holidays) | regional, frozenset(own) | window.doubted)


def _regional(world: World) -> frozenset[dt.date]:
    """Name the holidays of regions that shipments go to; the days of all others are the whole market's."""
    known = {str(name) for (name,) in world.rows("SELECT DISTINCT lower(destination) FROM folded")}
    found = [(region.lower(), day) for region, day in world.sources.regional]
    rows = [(region, day) for region, day in found if region in known]
    world.connection.execute("DROP TABLE IF EXISTS regional_holiday")  # a world is asked more than once
    bind_rows(world.connection, "regional_holiday", "region VARCHAR, day DATE", rows)
    return frozenset(day for region, day in found if region not in known)


def thresholds_of(history: History, first: dt.date) -> tuple[Thresholds, int]:
    """The clocks' thresholds for a market, by replaying its trusted days before `first`, and how many those
    were; the usual ones (and 0) where its past is too short to tell."""
    past = history.before(first)
    if len(past) < LEAST_REPLAYED:
        return Thresholds(), 0
    return calibrate(past, budget=BUDGET, holidays=history.holidays), len(past)


def weeks_before(history: History, first: dt.date) -> list[Day]:
    """Whole trusted weeks that end before `first`, each as one day."""
    weeks: dict[int, list[Day]] = {}
    for one in history.before(first):
        weeks.setdefault((first - one.day - dt.timedelta(days=1)).days // WEEK, []).append(one)
    return [together(some) for some in weeks.values() if len(some) >= WORKING_WEEK]


def together(days: Sequence[Day]) -> Day:
    """Several days as one, by its first."""
    return Day(min(one.day for one in days), sum(one.on_time for one in days), sum(one.due for one in days))
