"""Where the change lies: from due to on time, by part, by delivery, by day. Drawn from the document alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.hub.explore import Twin
from otdr_hub.hub.numbers import MINUS, count, fixed, percent, percent_text
from otdr_hub.hub.triage.drawing import Figure, HeatCell, HeatMap, box, day_text, horizontal, words

Document = Mapping[str, Any]
_MOST_BATCHES: Final = 12
_MOST_PARTS: Final = 10
_STATES: Final = ("on_time", "late", "pending", "unknown")
_ROW: Final = 24


def funnel(document: Document) -> Figure | None:
    """What became of shipments due, before and in the days in question, as shares of those due."""
    sums = {
        part: {
            name: sum(row[name] for row in document["days"] if row["part"] == part)
            for name in ("due", *_STATES)
        }
        for part in ("base", "suspect")
    }
    if not all(one["due"] for one in sums.values()):
        return None

    def steps(one: Mapping[str, int]) -> list[Fraction]:
        due = one["due"]
        ended = due - one["pending"]
        return [Fraction(part, due) for part in (due, ended, ended - one["unknown"], one["on_time"])]

    names = (_("Due"), _("The promise has ended"), _("An end is known"), _("On time"))
    before, now = steps(sums["base"]), steps(sums["suspect"])
    rows = [
        (name, (("bar-quiet", was, _("before %(share)s") % {"share": percent_text(was)}),
                ("bar", is_now, _("now %(share)s") % {"share": percent_text(is_now)})))
        for name, was, is_now in zip(names, before, now, strict=True)
    ]  # fmt: skip
    boxes, said, height = horizontal(rows, Fraction(1))
    return Figure(
        id="funnel",
        title=_("From due to on time: where shipments are lost on the way"),
        note=_("Of each hundred due. Grey: the weeks before. Blue: the days in question."),
        alt="; ".join(
            _("%(name)s: before %(was)s, now %(now)s")
            % {"name": name, "was": percent_text(was), "now": percent_text(is_now)}
            for name, was, is_now in zip(names, before, now, strict=True)
        ),
        boxes=boxes, words=said, height=height,
        twin=Twin(
            _("From due to on time"), (_("Step"), _("Before"), _("Now")),
            tuple((n, percent_text(w), percent_text(i)) for n, w, i in zip(names, before, now, strict=True)),
        ),
    )  # fmt: skip


def _split_of(document: Document, splits: Mapping[str, Document]) -> Document:
    """The split along the dimension in which the change lies; the first one where none is named."""
    wanted = [name for shift in document["attribution"]["shifts"] for name, _value in shift["where"]]
    return next((splits[name] for name in wanted if name in splits), next(iter(splits.values())))


def _parts(split: Document) -> list[tuple[str, Fraction, Fraction]]:
    """(name, by its weight, by its rate), the largest first; the small ones as one."""
    parts = [
        (part["value"] or _("(none)"), Fraction(part["mix"]), Fraction(part["rate"]))
        for part in split["parts"]
    ]
    parts.sort(key=lambda one: -abs(one[1] + one[2]))
    shown, rest = parts[:_MOST_PARTS], parts[_MOST_PARTS:]
    if rest:
        weights = sum((one[1] for one in rest), Fraction())
        rates = sum((one[2] for one in rest), Fraction())
        shown.append((_("all others"), weights, rates))
    return shown


def waterfall(document: Document) -> Figure | None:
    """The change of the rate as a sum of its parts, along the dimension in which it lies."""
    splits = {one["dimension"]: one for one in document["attribution"]["splits"]}
    if not splits:
        return None
    split = _split_of(document, splits)
    shown = _parts(split)
    running, spots = Fraction(), [Fraction()]
    for _name, mix, rate in shown:
        running += mix + rate
        spots.append(running)
    low, high = min(spots), max(spots)
    unit = 52 / float((high - low) or 1)
    boxes, said = [], []
    for i, (name, mix, rate) in enumerate(shown):
        begin, end = sorted((spots[i], spots[i + 1]))
        y = 6 + i * _ROW
        style = "bar" if mix + rate > 0 else "bar-against"
        boxes.append(box(style, 30 + float(begin - low) * unit, y, max(float(end - begin) * unit, 0.4), 14))
        said += [words(0, y + 12, name), words(100, y + 12, _signed(mix + rate), "end", "halo text-strong")]
    y = 6 + len(shown) * _ROW
    said += [
        words(0, y + 12, _("The whole change"), style="halo text-strong"),
        words(100, y + 12, _signed(running), "end", "halo text-strong"),
    ]
    return Figure(
        id="waterfall",
        title=document["attribution"]["sentence"],
        note=_("Points of the rate, by %(dimension)s: each part's own rate and its weight. They add up.")
        % {"dimension": split["dimension"]},
        alt="; ".join(f"{name} {_signed(mix + rate)}" for name, mix, rate in shown),
        boxes=tuple(boxes), words=tuple(said), height=y + _ROW,
        twin=Twin(
            _("Parts of the change, in points"),
            (split["dimension"], _("By its rate"), _("By its weight"), _("Together")),
            tuple((name, _signed(rate), _signed(mix), _signed(mix + rate)) for name, mix, rate in shown),
        ),
    )  # fmt: skip


def _signed(value: Fraction) -> str:
    text = fixed(value * 100, 2)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


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
            HeatCell(_signed(effect), str(min(round(float(abs(effect) / most) * 5), 5))),
            HeatCell(_signed(Fraction(one["usual"])), "0"),
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
