"""Carriers on a market's page: who is ranked, what is said of who is not shown, and that it adds up."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from django.template.loader import render_to_string
from hub_readings import MONDAY, market, reading, usual, week
from hypothesis import given, settings
from hypothesis import strategies as st

from otdr_hub.hub.carriers import carriers_part
from otdr_hub.hub.explore import explore_page
from otdr_hub.hub.market import market_page
from otdr_hub.hub.payload import market_payload
from otdr_hub.hub.ranking import REST, in_print, parts_of, ranked, unranked
from otdr_hub.hub.reading import CarrierCell, CarrierReading, CarrierWeek, Counts, Week
from otdr_hub.lib.kitagawa import in_hundredths

SIGNED_AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
SIGNERS = ("Finance", "Legal", "Logistics")


def cell(name, due, on_time):
    return CarrierCell(name, name.capitalize(), due, on_time)


def carriers(*weeks, reason=None, since=None):
    """Weeks as (cells, rest), the newest of them the week after MONDAY's."""
    first = MONDAY + dt.timedelta(weeks=2 - len(weeks))
    found = tuple(
        CarrierWeek(first + dt.timedelta(weeks=n), tuple(cell(*one) for one in cells), rest)
        for n, (cells, rest) in enumerate(weeks)
    )
    return CarrierReading(reason, since, "certified", "", SIGNERS, SIGNED_AT, 50, found)


def with_carriers(found, now=(2000, 1800), before=(2000, 1900)):
    one = market("GB", [week(0, *before), week(1, *now)])
    return replace(one, carriers=found)


def page_of(found, **counts):
    whole = reading([with_carriers(found, **counts)])
    return whole, render_to_string("hub/market.html", {"page": market_page(whole, "GB")})


BEFORE = ([("a", 900, 855), ("b", 700, 665), ("c", 400, 380)], False)
NOW = ([("a", 900, 855), ("b", 700, 665), ("c", 400, 280)], False)


def test_those_whose_intervals_overlap_share_ranks_and_one_below_has_its_own():
    groups = ranked([cell("a", 900, 855), cell("b", 700, 665), cell("c", 400, 280), cell("d", 399, 100)])
    assert [[one.carrier for one in group] for group in groups] == [["a", "b"], ["c"]]
    assert [one.carrier for one in unranked([cell("d", 399, 100), cell("a", 900, 855)])] == ["d"]
    part = carriers_part(with_carriers(carriers(BEFORE, NOW)))
    assert part.groups[0].title == "Not separable: these 2 share ranks 1 to 2; none can be put first."
    assert part.groups[1].title == "Separable: rank 3"
    assert part.title == "C explains the fall: 70.0\u00a0% on time"
    assert [row.change for group in part.groups for row in group.rows] == [
        "within noise", "within noise", "down 25.0",
    ]  # fmt: skip
    assert (part.withheld, part.whole.due) == ("", "2,000")


def test_a_withheld_carrier_leaves_no_figure_on_the_page():
    found = carriers(BEFORE, ([("a", 900, 855)], True))
    _whole, html = page_of(found)
    section = html[html.index('id="carriers"') : html.index("Week by week")]
    assert "withheld" in section
    assert "Under 50 shipments" in section
    for figure in ("1,100", "945", "B</th>"):
        assert figure not in section
    assert "glyph" in section


def test_a_carrier_not_shown_before_has_neither_change_nor_part():
    part = carriers_part(with_carriers(carriers(([("a", 900, 855)], True), NOW)))
    rows = {row.name: row for group in part.groups for row in group.rows}
    assert (rows["C"].change, rows["C"].part) == ("not shown in week 46", "")
    assert rows["A"].part


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("undecided", "are not certified yet"),
        ("needs_signing", "need signing again"),
        ("excluded", "left out on purpose"),
        ("switched_off", "switched off on 20 Nov 2026"),
    ],
)
def test_carriers_not_shown_say_why_in_their_own_words(reason, words):
    found = carriers(reason=reason, since=SIGNED_AT if reason == "switched_off" else None)
    whole, html = page_of(found)
    assert words in html
    assert 'class="table carriers"' not in html
    payload = market_payload(whole, "GB")["carriers"]
    assert (payload["shown"], payload["weeks"]) == (False, [])
    assert words in payload["sentence"]


def test_the_api_says_what_is_shown_and_that_others_are_not():
    whole = reading([with_carriers(carriers(BEFORE, ([("a", 900, 855)], True)))])
    found = market_payload(whole, "GB")["carriers"]
    assert found["weeks"][-1] == {
        "week": "2026-W47", "others_withheld": True,
        "carriers": [{"carrier": "a", "name": "A", "on_time": 855, "due": 900, "otdr": "0.9500"}],
    }  # fmt: skip
    assert market_payload(reading([market("GB", [week(1, 10, 9)])]), "GB")["carriers"] is None


