"""How contacts are read: a line over lateness, the delay they come with, and what chance leaves open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST: Final = 2.0  # log10 of the strongest Bayes factor one signal may have
_LAGS: Final = (0.35, 0.25, 0.15, 0.1, 0.1, 0.05)  # of a day's contacts: about that day, the one before, ...
_NINETY: Final = 1.6449
# Unrest of lateness from which days tell contacts of the late from those of all others.
_TELLING: Final = 0.02
_FLOORS: Final = (0.1, 0.25, 0.4)  # of contacts that have nothing to do with lateness, where they do not


@dataclass(frozen=True, slots=True)
class Fit:
    """Contacts per late shipment, contacts per shipment that was not late, and the unrest of both (log)."""

    slope: float
    floor: float
    spread: float


@dataclass(frozen=True, slots=True)
class Heard:
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
class Reading:
    """What is heard, by one fit; see `contacts.Corroboration`."""

    implied: float
    low: float
    high: float
    of_unchanged: float  # log likelihoods
    of_claimed: float
    discriminates: bool
    claimed: float
    unchanged: float


def read(fit: Fit, heard: Heard) -> Reading:
    """What is heard, as this fit has it."""
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
    return Reading(
        implied, low, high, of_unchanged=-(r**2) / (2 * noise**2),
        of_claimed=-((r - shift) ** 2) / (2 * noise**2), discriminates=abs(shift) >= 2 * noise,
        claimed=claimed, unchanged=unchanged,
    )  # fmt: skip


def interval(fits: Sequence[Reading], middle: Reading) -> tuple[float, float]:
    """What chance and not knowing the floor leave open together."""
    implied = [one.implied for one in fits]
    down = hypot(middle.implied - middle.low, middle.implied - min(implied))
    up = hypot(middle.high - middle.implied, max(implied) - middle.implied)
    return max(middle.implied - down, 0.0), min(middle.implied + up, 1.0)


def factor(fits: Sequence[Reading]) -> float:
    """log10 of the Bayes factor for unchanged lateness against the reported one, capped; all fits are alike
    likely beforehand."""
    unchanged, claimed = (
        log(sum(exp(one - max(some)) for one in some)) + max(some)
        for some in ([one.of_unchanged for one in fits], [one.of_claimed for one in fits])
    )
    return float(np.clip((unchanged - claimed) / log(10), -MOST, MOST))


def fits(
    days: Sequence[dt.date],
    late: Mapping[dt.date, int],
    due: Mapping[dt.date, int],
    seen: Mapping[dt.date, int],
) -> list[Fit]:
    """The fit of the base days; several where weeks of one level cannot tell floor from slope."""
    volume = np.array([due[day] for day in days], dtype=float)
    behind = np.array([weighted(day, late, due) for day in days])
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
    return [Fit(slope, floor, _unrest(counts, (floor + slope * behind) * volume)) for slope, floor in lines]


def _unrest(counts: Numbers, expected: Numbers) -> float:
    residuals = np.log((counts + 0.5) / (expected + 0.5))
    return float(max(1.4826 * np.median(np.abs(residuals - np.median(residuals))), 0.02))


def weighted(day: dt.date, late: Mapping[dt.date, int], due: Mapping[dt.date, int]) -> float:
    """The share of late shipments that a day's contacts are about."""
    total = kept = 0.0
    for past, weight in _heard_of(day, due):
        total += weight * late.get(past, 0) / due[past]
        kept += weight
    return total / kept if kept else 0.0


def own_part(day: dt.date, among: Collection[dt.date], due: Mapping[dt.date, int]) -> float:
    """Which part of what is said on a day is about days among these."""
    parts = [(weight, past in among) for past, weight in _heard_of(day, due)]
    return sum(weight for weight, is_own in parts if is_own) / sum(weight for weight, _ in parts)


def _heard_of(day: dt.date, due: Mapping[dt.date, int]) -> list[tuple[dt.date, float]]:
    """The days a day's contacts are about, with their weights."""
    pasts = [(day - dt.timedelta(days=back), weight) for back, weight in enumerate(_LAGS)]
    return [(past, weight) for past, weight in pasts if due.get(past)]
