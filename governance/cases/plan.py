"""What a plan begins with: the checks that tell most in a minute, for a rate that rose and for one that fell.

`tells` is how much a step is expected to decide, in hundredths of a bit; the order of a plan is what a minute
of it is worth. Which role answers for a step is a proposal like the rest: rows can be added to every plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Planned:
    """A step before it is a row: in words, the engine's kind of it, who, how long, what it tells."""

    what: str
    kind: str
    role: str
    minutes: int
    tells: int

    @property
    def worth(self) -> float:
        """What a minute of it is worth, in hundredths of a bit."""
        return self.tells / self.minutes


_DEFINITION: Final = Planned(
    "Compare the definition and its code with those of the weeks before",
    "definition_changed",
    "data_engineer",
    5,
    40,
)
_CONTACTS: Final = Planned(
    "Compare late-delivery contacts and refunds with what the reported rate would bring",
    "contacts",
    "data_engineer",
    20,
    90,
)
_SAMPLE: Final = Planned(
    "Ask carriers for proof of delivery of fifty parcels drawn at random", "", "logistics", 480, 160
)
RISE: Final = (
    _DEFINITION,
    Planned(
        "Could the newest integration alone have moved the rate that far? Share of usual lateness it holds",
        "feasible",
        "data_engineer",
        5,
        60,
    ),
    Planned(
        "Find the part that moved, with batch, file and integration among the dimensions",
        "scan",
        "data_engineer",
        10,
        80,
    ),
    Planned(
        "Share of delivery times that equal the promise", "delivered_at_defaulted", "data_engineer", 5, 70
    ),
    Planned(
        "Deliveries within a minute of going out for delivery", "dispatch_as_delivery", "data_engineer", 5, 30
    ),
    Planned("Promises moved after the delivery", "promise_overwritten", "data_engineer", 10, 40),
    Planned(
        "Promises of the checkout that are missing from what was counted",
        "survivor_denominator",
        "data_engineer",
        10,
        45,
    ),
    Planned(
        "Rows told live and again by the backfill: do the two agree?",
        "backfill_overwrite",
        "data_owner",
        15,
        50,
    ),
    Planned("Carrier codes: old and new volumes", "carrier_mapping", "data_owner", 15, 25),
    _CONTACTS,
    _SAMPLE,
)
FALL: Final = (
    Planned(
        "Is the week told to the end? Arrivals by age against those of earlier weeks",
        "late_feed",
        "data_engineer",
        5,
        80,
    ),
    _DEFINITION,
    Planned("Compare by date with compare by time of day", "cut_off_rule", "data_engineer", 5, 40),
    Planned(
        "Working days and regional holidays in the promises", "working_day_calendar", "data_owner", 10, 45
    ),
    Planned(
        "Hours of delivery by carrier, shifted against earlier weeks",
        "timezone_offset",
        "data_engineer",
        10,
        40,
    ),
    Planned(
        "Parcels out for delivery without an end, by carrier and day",
        "delivered_events_missing",
        "data_engineer",
        10,
        60,
    ),
    Planned("Promises without events and events without promises", "join_loss", "data_engineer", 10, 50),
    Planned(
        "Dates that become normal when day and month are swapped", "day_month_swap", "data_engineer", 10, 25
    ),
    _CONTACTS,
    _SAMPLE,
)


def plan_for(direction: str, more: Iterable[Planned] = ()) -> list[Planned]:
    """The steps for a rate that went `up` or `down` (both lists where neither is known), and `more`; what is
    most telling in a minute first, each kind once."""
    lists = {"up": RISE, "down": FALL}.get(direction, (*RISE, *FALL))
    found: dict[str, Planned] = {}
    for step in (*more, *lists):
        found.setdefault(step.kind or step.what, step)
    return sorted(found.values(), key=lambda step: (-step.worth, step.what))


def due(opened_at: dt.datetime, steps: Iterable[Planned]) -> list[dt.datetime]:
    """By when each is due: those of a person one after the other, an hour for whatever takes less, and never
    before the next full hour."""
    begin = opened_at.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    spent: dict[str, dt.timedelta] = {}
    found = []
    for step in steps:
        spent[step.role] = spent.get(step.role, dt.timedelta()) + dt.timedelta(minutes=max(step.minutes, 60))
        found.append(begin + spent[step.role])
    return found