def test_explore_has_a_table_for_each_picture_with_the_same_values():
    found = carriers(BEFORE, ([("a", 900, 855)], True))
    page = explore_page(reading([with_carriers(found)]), "GB")
    by_week, by_size = page.pictures
    lines = {trace["name"]: trace for trace in by_week.figure["data"]}
    assert list(lines) == ["United Kingdom", "A", "B", "C"]
    for n, name in enumerate(by_week.twin.heads[1:], start=1):
        drawn = [None if y is None else f"{y:.1f}\u00a0%" for y in lines[name]["y"]]
        told = [None if row[n] == "not shown" else row[n] for row in reversed(by_week.twin.rows)]
        assert drawn == told
    assert lines["B"]["y"][-1] is None
    assert [trace["x"][0] for trace in by_size.figure["data"]] == [900]
    assert by_size.twin.rows[-1] == ("Other carriers", *["withheld"] * 4)
    assert explore_page(usual(), "DE") is None


def test_a_name_with_markup_is_text_everywhere():
    evil = "<img src=x onerror=alert(1)></script>"
    found = carriers(([(evil, 900, 855)], False), ([(evil, 900, 855)], False))
    whole, html = page_of(found)
    explored = render_to_string("hub/explore.html", {"page": explore_page(whole, "GB")})
    for text in (html, explored):
        assert "<img" not in text.lower()
        assert text.count("</script>") == text.count("<script")
    block = re.search(r'<script id="by-week-figure"[^>]*>(.*?)</script>', explored, re.S)
    names = [trace["name"] for trace in json.loads(block[1])["data"]]
    assert "&lt;img" in names[1].lower()


def texts_of(value):
    """Every text of a figure: names of traces, titles, hover texts, whatever else it may be given."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


def test_s7_a_picture_has_no_markup_in_titles_names_or_hover_texts():
    """Plotly reads some HTML in what it writes; none of it comes from a name."""
    evil = '"><img src=x onerror=alert(1)><a href="javascript:alert(1)">b</a>'
    found = carriers(([(evil, 900, 855)], False), ([(evil, 900, 855)], True))
    page = explore_page(reading([replace(with_carriers(found), name=f"market {evil}")]), "GB")
    assert [picture.id for picture in page.pictures] == ["by-week", "by-size"]
    for picture in page.pictures:
        said = texts_of(picture.figure)
        assert [text for text in said if "<" in text or ">" in text] == []
        assert [text for text in said if "&lt;img" in text.lower()], "the name is there, as text"
        assert {key for trace in picture.figure["data"] for key in trace} <= HARMLESS
    explored = render_to_string("hub/explore.html", {"page": page})
    assert "<img" not in explored.lower()
    assert '<a href="javascript' not in explored.lower()


# No template of Plotly's for the hover text, which would be a text of its own.
HARMLESS = {"type", "x", "y", "text", "name", "mode", "meta", "connectgaps", "error_y"}
CELLS = st.integers(1, 3000).flatmap(lambda due: st.tuples(st.just(due), st.integers(0, due)))
SCOPES = st.lists(
    st.lists(st.tuples(CELLS, CELLS, st.booleans(), st.booleans()), min_size=1, max_size=6),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(SCOPES)
def test_carriers_markets_and_headline_reconcile_in_integers(scopes):
    """500 random scopes: each market's carriers, shown or withheld, and the markets of the headline."""
    markets = []
    for code, cells in zip(("BR", "CA", "DE", "GB", "JP", "US"), scopes, strict=False):
        sums = [[sum(one[n][m] for one in cells) for m in (0, 1)] for n in (0, 1)]
        weeks = [
            Week(MONDAY + dt.timedelta(weeks=n), Counts(d, o, d - o, 0, 0), "final")
            for n, (d, o) in enumerate(sums)
        ]
        told = tuple(
            CarrierWeek(
                weeks[n].monday,
                tuple(CarrierCell(f"c{i}", f"c{i}", *one[n]) for i, one in enumerate(cells) if one[2 + n]),
                rest=not all(one[2 + n] for one in cells),
            )
            for n in (0, 1)
        )
        found = CarrierReading(None, None, "certified", "", (), None, 50, told)
        markets.append(replace(market(code, weeks), carriers=found))
    whole = reading(markets)
    change = Fraction(0)
    page = market_page(whole, markets[-1].code)
    assert "difference of 0." in page.to_headline
    assert page.reconciled.lines[-1].values == ("0", "0")
    for one in markets:
        now, before = (item.counts for item in (one.weeks[-1], one.weeks[-2]))
        change += Fraction(now.on_time, whole.rollup[-1].counts.due)
        parts = parts_of(one, one.carriers.weeks[-1], one.carriers.weeks[-2])
        assert sum(parts.values()) == Fraction(now.on_time, now.due) - Fraction(before.on_time, before.due)
        printed = in_print(parts)
        assert printed.keys() == parts.keys() - {REST}
        if not (one.carriers.weeks[0].rest or one.carriers.weeks[1].rest):
            assert sum(printed.values()) == in_hundredths([sum(parts.values())])[0]
    assert change == Fraction(whole.rollup[-1].counts.on_time, whole.rollup[-1].counts.due)
