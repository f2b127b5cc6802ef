"""The 68 real cases of a proportion that moved: how often the true cause is found, and by Adtributor's rule."""

from __future__ import annotations

import ast
import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np

from metrics.anomalies.scan import Leaves, expected_rates, scan

HISTORY = 4 * 60  # seconds: what the published tools are given
Cause = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """One case: dimensions, counts by leaf before and at the moment, and the true causes."""

    name: str
    values: Mapping[str, list[str]]
    before: np.ndarray
    now: np.ndarray
    causes: tuple[Cause, ...]


def cases(folder: Path) -> list[Case]:
    """All labelled cases of the folder."""
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        return [_case(folder, row) for row in csv.DictReader(file)]


def _case(folder: Path, label: dict[str, str]) -> Case:
    path = next(
        p
        for p in folder.glob("*.csv.gz")
        if p.name.startswith((label["case"], label["case"].replace(".", "_")))
    )
    moment = int(label["timestamp"])
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted(set(rows[0]) - {"min", "value", "cnt"})
    counts: dict[tuple[str, ...], np.ndarray] = {}
    for row in rows:
        minute = int(row["min"])
        if not moment - HISTORY <= minute <= moment:
            continue
        key = tuple(row[name] for name in names)
        place = 2 if minute == moment else 0
        total = counts.setdefault(key, np.zeros(4))
        total[place : place + 2] += (float(row["value"]), float(row["cnt"]))
    table = np.array(list(counts.values()))
    values = {name: [key[n] for key in counts] for n, name in enumerate(names)}
    cause = ast.literal_eval(label["cause"])
    listed = cause if isinstance(cause, list) else [cause]
    causes = tuple(frozenset((str(k), str(v)) for k, v in one.items()) for one in listed)
    return Case(label["case"], values, table[:, :2], table[:, 2:], causes)


def by_scan(case: Case, best: int = 5) -> list[Cause]:
    """Our ranking."""
    seen = case.now[:, 1] > 0
    whole = case.before.sum(axis=0)
    parent = np.full(int(seen.sum()), (whole[0] + 0.5) / (whole[1] + 1))
    leaves = Leaves(
        {name: [one for one, keep in zip(column, seen, strict=True) if keep] for name, column in case.values.items()},
        case.now[seen, 0], case.now[seen, 1],
        expected_rates(case.before[seen, 0], case.before[seen, 1], parent),
    )  # fmt: skip
    return [frozenset(shift.where) for shift in scan(leaves, best=best + 1, direction=1) if shift.where][
        :best
    ]


def by_adtributor(case: Case, best: int = 5) -> list[Cause]:
    """Adtributor (NSDI'14): in each dimension the values of most surprise that explain the change; the
    dimension of most surprise first. Its elements are ranked as single causes."""
    found = []
    expected, actual = case.before[:, 0] / 4, case.now[:, 0]
    change = actual.sum() - expected.sum()
    for name, column in case.values.items():
        sums: dict[str, np.ndarray] = {}
        for value, was, became in zip(column, expected, actual, strict=True):
            sums.setdefault(value, np.zeros(2))
            sums[value] += (was, became)
        scored = []
        for value, (was, became) in sums.items():
            p, q = was / max(expected.sum(), 1e-9), became / max(actual.sum(), 1e-9)
            scored.append((_surprise(p, q), (became - was) / (change or 1e-9), value))
        explained, picked, surprise = 0.0, [], 0.0
        for mark, part, value in sorted(scored, reverse=True):
            if part > 0.1:
                explained += part
                surprise += mark
                picked.append((name, value))
            if explained > 0.67:
                found.append((surprise, picked))
                break
    ranked = [frozenset([one]) for _, picked in sorted(found, key=lambda one: -one[0]) for one in picked]
    return ranked[:best]


def _surprise(p: float, q: float) -> float:
    if p + q == 0:
        return 0.0
    parts = [one * log2(2 * one / (p + q)) if one > 0 else 0.0 for one in (p, q)]
    return sum(parts) / 2


def right_at(found: list[list[Cause]], truth: list[tuple[Cause, ...]], k: int) -> int:
    """In how many cases one of the true causes is among the first k."""
    return sum(any(one in causes for one in ranked[:k]) for ranked, causes in zip(found, truth, strict=True))
