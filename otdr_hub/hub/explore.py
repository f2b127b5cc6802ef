"""A market's weeks and carriers to look into: figures by plotly.py, and the same values as tables.

Both are made from one guarded reading. Plotly reads some HTML in titles and labels, so whatever came
from outside is escaped; plotly.py is imported only when a figure is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from otdr_hub.hub.carriers import absence_of
from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.market import Standing, standing_of
from otdr_hub.hub.numbers import count, percent, percent_text, week_name, week_short
from otdr_hub.hub.reading import CarrierCell, CarrierWeek, MarketReading, Reading, Week


@dataclass(frozen=True, slots=True)
class Twin:
    """A table with the values of a picture; an empty cell says in words why."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure for Plotly (plain values) under its title, and its twin."""

    id: str
    title: str
    note: str
    figure: dict[str, Any]
    twin: Twin

    @property
    def figure_id(self) -> str:
        """The element that holds the values."""
        return f"{self.id}-figure"


@dataclass(frozen=True, slots=True)
class ExplorePage:
    """Everything on the page."""

    code: str
    name: str
    week: str
    standing: Standing
    carriers: str
    pictures: tuple[Picture, ...]


def explore_page(reading: Reading, code: str) -> ExplorePage | None:
    """The page of a market that may be seen; None for any other."""
    market = next((one for one in reading.markets if one.code == code and one.weeks), None)
    standing = standing_of(reading)
    if market is None or standing is None:
        return None
    found = market.carriers
    weeks = found.weeks if found is not None and found.reason is None else ()
    # A carrier has the same colour and mark in every picture; 0 is the market's own.
    names = {one.carrier: one.called for week in weeks for one in week.cells}
    slots = {carrier: i for i, carrier in enumerate(sorted(names, key=lambda one: names[one]), start=1)}
    pictures = [_by_week(market, weeks, slots, names)]
    last = next((one for one in weeks if one.monday == market.weeks[-1].monday), None)
    if last is not None and last.cells:
        pictures.append(_by_size(last, slots))
    return ExplorePage(
        code=market.code,
        name=market.name,
        week=week_name(market.weeks[-1].monday),
        standing=standing,
        carriers=absence_of(found) if found is not None and found.reason else "",
        pictures=tuple(pictures),
    )


def _label(text: str) -> str:
    """A text as Plotly may be given it: it would read HTML."""
    return escape(text)


def _plain(figure: Any) -> dict[str, Any]:
    """A figure of plotly.py as plain values, without the looks it would bring: those are the page's."""
    found: dict[str, Any] = figure.to_plotly_json()
    found["layout"].pop("template", None)
    return found


def _graph() -> Any:
    import plotly.graph_objects as go  # noqa: PLC0415 (0.2 s that no other page needs)

    return go


def _by_week(
    market: MarketReading, weeks: Sequence[CarrierWeek], slots: Mapping[str, int], names: Mapping[str, str]
) -> Picture:
    """OTDR by week: the market, and each carrier in the weeks in which it is shown."""
    go = _graph()
    known = {week.monday: {one.carrier: one for one in week.cells} for week in weeks}
    figure = go.Figure(layout=_layout(_("Week"), _("OTDR, %")))
    figure.add_scatter(
        x=[week_short(week.monday) for week in market.weeks],
        y=[_point(week) for week in market.weeks],
        name=_label(market.name),
        mode="lines+markers",
        meta=0,
    )
    for carrier in slots:
        cells = [known.get(week.monday, {}).get(carrier) for week in market.weeks]
        figure.add_scatter(
            x=[week_short(week.monday) for week in market.weeks],
            y=[None if one is None else float(one.rate * 100) for one in cells],
            text=[None if one is None else _("%(due)s due") % {"due": count(one.due)} for one in cells],
            name=_label(names[carrier]),
            mode="lines+markers",
            connectgaps=False,
            meta=slots[carrier],
        )
    return Picture(
        id="by-week",
        title=_("OTDR by week and carrier") if names else _("OTDR by week"),
        note=_("A carrier has a point only in the weeks in which it may be shown."),
        figure=_plain(figure),
        twin=_weeks_twin(market, known, list(slots), names),
    )


def _point(week: Week) -> float | None:
    rate = shown_rate(week)
    return None if rate is None else float(rate * 100)


def _weeks_twin(
    market: MarketReading,
    known: Mapping[Any, Mapping[str, CarrierCell]],
    order: Sequence[str],
    names: Mapping[str, str],
) -> Twin:
    rows = []
    for week in reversed(market.weeks):
        rate = shown_rate(week)
        cells = [known.get(week.monday, {}).get(carrier) for carrier in order]
        rows.append(
            (
                week_short(week.monday),
                _("no rate yet") if rate is None else percent_text(rate),
                *(_("not shown") if one is None else percent_text(one.rate) for one in cells),
            )
        )
    return Twin(
        caption=_("%(name)s, OTDR by week") % {"name": market.name},
        heads=(_("Week"), market.name, *(names[carrier] for carrier in order)),
        rows=tuple(rows),
    )


def _by_size(week: CarrierWeek, slots: Mapping[str, int]) -> Picture:
    """The carriers of the last week: how much each carries, how much of it on time, how sure that is."""
    go = _graph()
    figure = go.Figure(layout=_layout(_("Shipments due"), _("OTDR, %")))
    rows: list[tuple[str, ...]] = []
    for cell in week.cells:
        low, high = wilson(cell.on_time, cell.due)
        rate = float(cell.rate * 100)
        figure.add_scatter(
            x=[cell.due],
            y=[rate],
            error_y={
                "type": "data", "symmetric": False,
                "array": [float(high * 100) - rate], "arrayminus": [rate - float(low * 100)],
            },
            name=_label(cell.called),
            mode="markers",
            meta=slots[cell.carrier],
        )  # fmt: skip
        words = {"low": percent(low), "high": percent(high)}
        interval = _("%(low)s to %(high)s") % words
        rows.append((cell.called, count(cell.due), count(cell.on_time), percent_text(cell.rate), interval))
    if week.rest:
        rows.append((_("Other carriers"), *([_("withheld")] * 4)))
    return Picture(
        id="by-size",
        title=_("How much each carries, and how much of it on time"),
        note=_("In the last week. The bar is the 95 % interval. Carriers withheld have no point."),
        figure=_plain(figure),
        twin=Twin(
            caption=_("Carriers in %(week)s") % {"week": week_name(week.monday)},
            heads=(_("Carrier"), _("Due"), _("On time"), _("OTDR"), _("95 % interval")),
            rows=tuple(rows),
        ),
    )


def _layout(across: str, up: str) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": _label(across)}, "fixedrange": False},
        "yaxis": {"title": {"text": _label(up)}},
        "hovermode": "closest",
        "dragmode": "zoom",
        # Room above the plot for the bar of tools, which a touch screen shows all the time.
        "margin": {"l": 56, "r": 12, "t": 36, "b": 48},
        "legend": {"orientation": "h", "y": -0.2},
    }
