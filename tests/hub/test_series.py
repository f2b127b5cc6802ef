"""The constant set beside the headline: a market that joins cannot look like a trend."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hub_readings import market, reading, week
from hypothesis import given
from hypothesis import strategies as st

from otdr_hub.hub.page import hub_page
from otdr_hub.hub.reading import MarketReading, Reading
from otdr_hub.hub.series import MOST_WEEKS, series_of, sum_weeks


def _read(markets: list[MarketReading]) -> Reading:
    """A reading whose roll-up is over the weeks that all markets have, as the database sums it."""
    common = set.intersection(*({one.monday for one in each.weeks} for each in markets))
    rollup = tuple(
        sum_weeks([one for each in markets for one in each.weeks if one.monday == monday])
        for monday in sorted(common)
    )
    return replace(reading([]), rollup=rollup, markets=tuple(markets), not_shown=())


def _joined() -> Reading:
    """Canada and Japan stand still; the United States, far better, are there in the last two weeks only."""
    return _read(
        [
            market("CA", [week(i, 1000, 900) for i in range(6)]),
            market("JP", [week(i, 1000, 900) for i in range(6)]),
            market("US", [week(i, 8000, 7900) for i in (4, 5)]),
        ]
    )


def test_a_market_that_joins_moves_the_headline_line_and_not_the_constant_set() -> None:
    series = series_of(_joined())
    assert series.markets == (2, 2, 2, 2, 3, 3)
    assert series.steady_codes == ("CA", "JP")
    assert {one.counts.rate for one in series.steady} == {series.steady[0].counts.rate}
    assert series.weeks[-1].counts.rate > series.weeks[0].counts.rate  # type: ignore[operator]
    assert series.weeks[-1].counts == _joined().rollup[-1].counts


def test_the_page_says_in_words_that_the_two_differ() -> None:
    line = hub_page(_joined()).line
    assert line is not None
    assert line.steady
    assert "the 2 markets that were there throughout" in line.note
    assert "the headline rose by 7.0 points and these moved by less than 0.1 points" in line.note
    assert "markets that came or went" in line.note
    assert [row.more[0] for row in line.rows] == ["90.0\u00a0%"] * 6
    assert [row.markets for row in line.rows] == ["3", "3", "2", "2", "2", "2"]


def test_the_same_markets_throughout_are_one_line() -> None:
    page = hub_page(_read([market(code, [week(i, 1000, 900) for i in range(3)]) for code in ("CA", "JP")]))
    assert page.line is not None
    assert page.line.steady == ""
    assert "The same 2 markets throughout." in page.line.note


def test_no_more_than_half_a_year_is_drawn() -> None:
    weeks = [week(i - 40, 1000, 900) for i in range(41)]
    line = hub_page(_read([market("CA", weeks)])).line
    assert line is not None
    assert len(line.rows) == MOST_WEEKS
    assert line.rows[0].label == "W46"


def test_a_gap_takes_a_market_out_of_the_constant_set() -> None:
    whole = [week(i, 1000, 900) for i in range(4)]
    series = series_of(_read([market("CA", whole), market("JP", [whole[0], *whole[2:]])]))
    assert series.steady_codes == ("CA",)
    nobody = series_of(_read([market("CA", [*whole[:1], *whole[2:]]), market("JP", [*whole[:2], whole[3]])]))
    assert nobody.steady == ()
    assert not nobody.is_constant


@given(st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=1, max_size=3))
def test_both_lines_are_sums_of_weeks_that_are_shown(present: list[set[int]]) -> None:
    codes = ("CA", "JP", "US")
    markets = [
        market(codes[k], [week(i, 100 + 7 * k + i, 80 + 5 * k) for i in sorted({*weeks, 6})])
        for k, weeks in enumerate(present)
    ]
    series = series_of(_read(markets))
    for line, allowed in ((series.weeks, codes), (series.steady, series.steady_codes)):
        for one in line:
            parts = [
                w.counts for m in markets if m.code in allowed for w in m.weeks if w.monday == one.monday
            ]
            assert one.counts.due == sum(part.due for part in parts)
            assert one.counts.on_time == sum(part.on_time for part in parts)


@pytest.mark.parametrize(
    ("kinds", "sum_is"),
    [
        (("final", "provisional"), "provisional"),
        (("final", "restated"), "restated"),
        (("final", "final"), "final"),
    ],
)
def test_a_sum_is_as_final_as_its_least_final_part(kinds: tuple[str, str], sum_is: str) -> None:
    assert sum_weeks([week(0, 10, 9, kind) for kind in kinds]).finality == sum_is
