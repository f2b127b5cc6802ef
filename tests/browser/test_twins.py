"""Goal 8: everything a picture draws is in the table under it, with the same values; read off the page itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import Theatre
from tests.browser.served import Reader
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
LATER, WEEKS_LATE = "JP", 5
# The picture as it is in the document: scale, paths, points; and its table, head and rows oldest first.
_CHART = """figure => {
  const text = one => one.textContent.trim(), all = what => [...figure.querySelectorAll(what)];
  const rows = all("tbody tr:not(.after)").map(row => [...row.cells].map(text)).reverse();
  return {
    scale: all("svg text[x='0']").map(text), grid: all("svg line[x2='100%'][x1='0']").map(one => one.getAttribute("y1")),
    paths: Object.fromEntries(["line:not(.line-provisional)", "line-provisional", "steady", "target-line"].map(
      name => [name.split(":")[0], (figure.querySelector(`path.${name}`) || {getAttribute: () => ""}).getAttribute("d")])),
    points: all("svg circle:not(.mark)").map(one => [one.getAttribute("class"), one.getAttribute("cx")]),
    marks: all("svg .mark-text").map(text), target: all("svg .target-text").map(text),
    caption: text(figure.querySelector("figcaption")), heads: all("thead th").map(text), rows,
    records: all("tbody tr").map(text),
  };
}"""
Chart = dict[str, Any]


def chart(page: Page) -> Chart:
    found: Chart = page.locator("figure.chart:has(.plot-tall)").evaluate(_CHART)
    return found


def rate(text: str) -> float:
    found = re.search(r"\d+(?:\.\d+)?", text)
    assert found, f"no figure in {text!r}"
    return float(found.group())


class Drawn:
    """Positions of a picture as the values they stand for."""

    def __init__(self, found: Chart) -> None:
        ys = [float(y.rstrip("%")) for y in found["grid"]]
        values = [rate(text) for text in found["scale"]]
        assert len(ys) == len(values) >= 3
        self._base, self._low = ys[0], values[0]
        self._per = (values[-1] - values[0]) / (ys[-1] - ys[0])

    def value(self, y: str) -> float:
        return self._low + (float(y) - self._base) * self._per

    def along(self, path: str) -> dict[float, float]:
        """Values by place of a path of straight lines."""
        spots = (spot.split() for spot in re.split("[MLZ]", path) if spot.strip())
        return {float(x): self.value(y) for x, y in spots}

    def levels(self, path: str) -> list[tuple[float, float, float]]:
        """(from, to, value) of each level piece."""
        pieces = re.findall(r"M([\d.]+) ([\d.]+)H([\d.]+)", path)
        return [(float(start), float(end), self.value(y)) for start, y, end in pieces]


def column(found: Chart, number: int) -> list[str]:
    return [row[number] for row in found["rows"]]


def assert_twin(found: Chart) -> None:
    """The line, point by point, and whatever else is drawn, is in the table."""
    drawn = Drawn(found)
    line = drawn.along(found["paths"]["line"] + found["paths"]["line-provisional"])
    told = column(found, 3)
    assert len(line) == len(told)
    for (_x, value), text in zip(sorted(line.items()), told, strict=True):
        assert abs(value - rate(text)) <= 0.06
    places = sorted(line)
    if found["paths"]["target-line"]:
        target = column(found, found["heads"].index("Target"))
        levels = drawn.levels(found["paths"]["target-line"])
        for x, text in zip(places, target, strict=True):
            here = [value for start, end, value in levels if start <= x <= end]
            assert bool(here) == bool(text), f"at {x}: drawn {here}, told {text!r}"
            assert not here or abs(here[0] - rate(text)) <= 0.06
        assert rate(found["target"][0]) == rate([text for text in target if text][-1])
    if found["paths"]["steady"]:
        steady = drawn.along(found["paths"]["steady"])
        (head,) = (i for i, name in enumerate(found["heads"]) if name.startswith("The same"))
        assert set(steady) == set(places)
        for x, text in zip(places, column(found, head), strict=True):
            assert abs(steady[x] - rate(text)) <= 0.06
    for number in found["marks"]:
        assert any(f"{number}: " in text for text in found["records"])
    assert len(found["caption"]) > 20


def test_the_line_and_the_target_are_in_the_table(read: Callable[..., Reader]) -> None:
    reader = read()
    hub = chart(reader.open())
    assert hub["paths"]["target-line"], "the demonstration has a target; without one this shows nothing"
    assert_twin(hub)
    assert_twin(chart(reader.open("/markets/US/")))


def test_the_constant_set_is_in_the_table_when_a_market_joined_later(
    browser: Browser, own_hub: str, demo: OwnDatabase
) -> None:
    # As if this market's vintage began some weeks after the others: nothing else of it changes.
    with demo.connect("postgres") as connection:
        connection.execute("ALTER TABLE metrics_vintageweek DISABLE TRIGGER ALL")
        gone = connection.execute(
            "DELETE FROM metrics_vintageweek v USING metrics_vintage x WHERE x.digest = v.vintage_id AND x.market = %s"
            " AND v.week < (SELECT min(week) FROM metrics_vintageweek) + 7 * %s",
            [LATER, WEEKS_LATE],
        )
        assert gone.rowcount == WEEKS_LATE
    page = Theatre(browser, own_hub).window("exec").new_page()
    page.goto(own_hub)
    found = chart(page)
    assert found["paths"]["steady"], "no second line was drawn"
    assert "throughout" in found["caption"]
    assert_twin(found)
    markets = [int(text) for text in column(found, found["heads"].index("Markets"))]
    late = markets.count(markets[-1] - 1)
    assert WEEKS_LATE - 1 <= late <= WEEKS_LATE, "one of these weeks may be too old to be told"
    assert markets == [markets[-1] - 1] * late + [markets[-1]] * (len(markets) - late)
    page.context.close()
