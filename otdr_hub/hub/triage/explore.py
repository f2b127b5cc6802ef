"""An assessment's values to look into: figures by plotly.py, and the same values as tables."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from metrics.assessments.selectors import document as filed
from otdr_hub.hub.explore import Picture, Twin, graph, label, layout, plain
from otdr_hub.hub.numbers import count, percent_text
from otdr_hub.hub.triage.drawing import day_text

Document = Mapping[str, Any]


def pictures_of(digest: str) -> tuple[Picture, ...]:
    """The days, and each check that has a histogram; nothing where no assessment is filed."""
    document = filed(digest)
    if document is None:
        return ()
    charts = [one for one in document["checks"] if one["chart"]]
    return (_days(document), *(_pair(one) for one in charts))


def _days(document: Document) -> Picture:
    rows = [row for row in document["days"] if row["due"]]
    figure = graph().Figure(layout=layout(_("Promise day"), _("OTDR, %")))
    for meta, part, name in ((1, "base", _("before")), (0, "suspect", _("in question"))):
        chosen = [row for row in rows if row["part"] == part]
        figure.add_scatter(
            x=[row["day"] for row in chosen],
            y=[float(Fraction(row["on_time"], row["due"]) * 100) for row in chosen],
            text=[_("%(due)s due") % {"due": count(row["due"])} for row in chosen],
            name=label(name), mode="lines+markers", meta=meta,
        )  # fmt: skip
    twin = Twin(
        _("OTDR by promise day"),
        (_("Day"), _("Due"), _("On time"), _("Late"), _("Still under way"), _("No news"), _("OTDR")),
        tuple(
            (
                day_text(row["day"]),
                *(count(row[name]) for name in ("due", "on_time", "late", "pending", "unknown")),
                percent_text(Fraction(row["on_time"], row["due"])),
            )
            for row in rows
        ),
    )
    note = _("The two colours are the days before and the days in question.")
    return Picture("days", _("OTDR by promise day"), note, plain(figure), twin)


def _pair(check: Document) -> Picture:
    chart = check["chart"]
    figure = graph().Figure(layout=layout(_("Value"), _("Share")))
    for meta, part, name in ((1, "before", _("before")), (0, "now", _("in question"))):
        figure.add_scatter(
            x=list(chart["labels"]), y=[float(one) for one in chart[part]], name=label(name),
            mode="lines+markers", meta=meta,
        )  # fmt: skip
    rows = tuple(zip(chart["labels"], chart["before"], chart["now"], strict=True))
    twin = Twin(check["title"], (_("Value"), _("Before"), _("In question")), rows)
    return Picture(f"check-{check['number']}", check["title"], check["sentence"], plain(figure), twin)
