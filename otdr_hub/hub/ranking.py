"""Which carriers can be told apart, and what each did to its market: from what may be seen, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from otdr_hub.hub.intervals import wilson
from otdr_hub.hub.reading import CarrierCell, CarrierWeek, Counts, MarketReading, Week
from otdr_hub.lib.kitagawa import Segment, in_hundredths, split
from otdr_hub.lib.suppress import may_rank

# No carrier's code holds this sign; one without a name has the empty code.
REST: Final = "\0"


def ranked(cells: Iterable[CarrierCell]) -> tuple[tuple[CarrierCell, ...], ...]:
    """Carriers with shipments enough for a rank, best first, those whose intervals overlap together."""
    able = [(wilson(one.on_time, one.due), one) for one in cells if may_rank(one.due)]
    able.sort(key=lambda item: (-item[1].rate, item[1].carrier))
    groups: list[list[CarrierCell]] = []
    floor = Fraction(2)
    for (low, high), cell in able:
        if not groups or high < floor:
            groups.append([])
            floor = low
        groups[-1].append(cell)
        floor = min(floor, low)
    return tuple(tuple(group) for group in groups)


def unranked(cells: Iterable[CarrierCell]) -> tuple[CarrierCell, ...]:
    """Carriers with too few shipments for a rank, the largest first."""
    few = [one for one in cells if not may_rank(one.due)]
    return tuple(sorted(few, key=lambda one: (-one.due, one.carrier)))


def parts_of(market: MarketReading, now: CarrierWeek, before: CarrierWeek | None) -> dict[str, Fraction]:
    """What each carrier that is shown in both weeks did to the market's change, exactly; with what the
    others did under `REST`, all of them add up to it. Empty where there is no change to split."""
    if before is None or len(market.weeks) < 2:
        return {}
    earlier = {one.carrier: one for one in before.cells}
    pairs = [(one, earlier[one.carrier]) for one in now.cells if one.carrier in earlier]
    totals = market.weeks[-1].counts, market.weeks[-2].counts
    segments = {one.carrier: Segment(one.on_time, one.due, was.on_time, was.due) for one, was in pairs}
    rest = Segment(
        totals[0].on_time - sum(one.on_time for one, _was in pairs),
        totals[0].due - sum(one.due for one, _was in pairs),
        totals[1].on_time - sum(was.on_time for _one, was in pairs),
        totals[1].due - sum(was.due for _one, was in pairs),
    )
    # Carriers and market are of one vintage, so the rest is never less than nothing.
    return {name: effect.total for name, effect in split({**segments, REST: rest}).items()}


def in_print(parts: Mapping[str, Fraction]) -> dict[str, int]:
    """The same in hundredths of a point, adding up as printed; the others' part is not printed."""
    names = sorted(parts)
    printed = dict(zip(names, in_hundredths([parts[name] for name in names]), strict=True)) if names else {}
    return {name: value for name, value in printed.items() if name != REST}


def week_of(cell: CarrierCell, like: Week) -> Week:
    """A carrier's week as finished as its market's."""
    return Week(like.monday, Counts(cell.due, cell.on_time, cell.due - cell.on_time, 0, 0), like.finality)
