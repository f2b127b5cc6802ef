"""What others do, in a few lines each: rules for detection, for the verdict, and for attribution."""

from __future__ import annotations

import numpy as np

from metrics.anomalies.evidence import DayRow


def _rates(days: list[DayRow]) -> tuple[np.ndarray, np.ndarray, list[bool]]:
    rows = [row for row in days if row.due > 0]
    due = np.array([row.due for row in rows], dtype=float)
    return np.array([row.on_time for row in rows]) / due, due, [row.part == "suspect" for row in rows]


def laney(days: list[DayRow]) -> bool:
    """Laney's p' chart over all days: any suspect day beyond three sigma."""
    rates, due, suspect = _rates(days)
    mean = (rates * due).sum() / due.sum()
    z = (rates - mean) / np.sqrt(mean * (1 - mean) / due)
    sigma = np.abs(np.diff(z)).mean() / 1.128
    return bool((np.abs(z[suspect]) > 3 * max(sigma, 1e-9)).any())


def elementary(days: list[DayRow]) -> bool:
    """Elementary's rule: a day against the fourteen that end with it, itself among them; beyond three."""
    rates, _, suspect = _rates(days)
    windows = [(n, rates[max(n - 13, 0) : n + 1]) for n, is_suspect in enumerate(suspect) if is_suspect]
    return any(_beyond(rates[n], window) for n, window in windows if len(window) >= 7)


def weekday(days: list[DayRow]) -> bool:
    """A day against the same weekdays before: beyond three of their standard deviations. A world has four weeks
    before, so it has four of them where the rule is used with fourteen; it raises oftener for it.
    """
    rows = [row for row in days if row.due > 0]
    base: dict[int, list[float]] = {}
    for row in rows:
        if row.part == "base":
            base.setdefault(row.day.weekday(), []).append(row.on_time / row.due)
    return any(
        _beyond(row.on_time / row.due, np.array(base.get(row.day.weekday(), [])))
        for row in rows
        if row.part == "suspect"
    )


def _beyond(rate: float, window: np.ndarray) -> bool:
    return len(window) >= 3 and window.std(ddof=1) > 0 and abs(rate - window.mean()) > 3 * window.std(ddof=1)


DETECTORS = {"Laney p'": laney, "Elementary's rule": elementary, "weekday z, of four weeks": weekday}
