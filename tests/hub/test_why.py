"""The waterfall adds up on its face, to the change that the hub prints, and draws what its table says."""

from __future__ import annotations

import re

from django.template.loader import render_to_string
from hub_readings import NAMES, market, reading, usual, week
from hypothesis import given
from hypothesis import strategies as st

from otdr_hub.hub.contributions import contributions, contributions_printed
from otdr_hub.hub.numbers import MINUS
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.why import Waterfall, why_page


def _hundredths(text: str) -> int:
    return round(float(text.replace(MINUS, "-").replace("+", "")) * 100)


def _fall(given_reading: Reading) -> Waterfall:
    page = why_page(given_reading)
    assert page is not None
    assert page.waterfall is not None
    return page.waterfall


_PART = st.tuples(st.integers(1, 90_000), st.integers(1, 90_000), st.fractions(0, 1), st.fractions(0, 1))


@given(st.lists(_PART, min_size=1, max_size=6))
def test_rows_and_columns_add_up_to_the_change_printed(parts: list[tuple]) -> None:  # type: ignore[type-arg]
    markets = [
        market(code, [week(0, due, int(due * rate)), week(1, later, int(later * now))])
        for code, (due, later, rate, now) in zip(NAMES, parts, strict=False)
    ]
    given_reading = reading(markets)
    fall = _fall(given_reading)
    rows = [[_hundredths(text) for text in (row.rate, row.mix, row.total)] for row in (*fall.rows, fall.sum)]
    assert all(rate + mix == total for rate, mix, total in rows)
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]
    now, before = (given_reading.rollup[i].counts.rate for i in (-1, -2))
    assert rows[-1][2] == round((now - before) * 10_000)  # type: ignore[operator]
    printed = contributions_printed(contributions(given_reading))
    assert {row.code: _hundredths(row.total) for row in fall.rows} == printed


def test_the_largest_comes_first_and_every_row_starts_where_the_last_ended() -> None:
    fall = _fall(usual())
    assert fall.rows[0].code == "US"
    ends = [float(row.link.x) for row in fall.rows if row.link]
    first = fall.sum.steps[0]
    assert abs(ends[-1] - float(first.x)) < 0.02, "the sum, a fall, begins at its left end"


def test_without_an_earlier_week_there_is_no_split_and_no_picture() -> None:
    page = why_page(reading([market("CA", [week(0, 1000, 900)])]))
    assert page is not None
    assert page.waterfall is None
    html = render_to_string("hub/why.html", {"page": page})
    assert "cannot be split exactly" in html
    assert why_page(reading([], published=False)) is None


def test_noise_has_no_colour_and_a_fall_has_its_own() -> None:
    html = render_to_string("hub/why.html", {"page": why_page(usual())})
    us = re.search(r'<g data-market="US">.*?</g>', html, re.S)
    japan = re.search(r'<g data-market="JP">.*?</g>', html, re.S)
    assert us
    assert japan
    assert "step-rate-against" in us.group()
    assert "against" not in re.sub(r"step-mix\S*", "", japan.group())
