"""Business days: weekdays on which no country of a calendar has a public holiday.

The holidays come from the pinned package `holidays`, computed offline; only the standard ones of a
whole country count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import holidays

DAY: Final = dt.timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Skipped:
    """A weekday that is no business day, and whose holiday it is: ("US", "Thanksgiving Day")."""

    day: dt.date
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Left:
    """Business days from one day to another, and the holidays between that are none."""

    days: int
    skipped: tuple[Skipped, ...]


@cache
def countries() -> frozenset[str]:
    """Codes of the countries whose holidays are known (ISO 3166-1, two letters)."""
    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


@cache
def _year(country: str, year: int) -> dict[dt.date, str]:
    found = holidays.country_holidays(country, years=year, language="en_US")
    return dict(found.items())


def holidays_on(day: dt.date, calendar: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(country, name) of each holiday on a day, in the calendar's order."""
    return tuple(
        (country, _year(country, day.year)[day]) for country in calendar if day in _year(country, day.year)
    )


def is_business_day(day: dt.date, calendar: Sequence[str]) -> bool:
    """Whether people work on a day in all countries of the calendar."""
    return day.weekday() < _SATURDAY and not holidays_on(day, calendar)


def _between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += DAY


def left(today: dt.date, until: dt.date, calendar: Sequence[str]) -> Left:
    """Business days after `today`, up to and including `until`; none when it is past."""
    weekdays = [day for day in _between(today + DAY, until) if day.weekday() < _SATURDAY]
    skipped = tuple(Skipped(day, names) for day in weekdays if (names := holidays_on(day, calendar)))
    return Left(len(weekdays) - len(skipped), skipped)


def before(day: dt.date, number: int, calendar: Sequence[str]) -> dt.date:
    """The business day that is `number` business days before `day`; with 0 the last one up to it."""
    while not is_business_day(day, calendar):
        day -= DAY
    for _ in range(number):
        day -= DAY
        while not is_business_day(day, calendar):
            day -= DAY
    return day


def after(day: dt.date, number: int, calendar: Sequence[str]) -> dt.date:
    """The business day that is `number` business days after `day`."""
    for _ in range(number):
        day += DAY
        while not is_business_day(day, calendar):
            day += DAY
    return day
