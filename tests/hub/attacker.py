"""Somebody who keeps everything he ever read of the hub, sets up an equation for every total, and solves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from equations import ranges

Telling_ = tuple[tuple[str, tuple[int, int]], ...]
Week = tuple[str, dt.date]
# A figure that was never shown: (market, week, carrier, due, on time), the same in every telling of it.
Unknown = tuple[str, dt.date, str, int, int]


def telling(cells: Mapping[str, tuple[int, int]]) -> Telling_:
    """A week as it is told: carriers that had something."""
    return tuple(sorted((name, counts) for name, counts in cells.items() if counts[0]))


class Lived(Protocol):
    """What is true of the world: who was ever there, what each vintage holds, what each line names."""

    ever: Mapping[Week, set[str]]
    kept: Mapping[str, Mapping[dt.date, Mapping[str, tuple[int, int]]]]
    now: Mapping[str, str]
    lines: Mapping[int, Mapping[str, str]]

    def telling(self, market: str, monday: dt.date) -> Telling_: ...


@dataclass
class Attacker:
    """What somebody knows who reads everything, again and again."""

    sums: dict[Week, dict[Telling_, tuple[int, int]]] = field(default_factory=dict)
    shown: set[tuple[Week, Telling_, str]] = field(default_factory=set)
    whole: set[tuple[Week, Telling_]] = field(default_factory=set)  # tellings that said nobody is left out
    names: dict[Week, set[str]] = field(default_factory=dict)

    def reads(self, world: Lived, page: Any, breakouts: Any, publications: Any) -> None:
        """Keep everything that was read now."""
        self._sums(world, page, world.now)
        for number, told in publications.items():
            self._sums(world, told, world.lines[number])
        for row in breakouts:
            for week in row["weeks"]:
                at = (row["market"], dt.date.fromisoformat(week["week"]))
                self.shown |= {(at, world.telling(*at), cell["carrier"]) for cell in week["carriers"]}
                if not week["rest"]:
                    self.whole.add((at, world.telling(*at)))

    def _sums(self, world: Lived, page: Any, lines: Mapping[str, str]) -> None:
        """A market's week is the sum of the carriers of the vintage that its line names."""
        for week in page["weeks"]:
            at = (week["market"], dt.date.fromisoformat(week["week"]))
            told = telling(world.kept[lines[at[0]]][at[1]])
            self.sums.setdefault(at, {})[told] = (week["due"], week["on_time"])
            self.names.setdefault(at, set()).update(world.ever[at])

    def finds(self) -> list[tuple[Unknown, int, int | None]]:
        """(figure that was not shown, its lowest, its highest value), for all that some total binds.

        What is hidden in two tellings and equal in both is one unknown: the attacker may know that much.
        Only of a carrier whose figure (or that it had nothing) some telling did show he may not: who knows
        that nothing else was corrected has its new figure from the two totals of the market, whatever is
        withheld.
        """
        found, seen = [], {(at, name) for at, _, name in self.shown}
        for at in self.sums:
            is_whole = any(place == at for place, _ in self.whole)
            fell = {name for name in self.names[at] if is_whole or (at, name) in seen}
            found += [one for one in self._solved(at, equal=True) if one[0][2] not in fell]
            found += [one for one in self._solved(at, equal=False) if one[0][2] in fell]
        return found

    def _solved(self, at: Week, *, equal: bool) -> list[tuple[Unknown, int, int | None]]:
        """The range of each hidden figure of a week, if equal ones are known to be equal, or are not."""
        tellings = self.sums[at]
        hidden = {
            told: {
                name
                for name in self.names[at]
                if (at, told) not in self.whole and (at, told, name) not in self.shown
            }
            for told in tellings
        }
        keys = {
            told: [
                ((*at, name, *dict(told).get(name, (0, 0))), 0 if equal else n)
                for name in sorted(hidden[told])
            ]
            for n, told in enumerate(tellings)
        }
        unknown = sorted({key for found in keys.values() for key in found})
        equations = [
            (
                [int(one in keys[told]) for one in unknown],
                due - sum(counts[0] for name, counts in told if name not in hidden[told]),
            )
            for told, (due, _on_time) in tellings.items()
        ]
        limits = ranges(equations, len(unknown))
        return [(one, low, high) for (one, _), (low, high) in zip(unknown, limits, strict=True)]

    def tells_rates(self) -> list[tuple[Week, Telling_]]:
        """Tellings whose withheld figures are all on time, or all late: then each one's rate is known."""
        found = []
        for at, tellings in self.sums.items():
            for told, (due, on_time) in tellings.items():
                shown = [counts for name, counts in told if (at, told, name) in self.shown]
                rest = due - sum(c[0] for c in shown), on_time - sum(c[1] for c in shown)
                if shown and rest[0] and rest[1] in (0, rest[0]):
                    found.append((at, told))
        return found
