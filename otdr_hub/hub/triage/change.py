"""Where the change lies: from due to on time, by part, by delivery, by day. Drawn from the document alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.hub.explore import Twin
from otdr_hub.hub.numbers import MINUS, fixed, percent_text
from otdr_hub.hub.triage.drawing import Figure, box, horizontal, words

Document = Mapping[str, Any]
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
        said += [words(0, y + 12, name), words(100, y + 12, signed(mix + rate), "end", "halo text-strong")]
    y = 6 + len(shown) * _ROW
    said += [
        words(0, y + 12, _("The whole change"), style="halo text-strong"),
        words(100, y + 12, signed(running), "end", "halo text-strong"),
    ]
    return Figure(
        id="waterfall",
        title=document["attribution"]["sentence"],
        note=_("Points of the rate, by %(dimension)s: each part's own rate and its weight. They add up.")
        % {"dimension": split["dimension"]},
        alt="; ".join(f"{name} {signed(mix + rate)}" for name, mix, rate in shown),
        boxes=tuple(boxes), words=tuple(said), height=y + _ROW,
        twin=Twin(
            _("Parts of the change, in points"),
            (split["dimension"], _("By its rate"), _("By its weight"), _("Together")),
            tuple((name, signed(rate), signed(mix), signed(mix + rate)) for name, mix, rate in shown),
        ),
    )  # fmt: skip


def signed(value: Fraction) -> str:
    """Points with their sign, to a hundredth."""
    text = fixed(value * 100, 2)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"
