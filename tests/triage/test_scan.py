"""The scan against its definition by brute force, and on shifts that were planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.anomalies.scan import Leaves, saturated_deviance, scan, shifted
from tests.triage.naive_scan import ranked

NAMES = ["carrier", "lane", "service"]


def _leaves(rows: list[dict]) -> Leaves:
    return Leaves(
        {name: [row["values"][name] for row in rows] for name in NAMES},
        np.array([row["hits"] for row in rows], dtype=float),
        np.array([row["trials"] for row in rows], dtype=float),
        np.array([row["expected"] for row in rows], dtype=float),
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[dict]:
    rows = []
    for carrier in "ab":
        for lane in "xyz":
            for service in "st":
                trials = draw(st.integers(5, 200))
                rows.append(
                    {
                        "values": {"carrier": carrier, "lane": lane, "service": service},
                        "trials": trials,
                        "hits": draw(st.integers(0, trials)),
                        "expected": draw(st.integers(5, 95)) / 100,
                    }
                )
    return rows


@settings(max_examples=25)
@given(worlds())
def test_scores_are_those_of_brute_force(rows: list[dict]) -> None:
    found = scan(_leaves(rows), best=1000)
    expected = dict(ranked(rows, NAMES))
    assert {shift.where for shift in found} == set(expected)
    for shift in found:
        assert shift.score == pytest.approx(expected[shift.where], abs=1e-6)


def _planted(where: dict[str, str], shift: float, seed: int = 1) -> Leaves:
    rng = np.random.default_rng(seed)
    rows = []
    for carrier in "abcd":
        for lane in "uvwxyz":
            for service in "st":
                values = {"carrier": carrier, "lane": lane, "service": service}
                rate = rng.uniform(0.8, 0.95)
                moved = all(values[name] == value for name, value in where.items())
                true = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + shift * moved)))
                trials = int(rng.integers(150, 400))
                rows.append(
                    {"values": values, "trials": trials, "hits": rng.binomial(trials, true), "expected": rate}
                )
    return _leaves(rows)


@pytest.mark.parametrize(
    "where",
    [{"carrier": "b"}, {"lane": "w"}, {"carrier": "c", "lane": "x"}, {"carrier": "a", "service": "t"}],
)
@pytest.mark.parametrize("shift", [-1.5, 2.0])
def test_a_planted_shift_is_found_where_it_is(where: dict[str, str], shift: float) -> None:
    best = scan(_planted(where, shift), best=1)[0]
    assert dict(best.where) == where
    assert best.log_odds == pytest.approx(shift, abs=0.5)


def test_what_moved_everywhere_is_called_everywhere() -> None:
    assert scan(_planted({}, -1.0), best=1)[0].where == ()


def test_nothing_is_left_of_a_shift_that_was_found() -> None:
    leaves = _planted({"carrier": "b"}, -1.5)
    best = scan(leaves, best=1)[0]
    left = shifted(leaves, best)
    assert saturated_deviance(left) < 0.2 * saturated_deviance(leaves)
    assert saturated_deviance(left) < 2 * len(left.hits)  # what chance leaves


def test_what_is_as_expected_has_no_shift() -> None:
    leaves = _planted({}, 0.0)
    same = Leaves(leaves.values, leaves.trials * leaves.expected, leaves.trials, leaves.expected)
    assert scan(same) == []
