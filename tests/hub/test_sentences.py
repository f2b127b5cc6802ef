"""The words: coverage, absence, change, and how numbers are printed."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import Any

import pytest
from hub_readings import market, reading, usual, week

from otdr_hub.hub import changes, numbers, sentences, titles
from otdr_hub.hub.changes import Change
from otdr_hub.hub.reading import Coverage, Reading

NB = "\u00a0"


def test_coverage_counts_markets_and_shipments_and_names_the_reason() -> None:
    assert sentences.coverage_sentence(usual()) == (
        f"Covers 3 of 5 markets and 87.0{NB}% of shipments due. "
        "Brazil and Germany are not shown: not decided yet."
    )


def test_coverage_groups_reasons_in_one_order_whatever_the_order_of_the_reading() -> None:
    absent = {"BR": "undecided", "DE": "needs_signing", "GB": "switched_off"}
    said = sentences.coverage_parts(usual(absent))[1]
    assert said == (
        "United Kingdom is switched off. Germany is not shown: it needs signing again. "
        "Brazil is not shown: not decided yet."
    )
    assert sentences.coverage_parts(usual(dict(reversed(absent.items()))))[1] == said


def test_coverage_of_one_market_switched_off() -> None:
    assert sentences.coverage_sentence(usual({"GB": "switched_off"})).endswith(
        " United Kingdom is switched off."
    )


def test_coverage_of_a_market_excluded() -> None:
    assert sentences.coverage_sentence(usual({"GB": "excluded"})).endswith(
        " United Kingdom is not shown: excluded by decision."
    )


def test_coverage_when_all_are_shown() -> None:
    full = reading([market("CA", [week(0, 10, 9)]), market("JP", [week(0, 10, 9)])])
    assert sentences.coverage_sentence(full) == f"Covers all 2 markets and 100.0{NB}% of shipments due."


def test_coverage_when_none_is_shown() -> None:
    nothing = reading([], dict.fromkeys(["BR", "CA", "JP"], "switched_off"))
    assert sentences.coverage_sentence(nothing) == (
        "Covers none of 3 markets: no number is shown. All 3 markets are switched off."
    )


def test_coverage_before_the_first_publication() -> None:
    nothing = reading([], {"BR": "undecided"}, published=False)
    assert sentences.coverage_sentence(nothing) == "No number is shown: nothing has been published yet."


def test_coverage_says_which_market_carries_a_note() -> None:
    noted = reading(
        [market("CA", [week(0, 10, 9)], "known_issue", "A note."), market("JP", [week(0, 10, 9)])]
    )
    assert sentences.coverage_sentence(noted).endswith(" Canada is shown with a note.")


def test_coverage_is_never_called_whole_while_something_is_missing() -> None:
    almost = usual()
    almost = Reading(
        almost.epoch,
        almost.read_at,
        almost.publication,
        almost.rollup,
        almost.markets,
        almost.not_shown,
        Coverage(3, 5, 999_999, 1_000_000),
    )
    assert f"more than 99.9{NB}%" in sentences.coverage_sentence(almost)


def test_sentence_and_its_parts_are_the_same_text() -> None:
    lead, rest = sentences.coverage_parts(usual())
    assert sentences.coverage_sentence(usual()) == f"{lead} {rest}"


@pytest.mark.parametrize("reason", list(sentences.ABSENCE))
def test_absence_is_three_fixed_things_without_a_digit(reason: str) -> None:
    words = sentences.absence_words(reason)
    assert words.short
    assert words.sentence
    assert words.glyph
    assert not re.search(r"\d", words.short + words.sentence + words.glyph)


def test_the_four_reasons_read_differently() -> None:
    for field in ("short", "sentence", "glyph"):
        assert len({getattr(words, field) for words in sentences.ABSENCE.values()}) == 4


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((100_000, 93_100), (100_000, 93_700), "Down 0.6 points on week 46, more than noise."),
        ((100_000, 94_100), (100_000, 93_700), "Up 0.4 points on week 46, more than noise."),
        ((1_000, 931), (1_000, 937), "Within noise of week 46."),
        ((100_000, 93_700), (100_000, 93_700), "Within noise of week 46."),
        ((10**8, 93_040_000), (10**8, 93_000_000), "Up less than 0.1 points on week 46, more than noise."),
    ],
)
def test_change_in_words(now: tuple[int, int], before: tuple[int, int], said: str) -> None:
    assert changes.change_in_words(week(1, *now), week(0, *before)) == said


def test_change_without_an_earlier_week() -> None:
    assert changes.change_in_words(week(0, 10, 9), None) == "No earlier week to compare with."


def test_the_week_that_is_due_is_named_once_the_days_given_are_over(settings: Any) -> None:
    """Read on 27 Nov 2026; the last week began on the 16th."""
    assert settings.OVERDUE_DAYS == 19
    assert sentences.overdue_sentence(usual()) == ""
    settings.OVERDUE_DAYS = 11
    assert sentences.overdue_sentence(usual()).endswith("Week 48 is due and not published.")
    settings.OVERDUE_DAYS = 12
    assert sentences.overdue_sentence(usual()) == ""


def test_a_preliminary_week_has_no_rate_and_no_change() -> None:
    early = week(1, 100, 40, "preliminary")
    assert changes.shown_rate(early) is None
    assert changes.change_between(early, week(0, 100, 90)) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(9305, 100), "93.0"),
        (Fraction(9315, 100), "93.2"),
        (Fraction(-1, 1000), "0.0"),
        (Fraction(-6, 10), "\u22120.6"),
        (Fraction(12345), "12,345.0"),
    ],
)
def test_rounding_is_half_to_even_and_once(value: Fraction, text: str) -> None:
    assert numbers.fixed(value) == text


@pytest.mark.parametrize(
    ("monday", "said"),
    [
        (dt.date(2026, 11, 9), "week 46, 9–15 Nov 2026"),
        (dt.date(2026, 11, 30), "week 49, 30 Nov–6 Dec 2026"),
        (dt.date(2026, 12, 28), "week 53, 28 Dec 2026–3 Jan 2027"),
    ],
)
def test_weeks_are_named_in_full(monday: dt.date, said: str) -> None:
    assert numbers.week_title(monday) == said


def test_a_moment_is_said_in_utc() -> None:
    there = dt.timezone(dt.timedelta(hours=-3))
    assert numbers.moment(dt.datetime(2026, 11, 27, 3, 5, tzinfo=there)) == "27 Nov 2026, 06:05 UTC"


@pytest.mark.parametrize(
    ("points", "parts", "said"),
    [
        (
            "0.4",
            {"United States": "0.3", "Japan": "0.1"},
            "The rise is the United States: 0.3 of the 0.4 points",
        ),
        (
            "-0.6",
            {"Japan": "-0.3", "India": "-0.2", "Italy": "-0.1"},
            "The fall is Japan and India: 0.5 of the 0.6 points",
        ),
        (
            "-0.4",
            {"Japan": "-0.6", "India": "0.2"},
            "The fall is Japan: 0.6 points, partly made up elsewhere",
        ),
        (
            "0.4",
            {"A": "0.1", "B": "0.1", "C": "0.1", "D": "0.1"},
            "The rise of 0.4 points is spread over 4 markets",
        ),
    ],
)
def test_the_chart_title_says_who_moved_it(points: str, parts: dict[str, str], said: str) -> None:
    change = Change(Fraction(points), False, "week 45")
    assert titles.rollup_title([], change, [(name, Fraction(size)) for name, size in parts.items()]) == said


def test_the_chart_title_blames_nobody_for_noise() -> None:
    quiet, parts = Change(Fraction(1, 10), True, "week 46"), [("Japan", Fraction(1, 10))]
    weeks = [week(i, 1000, on_time) for i, on_time in enumerate((931, 937, 935))]
    assert titles.rollup_title(weeks[:2], quiet, parts) == "Within noise of week 46"
    assert titles.rollup_title(weeks, quiet, parts) == f"Between 93.1 and 93.7{NB}% in all 3 weeks"
    assert titles.rollup_title([weeks[0]] * 3, quiet, parts) == f"93.1{NB}% in all 3 weeks"
