"""The pages as objects and as HTML, from readings built by hand."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hub_readings import NAMES, market, reading, usual, week

from otdr_hub.demo import context
from otdr_hub.hub import contributions
from otdr_hub.hub.page import hub_page, market_page, not_shown_page
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.sentences import coverage_sentence


class Texts(HTMLParser):
    """The words of a page: text and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += [
            value or "" for name, value in attrs if name in {"aria-label", "title", "alt", "value"}
        ]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words_of(html: str) -> str:
    parser = Texts()
    parser.feed(html)
    return re.sub(r"[ \n]+", " ", " ".join(parser.words))


def hub_html(given_reading: Reading) -> str:
    return render_to_string("hub/hub.html", {"page": hub_page(given_reading)})


def test_rows_run_by_contribution_and_the_absent_come_after() -> None:
    markets = hub_page(usual()).markets
    assert markets.rows[0].code == "US"
    assert [row.name for row in markets.absent] == ["Brazil", "Germany"]
    assert markets.rows[1].delta == "within noise"
    assert markets.rows[1].bar is not None
    assert markets.rows[1].bar.style == "bar-quiet"


def test_where_nothing_moved_no_market_is_made_the_cause() -> None:
    still = [market(code, [week(0, 1000, 930), week(1, 1000, 931)]) for code in ("CA", "JP")]
    assert hub_page(reading(still)).markets.title == "No market moved by more than noise"
    assert hub_page(usual()).markets.title == "Where the change came from"


def test_a_split_that_would_not_add_up_is_not_shown() -> None:
    whole = usual()
    torn = Reading(
        1, whole.read_at, whole.publication, whole.rollup, whole.markets[:2], whole.not_shown, whole.coverage
    )
    assert contributions.contributions(torn) == {}
    assert all(row.bar is None for row in hub_page(torn).markets.rows)


def test_hub_says_number_change_coverage_and_nameplate() -> None:
    said = words_of(hub_html(usual()))
    for text in ("94.3", "Down 0.8 points", "27 Nov 2026, 06:00 UTC", "Provisional", "650,000", "otdr-1"):
        assert text in said
    assert "P-1\u00a0·\u00a07f3a\u00a091c4" in said


def test_coverage_sentence_is_the_same_text_on_both_pages() -> None:
    whole = usual()
    pages = hub_html(whole), render_to_string("hub/market.html", {"page": market_page(whole, "US")})
    for html in pages:
        assert coverage_sentence(whole) in re.sub(r"</?b>", "", html)


@pytest.mark.parametrize("reason", ["undecided", "excluded", "switched_off", "needs_signing"])
def test_a_market_not_shown_carries_no_digit(reason: str) -> None:
    html = hub_html(usual({"DE": reason}))
    item = re.search(r'<li class="market-row market-row-absent" data-market="DE">.*?</li>', html, re.S)
    row = re.search(r'<tr class="absent" data-market="DE">.*?</tr>', html, re.S)
    assert item
    assert row
    for found in (item.group(), row.group()):
        assert "Germany" in found
        # A date it has, and in a <time> element only.
        dated = re.sub(r"<time .*?</time>", "", found)
        assert ("<time" in found) == (reason == "switched_off")
        assert not re.search(r"\d", words_of(dated))
        assert "width=" not in re.sub(r'<svg class="glyph".*?</svg>', "", found, flags=re.S)


def test_page_of_a_market_not_shown_says_why_and_gives_a_way_back() -> None:
    page = not_shown_page(usual(), "DE")
    assert page is not None
    html = render_to_string("hub/not_shown.html", {"page": page})
    assert "Not decided yet: this market may be shown once Finance, Legal and Logistics have signed." in html
    body = re.sub(r"<aside.*?</aside>", "", html, flags=re.S)
    assert not re.search(r"\d", words_of(re.sub(r"<svg.*?</svg>", "", body, flags=re.S)))


def test_only_markets_of_the_reading_have_a_page() -> None:
    assert market_page(usual(), "DE") is None
    assert market_page(usual(), "ZZ") is None
    assert not_shown_page(usual(), "US") is None
    assert not_shown_page(usual(), "ZZ") is None


def test_every_shipment_due_is_in_one_line() -> None:
    page = market_page(usual(), "US")
    assert page is not None
    values = [[int(v.replace(",", "")) for v in line.values] for line in page.reconciled.lines]
    for column in zip(*values, strict=True):
        assert sum(column[:4]) == column[4]
        assert column[5] == 0


def test_market_page_carries_who_signed_and_its_part() -> None:
    page = market_page(usual(), "US")
    assert page is not None
    said = words_of(render_to_string("hub/market.html", {"page": page}))
    assert "Certified for otdr-1" in said
    assert "Signed by Finance, Legal and Logistics." in said
    row = next(row for row in hub_page(usual()).markets.rows if row.code == "US")
    assert row.bar is not None
    assert f"{row.bar.text} of the headline’s change" in said


def test_a_note_travels_with_its_market() -> None:
    weeks = [week(0, 1000, 900), week(1, 1000, 910)]
    noted = reading([market("CA", weeks, "known_issue", "Events come a day late.")])
    assert "Events come a day late." in hub_html(noted)
    page = market_page(noted, "CA")
    assert page is not None
    assert "Events come a day late." in render_to_string("hub/market.html", {"page": page})


