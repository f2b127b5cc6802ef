"""Two clocks that say when a rate is not what it was: a fast one by day, a slow one by certified week.

Only mature days enter, each against days that do not contain it: a day scored against a window with itself
in it hides its own step. The days are compared as log-odds, around a median of the days before, with the
weekday's own deviation taken out; unrest is a robust deviation of the one-step residuals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

CENTRE_DAYS: Final = 28
WEEKDAY_DAYS: Final = 70
RESIDUAL_DAYS: Final = 56
LEAST_DAYS: Final = 14
TAU: Final = 0.03  # log-odds of unrest that no count explains
FORGETS: Final = 0.3  # weight of the newest day in the running mean
CLIP: Final = 6.0
LASTING: Final = 3  # alarms in a row from which they are no chance
HOLIDAY_DAYS: Final = 1  # promises around a holiday are as unlike as those of the day itself


@dataclass(frozen=True, slots=True)
class Day:
    """One mature day: on time of due, as whole numbers."""

    day: dt.date
    on_time: int
    due: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to raise: z of a day, of the running mean, of a week; and the least steps (shares) that matter.

    Calibrated per market by replaying its own past to an alarm budget (`calibrate`).
    """

    day_z: float = 4.5
    mean_z: float = 5.5
    week_z: float = 3.5
    day_step: float = 0.01
    week_step: float = 0.02


@dataclass(frozen=True, slots=True)
class Alarm:
    """A day that is not like the days before: what was seen and expected (shares), and how far apart."""

    day: dt.date
    clock: str
    observed: float
    expected: float
    z: float

    @property
    def step(self) -> float:
        """Observed minus expected."""
        return self.observed - self.expected


def fast(
    days: Sequence[Day],
    thresholds: Thresholds,
    *,
    holidays: Collection[dt.date] = (),
    suspect: Collection[dt.date] = (),
) -> list[Alarm]:
    """Days on which the fast clock raises, oldest first.

    Days that raised, days named in `suspect` and days at holidays never enter a later day's baseline.
    """
    history: list[tuple[dt.date, float]] = []
    residuals: list[float] = []
    alarms: list[Alarm] = []
    mean = 0.0
    near = {
        day + dt.timedelta(days=shift) for day in holidays for shift in range(-HOLIDAY_DAYS, HOLIDAY_DAYS + 1)
    }
    for one in sorted(days, key=lambda item: item.day):
        if one.due <= 0:
            continue
        y = _logit((one.on_time + 0.5) / (one.due + 1))
        if len(history) < LEAST_DAYS:
            if one.day not in suspect and one.day not in near:
                history.append((one.day, y))
            continue
        centre = _expected(history, one.day)
        noise = _noise(_unrest(residuals), _chance(centre, one.due))
        z = float((y - centre) / noise)
        is_holiday = one.day in near
        if not is_holiday:
            mean = (1 - FORGETS) * mean + FORGETS * float(np.clip(z, -CLIP, CLIP))
        mean_z = mean / np.sqrt(FORGETS / (2 - FORGETS))
        step = one.on_time / one.due - _rate(centre)
        raises = abs(z) > thresholds.day_z or abs(mean_z) > thresholds.mean_z
        if raises and not is_holiday and abs(step) >= thresholds.day_step:
            alarms.append(Alarm(one.day, "fast", one.on_time / one.due, _rate(centre), z))
        elif one.day not in suspect and not is_holiday:
            history.append((one.day, y))
            residuals.append(y - centre)
    return alarms


def slow(week: Day, certified: Sequence[Day], thresholds: Thresholds, *, take: int = 10) -> Alarm | None:
    """Whether a week is unlike the last certified weeks (up to `take` of them, at least four)."""
    base = sorted(certified, key=lambda item: item.day)[-take:]
    if len(base) < 4 or week.due <= 0:
        return None
    logits = np.array([_logit((one.on_time + 0.5) / (one.due + 1)) for one in base])
    centre = float(np.median(logits))
    seen = 1.4826 * float(np.median(np.abs(logits - centre)))
    noise = _noise(seen, _chance(centre, week.due))
    z = float((_logit((week.on_time + 0.5) / (week.due + 1)) - centre) / noise)
    step = week.on_time / week.due - _rate(centre)
    if abs(z) > thresholds.week_z and abs(step) >= thresholds.week_step:
        return Alarm(week.day, "slow", week.on_time / week.due, _rate(centre), z)
    return None


def episodes(alarms: Sequence[Alarm], *, apart: int = 3) -> int:
    """How many runs of alarms there are: those fewer than `apart` days from each other are one."""
    days = sorted(alarm.day for alarm in alarms)
    return sum(1 for n, day in enumerate(days) if n == 0 or (day - days[n - 1]).days > apart)


def happenings(alarms: Sequence[Alarm], *, apart: int = 3) -> set[dt.date]:
    """The days of runs of alarms of one direction that lasted (`LASTING` alarms or more): something happened
    then, whether or not anybody looked into it, and they are no sample of quiet days."""
    runs: list[list[Alarm]] = []
    for alarm in sorted(alarms, key=lambda one: one.day):
        last = runs[-1][-1] if runs else None
        if last and (alarm.day - last.day).days <= apart and (alarm.step > 0) == (last.step > 0):
            runs[-1].append(alarm)
        else:
            runs.append([alarm])
    return {alarm.day for run in runs if len(run) >= LASTING for alarm in run}


def calibrate(
    days: Sequence[Day], *, budget: float, holidays: Collection[dt.date] = (), start: Thresholds | None = None
) -> Thresholds:
    """The least thresholds under which replaying these quiet days raises at most `budget` episodes a quarter.

    The two of the fast clock are scaled together, from three quarters of the usual ones upwards. What
    happened on days of the past that are not quiet is left out first, or one strike would deafen the clock.
    """
    usual = start or Thresholds()
    happened = happenings(fast(days, usual, holidays=holidays))
    days = [one for one in days if one.day not in happened]
    quarters = max(len(days) / 91, 0.25)
    for scale in np.arange(0.75, 2.01, 0.05):
        tried = Thresholds(
            usual.day_z * scale, usual.mean_z * scale, usual.week_z, usual.day_step, usual.week_step
        )
        if episodes(fast(days, tried, holidays=holidays)) / quarters <= budget:
            return tried
    return Thresholds(usual.day_z * 2, usual.mean_z * 2, usual.week_z, usual.day_step, usual.week_step)


def _expected(history: Sequence[tuple[dt.date, float]], day: dt.date) -> float:
    recent = [y for _, y in history[-CENTRE_DAYS:]]
    centre = float(np.median(recent))
    same = [y for past, y in history[-WEEKDAY_DAYS:] if past.weekday() == day.weekday()]
    # A weekday's own deviation, drawn to none while few of its days were seen.
    own = float(np.median(same) - np.median([y for _, y in history[-WEEKDAY_DAYS:]])) if same else 0.0
    return centre + own * len(same) / (len(same) + 2)


def _unrest(residuals: Sequence[float]) -> float:
    recent = np.array(residuals[-RESIDUAL_DAYS:])
    if len(recent) < LEAST_DAYS:
        return 0.1
    return 1.4826 * float(np.median(np.abs(recent - np.median(recent))))


def _noise(unrest: float, chance: float) -> float:
    """Unrest that was seen has chance in it already, so the two are not added up."""
    return float(np.sqrt(max(unrest**2, chance + TAU**2)))


def _chance(logit: float, due: int) -> float:
    rate = _rate(logit)
    return 1 / (due * max(rate * (1 - rate), 1e-6))


def _logit(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))


def _rate(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
