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
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

TOPIC: Final = "late_delivery"
MOST: Final = 2.0  # log10 of the strongest Bayes factor one signal may have
_LOUD: Final = 0.5  # log10 of the Bayes factor from which the witness is heard
_QUIET_CONTROL: Final = 0.15
_LEAST_DAYS: Final = 14
_NINETY: Final = 1.6449


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
    against the lateness of that day and the five before, with weights that fade.
    """
    by_topic = _by_topic(contacts)
    about_late = by_topic.get(TOPIC, {})
    days = [day for day in base if day in about_late and due.get(day)]
    now = [day for day in suspect if day in about_late and due.get(day)]
    if len(days) < _LEAST_DAYS or len(now) < 3:
        return Silence(
            "there are no contacts of enough days, before or now" if about_late else "there are none"
        )
    slope, floor, spread = _fit(days, late, due, about_late)
    before = 1 - sum(late.get(d, 0) for d in days) / sum(due[d] for d in days)
    reported = 1 - sum(late.get(d, 0) for d in now) / sum(due[d] for d in now)
    # The first suspect days still hear of the days before; the last ones say most.
    told = now[2:] if len(now) > 4 else now
    seen = sum(about_late[day] for day in told)
    volume = sum(due[day] for day in told)
    unchanged = floor * volume + slope * volume * (1 - before)
    claimed = floor * volume + slope * volume * (1 - reported)
    noise = float(np.sqrt(spread**2 / max(len(told), 1) + 1 / max(seen, 1)))
    implied, low, high = (
        1 - min(max((rate / volume - floor) / slope, 0.0), 1.0)
        for rate in (seen, seen * np.exp(_NINETY * noise), seen * np.exp(-_NINETY * noise))
    )
    apart = abs(log(max(claimed, 1e-9) / max(unchanged, 1e-9)))
    return Corroboration(
        reported, before, implied, low, high, _factor(seen, unchanged, claimed, noise), apart >= 2 * noise,
        *_control(by_topic, days, told, due), seen, claimed, unchanged,
    )  # fmt: skip


def _by_topic(contacts: Sequence[tuple[dt.date, str, int]]) -> dict[str, dict[dt.date, int]]:
    found: dict[str, dict[dt.date, int]] = {}
    for day, topic, number in contacts:
        of_topic = found.setdefault(topic, {})
        of_topic[day] = of_topic.get(day, 0) + number
    return found


def _fit(
    days: Sequence[dt.date],
    late: Mapping[dt.date, int],
    due: Mapping[dt.date, int],
    seen: Mapping[dt.date, int],
) -> tuple[float, float, float]:
    """Contacts per late shipment, contacts per shipment that was not late, and the unrest of both (log)."""
    volume = np.array([due[day] for day in days], dtype=float)
    behind = np.array([_weighted(day, late, due) for day in days])
    rate = np.array([seen[day] for day in days]) / volume
    # Weeks of one level cannot tell floor from slope; the floor is then taken as a fixed small part.
    spread_of_late = float(np.std(behind))
    if spread_of_late > 0.02:
        slope, floor = np.polyfit(behind, rate, 1)
        floor = max(float(floor), 0.0)
        slope = max(float(slope), 1e-6)
    else:
        floor = 0.1 * float(np.mean(rate))
        slope = max((float(np.mean(rate)) - floor) / max(float(np.mean(behind)), 1e-6), 1e-6)
    expected = (floor + slope * behind) * volume
    residuals = np.log((np.array([seen[day] for day in days]) + 0.5) / (expected + 0.5))
    return slope, floor, float(max(1.4826 * np.median(np.abs(residuals - np.median(residuals))), 0.02))


def _weighted(day: dt.date, late: Mapping[dt.date, int], due: Mapping[dt.date, int]) -> float:
    weights = [0.35, 0.25, 0.15, 0.1, 0.1, 0.05]
    total = kept = 0.0
    for back, weight in enumerate(weights):
        past = day - dt.timedelta(days=back)
        if due.get(past):
            total += weight * late.get(past, 0) / due[past]
            kept += weight
    return total / kept if kept else 0.0


def _factor(seen: int, unchanged: float, claimed: float, noise: float) -> float:
    """log10 of the Bayes factor for unchanged lateness against the reported one, capped."""
    r = log((seen + 0.5) / (unchanged + 0.5))
    shift = log((claimed + 0.5) / (unchanged + 0.5))
    raw = ((r - shift) ** 2 - r**2) / (2 * noise**2) / log(10)
    return float(np.clip(raw, -MOST, MOST))


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
