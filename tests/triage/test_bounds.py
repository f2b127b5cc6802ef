"""Arithmetic that anybody can check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.anomalies.bounds import feasible, no_assumption


def test_the_worked_case_needs_97_per_cent_of_the_late() -> None:
    found = feasible(before=0.87, now=0.996, part=120, whole=1000)
    assert found.needed == pytest.approx(0.126 / 0.13)
    assert found.held == pytest.approx(0.12)
    assert not found.is_possible
    assert feasible(before=0.87, now=0.996, part=975, whole=1000).is_possible


@given(
    late=st.integers(1, 200),
    part=st.integers(0, 200),
    on_time=st.integers(1, 2000),
    turned=st.integers(0, 200),
)
def test_no_flipping_inside_a_part_is_called_impossible(
    late: int, part: int, on_time: int, turned: int
) -> None:
    part = min(part, late)
    turned = min(turned, part)
    due = late + on_time
    found = feasible(before=on_time / due, now=(on_time + turned) / due, part=part, whole=late)
    assert turned == 0 or found.is_possible


@given(due=st.integers(1, 1000), data=st.data())
def test_the_range_holds_every_truth(due: int, data: st.DataObject) -> None:
    suspect = data.draw(st.integers(0, due))
    suspect_on_time = data.draw(st.integers(0, suspect))
    clean_on_time = data.draw(st.integers(0, due - suspect))
    true = data.draw(st.integers(0, suspect))
    found = no_assumption(
        on_time=clean_on_time + suspect_on_time, due=due, suspect=suspect, suspect_on_time=suspect_on_time
    )
    assert found.low - 1e-12 <= (clean_on_time + true) / due <= found.high + 1e-12
    assert found.low == pytest.approx(clean_on_time / due)
