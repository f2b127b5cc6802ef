"""Withheld cells against somebody who solves the equations: the exact range of each, by own algebra."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from equations import ranges
from hypothesis import given, settings
from hypothesis import strategies as st

from otdr_hub.lib.suppress import may_rank, suppress_breakout, suppress_table


def _assert_safe(value: int, low: int, high: Fraction | None, threshold: int) -> None:
    if value < threshold:
        assert low == 0
        assert high is None or high >= threshold - 1
    else:
        assert high is None or high - low >= threshold - 1


def _attack_table(cells: Mapping[tuple[str, str], int], threshold: int) -> None:
    withheld = suppress_table(cells, threshold=threshold).withheld
    rows, columns = sorted({r for r, _ in cells}), sorted({c for _, c in cells})
    full = {(r, c): cells.get((r, c), 0) for r in rows for c in columns}
    full |= {(r, None): sum(full[r, c] for c in columns) for r in rows}
    full |= {(None, c): sum(full[r, c] for r in rows) for c in columns}
    full[None, None] = sum(cells.values())
    assert {place for place, value in full.items() if value < threshold} <= withheld
    unknown = sorted(withheld, key=str)
    lines = [[*((r, c) for c in columns), (r, None)] for r in (*rows, None)]
    lines += [[*((r, c) for r in rows), (None, c)] for c in (*columns, None)]
    equations = []
    for *parts, margin in lines:
        factors = [-1 if place == margin else int(place in parts) for place in unknown]
        shown = sum(full[p] for p in parts if p not in withheld)
        total = 0 if margin in withheld else full[margin]
        if any(factors):
            equations.append((factors, total - shown))
    for place, (low, high) in zip(unknown, ranges(equations, len(unknown)), strict=True):
        _assert_safe(full[place], low, high, threshold)


COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 30), st.integers(50, 2000))


@settings(max_examples=150, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=6), st.integers(1, 12))
def test_nothing_of_a_breakout_is_found_by_subtraction(counts, threshold):
    cells = {f"c{n}": count for n, count in enumerate(counts)}
    kept = suppress_breakout(cells, threshold=threshold)
    assert {name for name, count in cells.items() if count < threshold} <= kept.cells
    unknown = sorted(kept.cells)
    if not unknown:
        assert not kept.total or sum(counts) < threshold
        return
    shown = sum(count for name, count in cells.items() if name not in kept.cells)
    equations = [] if kept.total else [([1] * len(unknown), sum(counts) - shown)]
    if kept.total:
        unknown.append("total")
        cells["total"] = sum(counts)
        equations = [([*[1] * (len(unknown) - 1), -1], -shown)]
    for name, (low, high) in zip(unknown, ranges(equations, len(unknown)), strict=True):
        _assert_safe(cells[name], low, high, threshold)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=1, max_size=4)
    ),
    st.integers(1, 12),
)
def test_nothing_of_a_table_is_found_by_solving_it(counts, threshold):
    _attack_table(
        {(f"r{r}", f"c{c}"): v for r, row in enumerate(counts) for c, v in enumerate(row)}, threshold
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=8), st.integers(1, 50), st.randoms())
def test_the_choice_does_not_depend_on_the_order(counts, threshold, random):
    cells = [(f"c{n}", count) for n, count in enumerate(counts)]
    mixed = random.sample(cells, len(cells))
    assert suppress_breakout(dict(cells), threshold=threshold) == suppress_breakout(
        dict(mixed), threshold=threshold
    )
    pairs = [((name, f"x{len(name) % 2}"), count) for name, count in cells]
    table = [(place, count) for place, count in random.sample(pairs, len(pairs))]
    assert suppress_table(dict(pairs), threshold=threshold) == suppress_table(
        dict(table), threshold=threshold
    )


@pytest.mark.parametrize(
    ("cells", "hidden", "total"),
    [
        ({"a": 60, "b": 70}, set(), False),
        ({"a": 3, "b": 70, "c": 60, "d": 900}, {"a", "c"}, False),
        ({"a": 3, "b": 70, "c": 70}, {"a", "b"}, False),
        ({"a": 30, "b": 40, "c": 900}, {"a", "b"}, False),
        ({"a": 0, "b": 1, "c": 900, "d": 80}, {"a", "b", "d"}, False),
        ({"a": 0, "b": 900}, {"a", "b"}, False),
        ({"a": 3}, {"a"}, True),
        ({"a": 30, "b": 15}, {"a", "b"}, True),
        ({"a": 300}, set(), False),
        ({}, set(), True),
    ],
)
def test_the_cheapest_complement_of_a_breakout(cells, hidden, total):
    kept = suppress_breakout(cells, threshold=50)
    assert (kept.cells, kept.total) == (hidden, total)


def test_without_a_total_only_small_cells_are_withheld():
    kept = suppress_breakout({"a": 3, "b": 70}, threshold=50, total_shown=False)
    assert (kept.cells, kept.total) == ({"a"}, False)


def test_the_cheapest_rectangle_of_a_table():
    cells = {
        ("a", "x"): 3, ("a", "y"): 500, ("b", "x"): 400, ("b", "y"): 900, ("c", "x"): 100, ("c", "y"): 300,
    }  # fmt: skip
    wanted = {("a", "x"), ("a", "y"), ("c", "x"), ("c", "y")}
    assert suppress_table(cells, threshold=50).withheld == wanted


def test_a_table_with_nothing_small_is_shown_whole():
    assert suppress_table({("a", "x"): 60, ("a", "y"): 70}, threshold=50).withheld == frozenset()


def test_an_absent_cell_is_a_zero_and_is_withheld():
    cells = {("a", "x"): 60, ("b", "y"): 70, ("b", "x"): 90}
    assert ("a", "y") in suppress_table(cells, threshold=50).withheld


def test_an_empty_table_tells_nothing():
    assert suppress_table({}, threshold=50).withheld == {(None, None)}


def test_what_is_no_count_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        suppress_breakout({"a": -1}, threshold=50)
    with pytest.raises(ValueError, match="at least 1"):
        suppress_table({}, threshold=0)


def test_a_carrier_is_ranked_from_400_shipments_on():
    assert [may_rank(shipments) for shipments in (0, 399, 400)] == [False, False, True]
