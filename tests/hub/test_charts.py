"""Pictures and their twins hold the same values; scales are nice and hold what they show."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from django.template.loader import render_to_string
from hub_readings import usual, week
from hypothesis import given
from hypothesis import strategies as st

from otdr_hub.hub.charts import Axis, axis_for
from otdr_hub.hub.lines import LineChart, line_chart
from otdr_hub.hub.marks import bars, rule, sparks
from otdr_hub.hub.numbers import percent_text
from otdr_hub.hub.page import hub_page

WEEKS = [week(i, 1000 + 10 * i, 900 + 12 * i - (i % 3) * 7) for i in range(11)] + [
    week(11, 1200, 1090, "provisional")
]


def drawn() -> LineChart:
    chart = line_chart(WEEKS, "A title", "A market")
    assert chart is not None
    return chart


def axis_in(html: str) -> tuple[list[float], list[float]]:
    """Heights and values of the labelled grid lines of a chart."""
    lines = re.findall(r'<line class="grid(?:-base)?"[^>]* y1="([\d.]+)%"', html)
    labels = re.findall(r'<text class="halo" x="0"[^>]*>([\d.]+)', html)
    return [float(y) for y in lines], [float(v) for v in labels]


def test_line_and_twin_hold_the_same_values() -> None:
    html = render_to_string("parts/line_chart.html", {"line": drawn()})
    heights, values = axis_in(html)
    per_height = (values[-1] - values[0]) / (heights[-1] - heights[0])
    paths = re.findall(r'<path class="line[^"]*" d="M([^"]+)"', html)
    points = [tuple(map(float, spot.split())) for path in paths for spot in path.split("L")]
    picture = [values[0] + (y - heights[0]) * per_height for _x, y in dict.fromkeys(points)]
    twin = re.findall(r'<th scope="row">.*?</tr>', html, re.S)
    rates = [float(re.findall(r'class="num">([\d.]+)\xa0%', row)[0]) for row in reversed(twin)]
    assert len(picture) == len(rates) == len(WEEKS)
    assert all(abs(shown - told) <= 0.06 for shown, told in zip(picture, rates, strict=True))


def test_twin_prints_each_week_exactly() -> None:
    rows = drawn().rows
    labels = "W4 W3 W2 W1 W53 W52 W51 W50 W49 W48 W47 W46"
    assert [row.label for row in rows] == labels.split()
    for row, one in zip(rows, reversed(WEEKS), strict=True):
        assert row.due == f"{one.counts.due:,}"
        assert row.on_time == f"{one.counts.on_time:,}"
        assert row.rate == percent_text(one.counts.rate or Fraction(0))


def test_an_open_end_is_dashed_and_its_point_open() -> None:
    chart = drawn()
    assert chart.dashed
    assert chart.points[-1].style == "point-provisional"
    assert "Open: provisional." in chart.note
    closed = line_chart(WEEKS[:11], "", "")
    assert closed is not None
    assert not closed.dashed
    assert closed.points[-1].style == "point"


def test_a_preliminary_week_has_no_point_and_no_rate_in_the_twin() -> None:
    chart = line_chart([*WEEKS[:3], week(3, 500, 100, "preliminary")], "", "")
    assert chart is not None
    assert chart.solid.count(" ") == 3
    assert chart.rows[0].rate == ""
    assert line_chart([week(0, 10, 1, "preliminary")], "", "") is None


def test_one_week_is_a_point() -> None:
    chart = line_chart(WEEKS[:1], "", "")
    assert chart is not None
    assert chart.solid == chart.dashed == ""
    assert len(chart.points) == 1


@given(st.lists(st.fractions(min_value=0, max_value=100), min_size=1, max_size=20), st.integers(3, 6))
def test_axis_holds_its_values_on_few_nice_steps(values: list[Fraction], most: int) -> None:
    axis = axis_for(values, most)
    assert 0 <= axis.low <= min(values)
    assert max(values) <= axis.high <= 100
    assert 2 <= len(axis.steps()) <= most + 1
    assert axis.steps()[0] == axis.low
    assert axis.steps()[-1] == axis.high


def test_a_cut_axis_is_said_and_a_whole_one_is_not() -> None:
    assert "Axis cut at" in drawn().note
    low = line_chart([week(0, 100, 1), week(1, 100, 60)], "", "")
    assert low is not None
    assert "Axis cut" not in low.note


def test_labels_carry_the_decimals_their_step_needs() -> None:
    assert Axis(Fraction(92), Fraction(95), Fraction(1)).label(Fraction(93)) == "93"
    assert Axis(Fraction(92), Fraction(94), Fraction(1, 2)).label(Fraction(93)) == "93.0"


def test_rule_places_reading_interval_and_prior() -> None:
    drawn_rule = rule(WEEKS[-1], WEEKS[-2])
    assert drawn_rule is not None
    start, width, needle = (
        float(x) for x in (drawn_rule.interval_x, drawn_rule.interval_width, drawn_rule.needle.at)
    )
    assert 0 <= start < needle < start + width <= 100
    assert 0 <= float(drawn_rule.prior) <= 100
    assert "Open circle: week 3, 92.1" in drawn_rule.caption


def test_rule_without_an_earlier_week_has_no_circle() -> None:
    alone = rule(WEEKS[0], None)
    assert alone is not None
    assert alone.prior == ""
    assert "Open circle" not in alone.caption


def test_bars_share_one_zero_and_noise_has_no_colour() -> None:
    three = bars([-28, 10, 0], [False, False, True])
    assert len({bar.zero for bar in three}) == 1
    assert [bar.style for bar in three] == ["bar-against", "bar", "bar-quiet"]
    assert [bar.text for bar in three] == ["\u22120.28", "+0.10", "0.00"]
    assert float(three[0].width) == pytest.approx(2.8 * float(three[1].width), abs=0.05)
    assert bars([], []) == ()


def test_sparks_share_one_scale() -> None:
    steady, jumpy = sparks(
        [[week(i, 1000, 900) for i in range(3)], [week(i, 1000, 900 - 90 * i) for i in range(3)]]
    )
    assert steady is not None
    assert jumpy is not None
    assert steady.y == "50"
    assert jumpy.y == "92"


def test_every_picture_has_words_and_a_twin() -> None:
    html = render_to_string("hub/hub.html", {"page": hub_page(usual())})
    for figure in re.findall(r"<figure.*?</figure>", html, re.S):
        assert "<figcaption" in figure
    for chart in re.findall(r'<figure class="chart.*?</figure>', html, re.S):
        assert "<table" in chart
    assert html.count("<table") == 2
