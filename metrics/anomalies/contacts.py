"""What customers' contacts say about lateness: an outside witness that does not share the carriers' feed.

Late-delivery contacts follow true lateness. The slope is fitted on the base weeks; what came in the suspect
days then implies a rate, with an interval that is as wide as the signal was loose. Contacts can refute a
change; they cannot name its cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from metrics.anomalies.readings import Heard, factor, fits, interval, own_part, read, weighted

TOPIC: Final = "late_delivery"
_LOUD: Final = 0.5  # log10 of the Bayes factor from which the witness is heard
_QUIET_CONTROL: Final = 0.15
_LEAST_DAYS: Final = 12  # three weekdays of four weeks


@dataclass(frozen=True, slots=True)
class Corroboration:
    """What the contacts say. Rates are shares; `implied` is the on-time rate they imply, with its 90 %
    interval; `factor` is log10 of how much likelier unchanged lateness makes them than the reported rate.

    `discriminates` is False when both would look alike; `control` is the log change of the control topics,
    and `control_noise` what chance makes of their counts.
    """

    reported: float
    before: float
    implied: float
    low: float
    high: float
    factor: float
    discriminates: bool
    control: float
    control_noise: float
    seen: int
    expected_reported: float
    expected_unchanged: float

    @property
    def is_a_witness(self) -> bool:
        """Whether it can tell the two apart, and its channel stayed as it was."""
        return self.discriminates and self.is_control_quiet

    @property
    def word(self) -> str:
        """`refute`, `agree` or `silent` about the reported change."""
        return "refute" if self.factor > _LOUD else "agree" if self.factor < -_LOUD else "silent"

    @property
    def refutes(self) -> bool:
        """Whether a witness that can tell says that lateness did not change as reported."""
        return self.is_a_witness and self.word == "refute"

    @property
    def is_control_quiet(self) -> bool:
        """Whether the topics that have nothing to do with deliveries stayed as they were."""
        return abs(self.control) < _QUIET_CONTROL + 2 * self.control_noise


@dataclass(frozen=True, slots=True)
class Silence:
    """Why the contacts say nothing; completes "Contacts say nothing because ..."."""

    why: str


def corroborate(
    late: Mapping[dt.date, int],
    due: Mapping[dt.date, int],
    contacts: Sequence[tuple[dt.date, str, int]],
    base: Sequence[dt.date],
    suspect: Sequence[dt.date],
) -> Corroboration | Silence:
    """Compare contacts of the suspect days with the base days.

    `late` and `due` are shipments by promise day. Contacts come some days after: each day's are read
    against the lateness of that day and the five before, with weights that fade, so the first suspect days
    are known to be half about the days before. Compared are the same weekdays: people ask less at weekends.
    """
    by_topic = _by_topic(contacts)
    about_late = by_topic.get(TOPIC, {})
    heard = [day for day in suspect if day in about_late and due.get(day)]
    weekdays = {day.weekday() for day in heard}
    days = [day for day in base if day in about_late and due.get(day) and day.weekday() in weekdays]
    if len(days) < _LEAST_DAYS or len(heard) < 3:
        return Silence(
            "there are no contacts of enough days, before or now" if about_late else "there are none"
        )
    before, reported = (
        1 - sum(late.get(d, 0) for d in some) / sum(due[d] for d in some) for some in (days, heard)
    )
    earlier = {day: number for day, number in late.items() if day not in heard}
    heard_of = Heard(
        seen=sum(about_late[day] for day in heard),
        volume=sum(due[day] for day in heard),
        late=sum(weighted(day, late, due) * due[day] for day in heard),
        own=sum(own_part(day, set(heard), due) * due[day] for day in heard) / sum(due[day] for day in heard),
        others=sum(weighted(day, earlier, due) * due[day] for day in heard),
        before=before,
        days=len(heard),
    )
    said = [read(fit, heard_of) for fit in fits(days, late, due, about_late)]
    middle = said[len(said) // 2]
    low, high = interval(said, middle)
    return Corroboration(
        reported, before, middle.implied, low, high, factor(said), middle.discriminates,
        *_control(by_topic, days, heard, due), heard_of.seen, middle.claimed, middle.unchanged,
    )  # fmt: skip


def _by_topic(contacts: Sequence[tuple[dt.date, str, int]]) -> dict[str, dict[dt.date, int]]:
    found: dict[str, dict[dt.date, int]] = {}
    for day, topic, number in contacts:
        of_topic = found.setdefault(topic, {})
        of_topic[day] = of_topic.get(day, 0) + number
    return found


def _control(
    topics: Mapping[str, Mapping[dt.date, int]],
    base: Sequence[dt.date],
    now: Sequence[dt.date],
    due: Mapping[dt.date, int],
) -> tuple[float, float]:
    """Log change of contacts per shipment about anything else, which a changed channel would move as well,
    and its noise. Compared are the same days of the week: people ask less at weekends."""
    others = [of_topic for topic, of_topic in topics.items() if topic != TOPIC]
    weekdays = {day.weekday() for day in now}
    alike = [day for day in base if day.weekday() in weekdays]
    if not others or not alike:
        return 0.0, 0.0
    before, after = (sum(one.get(day, 0) for one in others for day in days) for days in (alike, now))
    rates = [(n + 0.5) / sum(due[day] for day in days) for n, days in ((before, alike), (after, now))]
    return log(rates[1] / rates[0]), float(np.sqrt(1 / (before + 1) + 1 / (after + 1)))
