"""Two publications compared over the markets that may be seen now in both: four parts that add up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdr_hub.hub.numbers import percent_text, signed_hundredths, week_title
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.sentences import absence_words, join_names
from otdr_hub.lib import weeks
from otdr_hub.lib.fourparts import FourParts, Side, four_parts
from otdr_hub.lib.kitagawa import in_hundredths
from otdr_hub.lib.shortid import name_of

PARTS = ("real", "mix", "restated", "scope")


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of two readings: their parts, and the markets in neither because they may not be seen."""

    old: Reading
    new: Reading
    parts: FourParts | None
    hidden: tuple[str, ...]

    @property
    def hundredths(self) -> dict[str, int]:
        """Each part in hundredths of a point, adding up to the rounded change."""
        if self.parts is None:
            return {}
        exact: list[Fraction] = [getattr(self.parts, name) for name in PARTS]
        return dict(zip(PARTS, in_hundredths(exact), strict=True))


def compared(old: Reading, new: Reading) -> Compared:
    """The change from one publication to another, over what may be seen now in both.

    A market decided in only one of them joined or left. One that was decided and may not be seen now is in
    no sum of either: what is left of two sums would be its number.
    """
    hidden = {absent.code for side in (old, new) for absent in side.not_shown if absent.reason != "undecided"}
    sides = _side(old, hidden), _side(new, hidden)
    parts = four_parts(*sides) if sides[0] and sides[1] else None  # type: ignore[arg-type]  # both are there
    return Compared(old, new, parts, tuple(sorted(hidden)))


def _side(reading: Reading, hidden: Collection[str]) -> Side[Any] | None:
    if not reading.rollup:
        return None
    counts = {
        market.code: {week.monday: (week.counts.on_time, week.counts.due) for week in market.weeks}
        for market in reading.markets
        if market.code not in hidden
    }
    summed = [market.code for market in reading.summed if market.code in counts]
    return Side(reading.rollup[-1].monday, summed, counts)


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the comparison: its name, what it means, and its size in points."""

    label: str
    meaning: str
    size: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison as text; `why_not` is said where there is none."""

    title: str
    before: str
    now: str
    before_label: str
    now_label: str
    parts: tuple[Part, ...]
    total: str
    notes: tuple[str, ...]
    why_not: str


def comparison(found: Compared) -> Comparison:
    """The comparison of two publications, ready to print."""
    old, new = _name(found.old), _name(found.new)
    title = _("%(new)s against %(old)s") % {"new": new, "old": old}
    if found.parts is None:
        return Comparison(title, "", "", "", "", (), "", (), _why_not(found))
    meanings = {
        "real": (_("Real change"), _("the markets’ own rates, one week against the other")),
        "mix": (_("Mix"), _("more or fewer shipments in better or worse markets")),
        "restated": (_("Restated"), _("the earlier week counted anew: newer data, or another definition")),
        "scope": (_("Scope"), _("markets that joined or left")),
    }
    sizes = found.hundredths
    return Comparison(
        title=title,
        before=percent_text(found.parts.before),
        now=percent_text(found.parts.now),
        before_label=_label(found.old),
        now_label=_label(found.new),
        parts=tuple(Part(*meanings[name], signed_hundredths(sizes[name])) for name in PARTS),
        total=signed_hundredths(sum(sizes.values())),
        notes=_notes(found),
        why_not="",
    )


def _name(reading: Reading) -> str:
    return name_of(reading.publication.number) if reading.publication else ""


def _label(reading: Reading) -> str:
    return f"{_name(reading)}, {week_title(reading.rollup[-1].monday)}"


def _why_not(found: Compared) -> str:
    back = next((one for one in (found.new, found.old) if one.taken_back_by), None)
    if back is not None:
        return _("%(name)s was taken back. Its numbers are not shown, so there is nothing to compare.") % {
            "name": _name(back)
        }
    return _("No market of one of them may be seen now, so there is nothing to compare.")


def _notes(found: Compared) -> tuple[str, ...]:
    """Who joined, left or was counted anew, and who is in neither sum."""
    if found.parts is None:
        return ()
    names = {one.code: one.name for side in (found.old, found.new) for one in side.markets}
    names |= {one.code: one.name for side in (found.old, found.new) for one in side.not_shown}
    said = []
    for text, codes in (
        (_("Joined: %(names)s."), found.parts.joined),
        (_("Left: %(names)s."), found.parts.left),
        (_("Counted anew: %(names)s."), found.parts.recounted),
    ):
        if codes:
            said.append(text % {"names": join_names([names[code] for code in codes])})
    if found.hidden:
        why = {one.code: one.reason for side in (found.old, found.new) for one in side.not_shown}
        left_out = [f"{names[code]} ({absence_words(why[code]).short})" for code in found.hidden]
        said.append(
            ngettext(
                "%(names)s may not be seen now and is in neither sum.",
                "%(names)s may not be seen now and are in neither sum.",
                len(left_out),
            )
            % {"names": join_names(left_out)}
        )
    return tuple(said)


def payload(found: Compared) -> dict[str, Any] | None:
    """The same for the API: hundredths of a point as integers, and each part exactly."""
    if found.parts is None or found.old.publication is None or found.new.publication is None:
        return None
    sizes = found.hundredths
    return {
        "against": name_of(found.old.publication.number),
        "week": weeks.label(found.new.rollup[-1].monday),
        "against_week": weeks.label(found.old.rollup[-1].monday),
        "total": {"hundredths": sum(sizes.values()), "exact": str(found.parts.total)},
        **{
            name: {"hundredths": sizes[name], "exact": str(getattr(found.parts, name))} for name in PARTS
        },
        "joined": list(found.parts.joined), "left": list(found.parts.left),
        "recounted": list(found.parts.recounted), "hidden": list(found.hidden),
    }  # fmt: skip
