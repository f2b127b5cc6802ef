"""What customers' contacts say about lateness: an outside witness that does not share the carriers' feed.

Late-delivery contacts follow true lateness. The slope is fitted on the base weeks; what came in the suspect
days then implies a rate, with an interval that is as wide as the signal was loose. Contacts can refute a
change; they cannot name its cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

TOPIC: Final = "late_delivery"
MOST: Final = 2.0  # log10 of the strongest Bayes factor one signal may have
_LOUD: Final = 0.5  # log10 of the Bayes factor from which the witness is heard
_QUIET_CONTROL: Final = 0.15
_LEAST_DAYS: Final = 12  # three weekdays of four weeks
_LAGS: Final = (0.35, 0.25, 0.15, 0.1, 0.1, 0.05)  # of a day's contacts: about that day, the one before, ...
_NINETY: Final = 1.6449
# Unrest of lateness from which days tell contacts of the late from those of all others.
_TELLING: Final = 0.02
_FLOORS: Final = (0.1, 0.25, 0.4)  # of contacts that have nothing to do with lateness, where they do not


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
    heard_of = _Heard(
        seen=sum(about_late[day] for day in heard),
        volume=sum(due[day] for day in heard),
        late=sum(_weighted(day, late, due) * due[day] for day in heard),
        own=sum(_own_part(day, set(heard), due) * due[day] for day in heard) / sum(due[day] for day in heard),
        others=sum(_weighted(day, earlier, due) * due[day] for day in heard),
        before=before,
        days=len(heard),
    )
    fits = [_read(fit, heard_of) for fit in _fits(days, late, due, about_late)]
    middle = fits[len(fits) // 2]
    low, high = _interval(fits, middle)
    return Corroboration(
        reported, before, middle.implied, low, high, _factor(fits), middle.discriminates,
        *_control(by_topic, days, heard, due), heard_of.seen, middle.claimed, middle.unchanged,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fit:
    """Contacts per late shipment, contacts per shipment that was not late, and the unrest of both (log)."""

    slope: float
    floor: float
    spread: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came on the suspect days: contacts, shipments, late ones (weighted by what contacts of a day are
    about), the part that is about the suspect days themselves, the late ones of the days before (weighted
    alike), the rate before, and the days."""

    seen: int
    volume: int
    late: float
    own: float
    others: float
    before: float
    days: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is heard, by one fit; see `Corroboration`."""

    implied: float
    low: float
    high: float
    of_unchanged: float  # log likelihoods
    of_claimed: float
    discriminates: bool
    claimed: float
    unchanged: float


def _read(fit: _Fit, heard: _Heard) -> _Reading:
    unchanged = (fit.floor + fit.slope * (1 - heard.before)) * heard.volume
    claimed = fit.floor * heard.volume + fit.slope * heard.late
    noise = float(np.sqrt(fit.spread**2 / max(heard.days, 1) + 1 / max(heard.seen, 1)))
    others = heard.others / heard.volume
    implied, low, high = (
        1 - min(max(((rate / heard.volume - fit.floor) / fit.slope - others) / heard.own, 0.0), 1.0)
        for rate in (heard.seen, heard.seen * exp(_NINETY * noise), heard.seen * exp(-_NINETY * noise))
    )
    r = log((heard.seen + 0.5) / (unchanged + 0.5))
    shift = log((claimed + 0.5) / (unchanged + 0.5))
    return _Reading(
        implied, low, high, of_unchanged=-(r**2) / (2 * noise**2),
        of_claimed=-((r - shift) ** 2) / (2 * noise**2), discriminates=abs(shift) >= 2 * noise,
        claimed=claimed, unchanged=unchanged,
    )  # fmt: skip


def _interval(fits: Sequence[_Reading], middle: _Reading) -> tuple[float, float]:
    """What chance and not knowing the floor leave open together."""
    implied = [one.implied for one in fits]
    down = hypot(middle.implied - middle.low, middle.implied - min(implied))
    up = hypot(middle.high - middle.implied, max(implied) - middle.implied)
    return max(middle.implied - down, 0.0), min(middle.implied + up, 1.0)


def _factor(fits: Sequence[_Reading]) -> float:
    """log10 of the Bayes factor for unchanged lateness against the reported one, capped; all fits are alike
    likely beforehand."""
    unchanged, claimed = (
        log(sum(exp(one - max(some)) for one in some)) + max(some)
        for some in ([one.of_unchanged for one in fits], [one.of_claimed for one in fits])
    )
    return float(np.clip((unchanged - claimed) / log(10), -MOST, MOST))


def _by_topic(contacts: Sequence[tuple[dt.date, str, int]]) -> dict[str, dict[dt.date, int]]:
    found: dict[str, dict[dt.date, int]] = {}
    for day, topic, number in contacts:
        of_topic = found.setdefault(topic, {})
        of_topic[day] = of_topic.get(day, 0) + number
    return found


def _fits(
    days: Sequence[dt.date],
    late: Mapping[dt.date, int],
    due: Mapping[dt.date, int],
    seen: Mapping[dt.date, int],
) -> list[_Fit]:
    """The fit of the base days; several where weeks of one level cannot tell floor from slope."""
    volume = np.array([due[day] for day in days], dtype=float)
    behind = np.array([_weighted(day, late, due) for day in days])
    counts = np.array([seen[day] for day in days], dtype=float)
    rate = counts / volume
    if float(np.std(behind)) > _TELLING:
        slope, floor = np.polyfit(behind, rate, 1)
        lines = [(max(float(slope), 1e-6), max(float(floor), 0.0))]
    else:
        mean = float(np.mean(rate))
        lines = [
            (max((1 - part) * mean / max(float(np.mean(behind)), 1e-6), 1e-6), part * mean)
            for part in _FLOORS
        ]
    return [_Fit(slope, floor, _unrest(counts, (floor + slope * behind) * volume)) for slope, floor in lines]


def _unrest(counts: Numbers, expected: Numbers) -> float:
    residuals = np.log((counts + 0.5) / (expected + 0.5))
    return float(max(1.4826 * np.median(np.abs(residuals - np.median(residuals))), 0.02))


def _weighted(day: dt.date, late: Mapping[dt.date, int], due: Mapping[dt.date, int]) -> float:
    total = kept = 0.0
    for past, weight in _heard_of(day, due):
        total += weight * late.get(past, 0) / due[past]
        kept += weight
    return total / kept if kept else 0.0


def _own_part(day: dt.date, among: Collection[dt.date], due: Mapping[dt.date, int]) -> float:
    """Which part of what is said on a day is about days among these."""
    parts = [(weight, past in among) for past, weight in _heard_of(day, due)]
    return sum(weight for weight, is_own in parts if is_own) / sum(weight for weight, _ in parts)


def _heard_of(day: dt.date, due: Mapping[dt.date, int]) -> list[tuple[dt.date, float]]:
    """The days a day's contacts are about, with their weights."""
    pasts = [(day - dt.timedelta(days=back), weight) for back, weight in enumerate(_LAGS)]
    return [(past, weight) for past, weight in pasts if due.get(past)]


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
