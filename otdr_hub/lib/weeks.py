"""ISO weeks, named by their Monday."""

from __future__ import annotations

import datetime as dt


def monday_of(day: dt.date) -> dt.date:
    """The Monday of the ISO week that holds `day`."""
    return day - dt.timedelta(days=day.weekday())


def parse(text: str) -> dt.date:
    """The Monday of a week written `2026-W46`. Raises ValueError with the form expected."""
    try:
        return dt.datetime.strptime(text + "-1", "%G-W%V-%u").date()  # noqa: DTZ007 (a date, no zone)
    except ValueError:
        raise ValueError(f"'{text}' is not an ISO week; write it like 2026-W46") from None


def label(monday: dt.date) -> str:
    """`2026-W46` for the Monday of that week."""
    return monday.strftime("%G-W%V")
