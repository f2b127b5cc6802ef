"""Tables that are their own pictures: by delivery, by batch and day, by age, by outcome."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.hub.numbers import count, fixed, percent
from otdr_hub.hub.triage.change import signed
from otdr_hub.hub.triage.drawing import HeatCell, HeatMap, day_text

Document = Mapping[str, Any]
_MOST_BATCHES: Final = 12


def batches(document: Document) -> HeatMap | None:
    """Every delivery of the time: how many shipments it speaks of, and how far the rate moves with it."""
    rows = sorted(
        document["attribution"].get("batches", ()), key=lambda one: -abs(Fraction(one["effect"]))
    )[:_MOST_BATCHES]  # fmt: skip
    if not rows:
        return None
    most = max(abs(Fraction(one["effect"])) for one in rows) or Fraction(1)

    def cells(one: Mapping[str, Any]) -> tuple[HeatCell, ...]:
        effect = Fraction(one["effect"])
        share = percent(Fraction(one["on_time"], one["shipments"])) if one["shipments"] else _("none")
        return (
            HeatCell(one["source"] or _("live"), "0"), HeatCell(count(one["shipments"]), "0"),
            HeatCell(share, "0"),
            HeatCell(signed(effect), str(min(round(float(abs(effect) / most) * 5), 5))),
            HeatCell(signed(Fraction(one["usual"])), "0"),
        )  # fmt: skip

    return HeatMap(
        id="batches",
        title=_("What the rate owes to each delivery"),
        note=_("The table is the picture: the darker, the further the rate in question moves with it."),
        corner=_("Delivery"),
        heads=(
            _("Source"),
            _("Shipments"),
            _("On time, %"),
            _("Moves the rate by, points"),
            _("Usually, points"),
        ),
        rows=tuple((one["batch"] or _("(none)"), cells(one)) for one in rows),
    )


def batch_map(document: Document) -> HeatMap | None:
    """Batch by day: how many of the deliveries a batch told were on time, and where it told none."""
    rows = document["cells"]["batch_days"]
    days = sorted({one["day"] for one in rows})
    if not rows:
        return None
    base = Fraction(document["rate"]["base_rate"])
    known = {(one["batch"], one["day"]): one for one in rows}

    def cell(batch: str, day: str) -> HeatCell:
        one = known.get((batch, day))
        if one is None:
            return HeatCell(_("none"), "none")
        share = Fraction(one["on_time"], one["shipments"])
        return HeatCell(fixed(share * 100, 0), str(min(int(abs(share - base) * 25), 5)))

    names = dict.fromkeys(one["batch"] for one in rows)
    return HeatMap(
        id="batch-map",
        title=_("On time by batch and day: does it line up with a delivery of data?"),
        note=_(
            "Per cent of the shipments whose delivery the batch told, by promise day. The darker, the further"
            " from the weeks before."
        ),
        corner=_("Batch"),
        heads=tuple(day_text(day) for day in days),
        rows=tuple((name or _("not told of"), tuple(cell(name, day) for day in days)) for name in names),
    )


def triangle(document: Document, last: int = 14) -> HeatMap | None:
    """The reporting triangle: how much of a day was known so many days after it."""
    told = [one for one in document["cells"]["arrivals"] if one["due"]]
    rows, ages = told[-last:], max((len(one["known"]) for one in told), default=0)
    if not rows or not ages:
        return None
    base = {row["day"] for row in document["days"] if row["part"] == "base"}

    def usual(age: int) -> Fraction:
        full = [one for one in told if one["day"] in base and len(one["known"]) > age]
        due = sum(one["due"] for one in full)
        return Fraction(sum(one["known"][age] for one in full), due) if due else Fraction()

    norms = [usual(age) for age in range(ages)]

    def cell(one: Mapping[str, Any], age: int) -> HeatCell:
        if age >= len(one["known"]):
            return HeatCell(_("not yet"), "none")
        share = Fraction(one["known"][age], one["due"])
        return HeatCell(fixed(share * 100, 0), str(min(max(int((norms[age] - share) * 20), 0), 5)))

    return HeatMap(
        id="triangle",
        title=_("Was the week told to the end? Deliveries known by age"),
        note=_(
            "Per cent of a promise day's shipments whose delivery was known so many days after it. The"
            " darker, the less than in the weeks before."
        ),
        corner=_("Promise day"),
        heads=tuple(_("%(number)d d") % {"number": age} for age in range(ages)),
        rows=tuple((day_text(one["day"]), tuple(cell(one, age) for age in range(ages))) for one in rows),
    )


def day_map(document: Document, last: int = 14) -> HeatMap | None:
    """What became of each day's shipments, day by day, as shares of those due."""
    rows = document["days"][-last:]
    if not rows:
        return None
    names = {
        "on_time": _("On time"), "late": _("Late"), "pending": _("Still under way"),
        "unknown": _("No news from the carrier"),
    }  # fmt: skip

    def cell(row: Mapping[str, Any], state: str) -> HeatCell:
        if not row["due"]:
            return HeatCell(_("none due"), "none")
        share = Fraction(row[state], row["due"])
        return HeatCell(fixed(share * 100, 0), str(min(int(share * 20), 5) if state != "on_time" else 0))

    return HeatMap(
        id="day-map",
        title=_("What became of each day's shipments"),
        note=_("Per cent of those due, by promise day; the last days are those in question."),
        corner=_("Outcome"),
        heads=tuple(day_text(row["day"]) for row in rows),
        rows=tuple((words_, tuple(cell(row, state) for row in rows)) for state, words_ in names.items()),
    )
