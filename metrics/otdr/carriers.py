"""Carriers merged or renamed: what each is called from which day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

# (carrier, first day, the carrier it is merged into from then on or None)
Listed = tuple[str, dt.date, str | None]


def _into(history: dict[str, dict[dt.date, str | None]], carrier: str, day: dt.date) -> str:
    """The name of a carrier on a day, through as many mergers as there were by then."""
    seen = {carrier}
    while True:
        begun = [since for since in history.get(carrier, {}) if since <= day]
        into = history[carrier][max(begun)] if begun else None
        # Two that name each other would go round for ever: the first name met again is kept.
        if into is None or into in seen:
            return carrier
        seen.add(into)
        carrier = into


def renames(rows: Iterable[Listed]) -> list[tuple[str, dt.date, str]]:
    """(carrier, first day, its name from then on), only for carriers that ever bear another name.

    Rows may come in any order and any number of times; of two that contradict each other about the same
    day, the later one in the alphabet of `merged_into` is taken.
    """
    history: dict[str, dict[dt.date, str | None]] = {}
    for carrier, since, into in rows:
        days = history.setdefault(carrier, {})
        days[since] = max(days.get(since) or "", into or "") or None
    starts = sorted({since for days in history.values() for since in days})
    found = []
    for carrier in sorted(history):
        names = [(since, _into(history, carrier, since)) for since in starts]
        if any(name != carrier for _, name in names):
            found += [(carrier, since, name) for since, name in names]
    return found
