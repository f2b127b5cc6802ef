"""Marks on a line: from governance's own facts, in closed words, in the picture, its caption and its twin."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.template.loader import render_to_string
from hub_readings import MONDAY, NAMES, usual, week

from otdr_hub.hub.annotations import marks_of
from otdr_hub.hub.lines import Beside, line_chart
from otdr_hub.hub.page import hub_page, market_page
from otdr_hub.hub.record import EVERYTHING, Fact, Left, Record, owner_shown

WEEKS = [week(i, 1000, 900 + i) for i in range(8)]
MONDAYS = [one.monday for one in WEEKS]


def _at(weeks: int, days: int = 1) -> dt.datetime:
    day = MONDAY + dt.timedelta(weeks=weeks, days=days)
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


FACTS = (
    Fact(_at(-9), "off", "US", "other"),
    Fact(_at(1), "version", detail="otdr-3"),
    Fact(_at(1, 3), "off", "BR", "data_quality"),
    Fact(_at(2), "excluded", "DE"),
    Fact(_at(5), "known_issue", "JP"),
    *(Fact(_at(9), "shown", code) for code in NAMES),
    Fact(_at(10), "on", "BR"),
    Fact(_at(11), "off", EVERYTHING, "security"),
    Fact(_at(11), "launch", detail="launch_partial"),
)


def test_one_mark_a_week_and_one_for_what_came_after() -> None:
    marks = marks_of(FACTS, MONDAYS, NAMES)
    assert [(mark.number, mark.week, mark.text) for mark in marks] == [
        (1, "W47", "otdr-3 in effect; Brazil switched off (data quality)"),
        (2, "W48", "Germany excluded"),
        (3, "W51", "known issue in Japan, shown with a note"),
        (
            4,
            "after W53",
            (
                "Go/no-go: launch for part of the markets; 6 markets first shown;"
                " everything switched off (security); Brazil switched on again"
            ),
        ),
    ]


def test_a_market_is_told_its_own_and_what_is_about_everything() -> None:
    said = " ".join(mark.text for mark in marks_of(FACTS, MONDAYS, NAMES, only="JP"))
    assert "Japan" in said
    assert "otdr-3" in said
    assert "Brazil" not in said


def test_marks_that_would_touch_stand_in_two_rows() -> None:
    weeks = [week(i, 1000, 900) for i in range(26)]
    facts = [Fact(_at(i), "version", detail=f"otdr-{i}") for i in (3, 4, 5)]
    marks = marks_of(facts, [one.monday for one in weeks], NAMES)
    chart = line_chart(weeks, "", "", Beside(marks=marks))
    assert chart is not None
    assert [mark.y for mark in chart.marks] == ["9", "29", "9"]


@pytest.mark.parametrize("page", ["hub", "market"])
def test_every_mark_is_in_the_picture_the_caption_and_the_twin(page: str) -> None:
    record = Record(facts=FACTS)
    if page == "hub":
        html = render_to_string("hub/hub.html", {"page": hub_page(usual(), record)})
    else:
        html = render_to_string("hub/market.html", {"page": market_page(usual(), "US", record)})
    figure = re.search(r'<figure class="chart">.*?</figure>', html, re.S)
    assert figure
    drawn = re.findall(r'class="mark-text"[^>]*>(\d+)<', figure.group())
    caption = re.findall(r"<li><b[^>]*>(\d+)</b><span>(.*?): (.*?)</span>", figure.group())
    twin = re.sub(r"<[^>]+>", " ", re.search(r"<table.*?</table>", figure.group(), re.S).group())  # type: ignore[union-attr]
    assert drawn == [number for number, _week, _text in caption]
    assert len(drawn) >= 2
    for number, name, text in caption:
        assert f"{number}: {text}" in twin
        assert name in twin


def test_what_somebody_typed_is_on_no_mark_and_no_absence() -> None:
    record = Record(
        facts=(Fact(_at(1), "excluded", "DE"),),
        left_out={"DE": Left("excluded", _at(1), owner_shown("Logistics 62.1 %"), dt.date(2026, 12, 7))},
    )
    html = render_to_string("hub/hub.html", {"page": hub_page(usual({"DE": "excluded"}), record)})
    assert "62.1" not in html
    assert '<time datetime="2026-12-07">7 Dec 2026</time>' in html


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Logistics Analytics", "Logistics Analytics"),
        ("  Ana (DPM) ", "Ana (DPM)"),
        ("ops at 93.4", ""),
        ("ninety %", ""),
        ("٩٣", ""),
        ("", ""),
        ("²", ""),
    ],
)
def test_an_owner_is_shown_only_as_a_name(typed: str, shown: str) -> None:
    assert owner_shown(typed) == shown