def test_before_the_first_publication_the_page_says_why_who_and_next() -> None:
    html = hub_html(reading([], {"DE": "undecided"}, published=False))
    for text in ("No number yet", "Why", "Who", "Next", "Nothing has been published"):
        assert text in html
    assert 'class="hero' not in html


def test_with_every_market_off_no_number_is_left() -> None:
    html = hub_html(reading([], dict.fromkeys(NAMES, "switched_off")))
    assert "No number now" in html
    assert 'class="hero' not in html
    assert '<figure class="chart' not in html


def test_one_week_has_a_number_and_no_change() -> None:
    page = hub_page(reading([market("CA", [week(0, 1000, 930)])]))
    assert page.headline is not None
    assert page.headline.number == "93.0"
    assert f"{page.headline.lead} {page.headline.rest}" == "No earlier week to compare with."
    assert page.markets.rows[0].bar is None


def test_a_preliminary_headline_shows_no_rate() -> None:
    html = hub_html(reading([market("CA", [week(0, 1000, 930, "preliminary")])]))
    assert "too early" in html
    assert "93.0" not in words_of(html)


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503", "403_csrf"])
def test_error_pages_need_no_context(name: str) -> None:
    assert 'href="#main"' in render_to_string(f"{name}.html")


def test_sign_in_shows_demonstration_accounts_only_when_told() -> None:
    assert "otdr-demo" not in render_to_string("account/login.html", {})
    parts = (context.Part(("finance", "finance-2"), "signs for Finance"),)
    html = render_to_string("account/login.html", {"demo_accounts": context.Accounts("otdr-demo", parts)})
    for text in ("otdr-demo", "finance-2", "signs for Finance"):
        assert text in html
    assert 'autocomplete="current-password"' in html


def _with_a_held_one(through: int) -> Reading:
    """As usual, but Canada waits for signatures: shown up to the week of that number (0 or 1)."""
    whole = usual()
    at = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    canada, *others = whole.markets
    shown = canada.weeks[: through + 1]
    held = replace(canada, weeks=shown, through=shown[-1].monday, as_of=at, is_held=True)
    if through == 1:
        return replace(whole, markets=(held, *others))
    summed = reading(others, {"DE": "undecided", "BR": "undecided"}, hidden_due=147_130)
    return replace(summed, markets=(held, *others), coverage=replace(summed.coverage, markets_in_scope=5))


def test_a_held_market_is_counted_as_signed_and_says_so() -> None:
    whole = _with_a_held_one(1)
    page = hub_page(whole)
    said = words_of(render_to_string("hub/hub.html", {"page": page}))
    (banner,) = page.held
    assert banner.startswith("Canada: Last signed number: week 47, data as of 20 Nov 2026, 12:00 UTC. Newer")
    assert "Canada is counted as signed, with data as of 20 Nov 2026, 12:00 UTC" in said
    assert {row.code for row in page.markets.rows} == {"CA", "JP", "US"}
    assert page.markets.behind == ()


def test_a_market_of_an_earlier_week_stays_out_of_the_sum() -> None:
    whole = _with_a_held_one(0)
    page = hub_page(whole)
    assert {row.code for row in page.markets.rows} == {"JP", "US"}
    assert [(row.code, row.delta, row.bar) for row in page.markets.behind] == [("CA", "week 46", None)]
    assert page.markets.sum is not None
    assert page.markets.sum.due == "600,000"
    assert page.markets.sum.name == "2 markets shown"
    assert contributions.contributions(whole).keys() == {"JP", "US"}
    said = words_of(render_to_string("hub/hub.html", {"page": page}))
    assert "Canada is shown up to week 46 and not counted in: newer data is not certified yet." in said
    own = market_page(whole, "CA")
    assert own is not None
    assert "Not in the headline" in own.to_headline
    assert own.headline.number == "92.0"
    assert "20 Nov 2026, 12:00 UTC" in words_of(render_to_string("hub/market.html", {"page": own}))


@pytest.mark.parametrize(("days", "said"), [(18, False), (19, True), (60, True)])
def test_the_last_certified_number_stays_and_says_that_the_next_is_due(days: int, said: bool) -> None:
    whole = usual()
    last = dt.datetime.combine(whole.rollup[-1].monday, dt.time(), tzinfo=dt.UTC)
    html = hub_html(replace(whole, read_at=last + dt.timedelta(days=days)))
    text = (
        "Last certified number: week 47, data as of 27 Nov 2026, 06:00 UTC. Week 48 is due and not published."
    )
    assert (text in html) == said
    assert "94.3" in html


def test_where_not_every_market_reaches_the_last_week_the_page_says_that_too() -> None:
    whole = usual()
    assert whole.publication is not None
    later = replace(whole.publication, through=whole.publication.through + dt.timedelta(weeks=1))
    early = tuple(replace(one, through=later.through) for one in whole.markets)
    html = hub_html(replace(whole, publication=later, markets=early))
    assert "Not every market shown has a rate for a later week yet." in html
