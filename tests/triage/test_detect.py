"""The two clocks: they raise on steps, keep raising, stay quiet at holidays, and never learn from a defect."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from metrics.anomalies.detect import Day, Thresholds, calibrate, episodes, fast, slow
from metrics.anomalies.history import History, thresholds_of, weeks_before

START = dt.date(2026, 6, 1)


def _days(
    number: int, *, rate: float = 0.92, step_at: int = 10_000, step: float = 0.0, seed: int = 3
) -> list[Day]:
    rng = np.random.default_rng(seed)
    days = []
    for n in range(number):
        true = rate + (step if n >= step_at else 0.0) + (0.01 if n % 7 == 6 else 0.0)
        odds = np.log(true / (1 - true)) + rng.normal(0, 0.05)
        due = int(rng.integers(1800, 2200))
        days.append(Day(START + dt.timedelta(days=n), int(rng.binomial(due, 1 / (1 + np.exp(-odds)))), due))
    return days


def _raised(days: list[Day], first: int, **more: object) -> list[int]:
    return [
        (alarm.day - START).days
        for alarm in fast(days, Thresholds(), **more)
        if (alarm.day - START).days >= first
    ]


@pytest.mark.parametrize("step", [0.06, -0.10, -0.07])
def test_a_step_is_raised_on_its_first_day_and_as_long_as_it_lasts(step: float) -> None:
    raised = _raised(_days(91, step_at=70, step=step), 60)
    assert raised == list(range(70, 91))


def test_a_baseline_that_holds_the_day_itself_would_have_gone_silent() -> None:
    """The comparator: a window that takes every day in forgets the step within days."""
    days = _days(91, step_at=70, step=-0.07)
    rates = np.array([one.on_time / one.due for one in days])
    silent = []
    for n in range(70, 91):
        window = rates[n - 13 : n + 1]
        silent.append(abs(rates[n] - window.mean()) / window.std(ddof=1) <= 3)
    assert all(silent[2:])


def test_quiet_quarters_raise_less_than_the_budget() -> None:
    total = sum(episodes(fast(_days(28 + 91, seed=seed), Thresholds())) for seed in range(12))
    assert total / 12 <= 0.25


def test_a_holiday_neither_raises_nor_becomes_the_norm() -> None:
    days = _days(80)
    bad = 60
    low = Day(days[bad].day, int(days[bad].due * 0.6), days[bad].due)
    days[bad] = low
    assert bad in _raised(days, 50)
    assert _raised(days, 50, holidays=[low.day]) == []


def test_suspect_days_stay_out_of_the_baseline() -> None:
    """Too little to raise, and suspect for another reason: what is expected of the day after is as before."""
    days = _days(100, step_at=50, step=-0.03)
    days[-1] = Day(days[-1].day, days[-1].due // 2, days[-1].due)
    deaf = Thresholds(day_z=9, mean_z=99)
    (kept_out,) = fast(days, deaf, suspect=[one.day for one in days[50:-1]])
    (taken_in,) = fast(days, deaf)
    assert kept_out.expected == pytest.approx(0.92, abs=0.008)
    assert taken_in.expected < 0.90


def test_a_slide_too_slow_for_the_fast_clock_is_the_slow_clocks() -> None:
    weeks = [
        Day(START + dt.timedelta(weeks=n), int(14_000 * (0.93 + 0.002 * (n % 3))), 14_000) for n in range(10)
    ]
    assert slow(Day(START + dt.timedelta(weeks=10), int(14_000 * 0.88), 14_000), weeks, Thresholds())
    assert slow(Day(START + dt.timedelta(weeks=10), int(14_000 * 0.932), 14_000), weeks, Thresholds()) is None
    assert (
        slow(Day(START + dt.timedelta(weeks=10), int(14_000 * 0.88), 14_000), weeks[:3], Thresholds()) is None
    )


def test_a_markets_past_is_replayed_where_it_is_long_enough_and_doubted_days_are_not() -> None:
    days = _days(28 + 182, seed=8)
    first = days[-7].day
    own = frozenset(one.day for one in days[-7:])
    found, replayed = thresholds_of(History(days, frozenset(), own), first)
    assert replayed == len(days) - 7
    assert found == calibrate(days[:-7], budget=0.25)
    doubted = own | {one.day for one in days[100:107]}
    assert thresholds_of(History(days, frozenset(), doubted), first)[1] == len(days) - 14
    assert thresholds_of(History(days[-60:], frozenset(), own), first) == (Thresholds(), 0)


def test_weeks_before_are_whole_trusted_and_end_with_the_day_before() -> None:
    days = _days(35)
    doubted = frozenset(one.day for one in days[14:21]) | {days[0].day, days[1].day, days[2].day}
    weeks = weeks_before(History(days, frozenset(), doubted), days[28].day)
    assert sorted(one.day for one in weeks) == [days[7].day, days[21].day]
    assert {one.due for one in weeks} == {sum(one.due for one in days[n : n + 7]) for n in (7, 21)}


def test_calibration_keeps_the_budget_and_loosens_where_a_market_is_restless() -> None:
    rng = np.random.default_rng(5)
    restless = [
        Day(one.day, int(min(one.on_time * (1 + rng.choice([0, 0, 0, -0.05])), one.due)), one.due)
        for one in _days(28 + 182, seed=8)
    ]
    loose = calibrate(restless, budget=0.25)
    assert episodes(fast(restless, loose)) / (len(restless) / 91) <= 0.25
    assert loose.day_z > calibrate(_days(28 + 182, seed=8), budget=0.25).day_z


def test_a_strike_of_the_past_does_not_deafen_the_clock() -> None:
    days = _days(175)
    quiet = calibrate(days, budget=0.25)
    struck = [
        Day(one.day, int(one.on_time * 0.8), one.due) if 100 <= n < 105 else one for n, one in enumerate(days)
    ]
    assert calibrate(struck, budget=0.25).day_z <= quiet.day_z
