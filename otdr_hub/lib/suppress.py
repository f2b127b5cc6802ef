"""Withholding small cells so that no sum that is shown gives one back.

A reader is taken to know every figure shown, that cells add up to their margins, that counts are whole
and never negative, and the threshold. What is withheld carries one mark: it is never told whether a
figure is small itself or was withheld to protect another. Then it is guaranteed that

- every cell under the threshold (zero included) may, for all the reader can work out, be any whole
  number from 0 to threshold - 1, and
- every other withheld figure has at least `threshold` different possible values.

Not guaranteed against a reader who knows small cells from elsewhere, or who reasons about which choice
this code would have made. A caller withholds all figures of a cell (on time, due, rate) or none.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

RANKED_FROM: Final = 400
_ENDLESS: Final = 1 << 62
_FIFTH: Final = 5


@dataclass(frozen=True, slots=True)
class Breakout:
    """What to withhold of the cells of one whole: their names, and perhaps the total itself."""

    cells: frozenset[str]
    total: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What to withhold of a table: (row, column), with None for a margin; (None, None) is the total."""

    withheld: frozenset[tuple[str | None, str | None]]


def may_rank(shipments: int) -> bool:
    """Whether a carrier has shipments enough for its rate to stand in a ranking."""
    return shipments >= RANKED_FROM


def suppress_breakout(cells: Mapping[str, int], *, threshold: int, total_shown: bool = True) -> Breakout:
    """What to withhold of cells whose total is shown (or is not, and cannot be found elsewhere either).

    The complement is the smallest other cell (by name where equal). A small total is withheld with all.
    """
    _check(cells.values(), threshold)
    hidden = {name for name, count in cells.items() if count < threshold}
    if not total_shown:
        return Breakout(frozenset(hidden), total=False)
    if sum(cells.values()) < threshold:
        return Breakout(frozenset(cells), total=True)
    # One hidden cell is the total less the others; several that hold almost nothing are as good as told.
    if hidden and (len(hidden) == 1 or sum(cells[name] for name in hidden) < threshold - 1):
        # There is another cell: with none, the total would be small itself.
        hidden.add(min((count, name) for name, count in cells.items() if name not in hidden)[1])
    return Breakout(frozenset(hidden), total=False)


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling of a week that was published: name -> (due, on time), and the threshold it was under."""

    cells: Mapping[str, tuple[int, int]]
    threshold: int


def withhold(
    tellings: Sequence[Telling], *, off: Collection[str] = (), known: Collection[str] = ()
) -> frozenset[str]:
    """Which names to withhold in the newest of a week's tellings (oldest first), the total being shown.

    A reader may keep every earlier telling and subtract. So whoever was too small in one of them (nothing
    at all included) or is switched off is withheld, and beside them the next in a line fixed by the first
    telling, as many as every telling needs: they must hold at least the threshold and a fifth of what
    they hide, and be neither all on time nor all late. All names are, if that cannot be had. What one
    more telling or switch-off withholds is never less than what was withheld before it. `known` are
    names the reader saw in the weeks before: that they had nothing in this one is withheld as well.

    One thing cannot be had while the total is shown: of a carrier that was shown (or of which it was told
    that it had nothing) and is too small after a correction, the new figure is found by whoever knows that
    the correction touched no other.
    """
    there = {name for telling in tellings for name, (due, _) in telling.cells.items() if due}
    names = sorted(there | set(known))
    primary = {
        name for name in names
        if name in off or any(one.cells.get(name, (0, 0))[0] < one.threshold for one in tellings)
    }  # fmt: skip
    if not primary:
        return frozenset()
    first = tellings[0].cells
    line = sorted(set(names) - primary, key=lambda name: (first[name][0], name))
    upto = 0
    for telling in tellings:
        reached = _reach(telling, primary, line)
        if reached is None:
            return frozenset(names)
        upto = max(upto, reached)
    return frozenset(primary | set(line[:upto]))


def _reach(telling: Telling, primary: Collection[str], line: Sequence[str]) -> int | None:
    """How far down the line one telling has to go; None when its end is not far enough."""
    hides = sum(telling.cells.get(name, (0, 0))[0] for name in primary)
    need = max(telling.threshold, -(-hides // _FIFTH))
    due = on_time = 0
    for place, name in enumerate(line, start=1):
        more_due, more_on_time = telling.cells[name]
        due, on_time = due + more_due, on_time + more_on_time
        if due >= need and 0 < on_time < due:
            return place
    return None


def suppress_table(cells: Mapping[tuple[str, str], int], *, threshold: int) -> Table:
    """What to withhold of a table of rows and columns shown with all its margins; an absent cell is zero.

    Cell by cell, in a fixed order, the cheapest figures (fewest shipments lost) are withheld until the
    guarantee holds. The sum of these choices need not be the cheapest of all: finding that is NP-hard.
    """
    _check(cells.values(), threshold)
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    grid = _Grid([[cells.get((row, column), 0) for column in columns] for row in rows], width=len(columns))
    hidden = {place for place in grid.places() if grid.value(place) < threshold}
    waiting = deque(sorted(hidden))
    while waiting:
        place = waiting.popleft()
        below = grid.value(place)
        if below >= threshold:
            # Any range of that width will do: what it can already lose, it need not gain.
            below = grid.slack(place, -1, threshold - 1, hidden)
        for direction, amount in ((1, threshold - 1 - below), (-1, below)):
            added = grid.loosen(place, direction, amount, hidden)
            hidden |= added
            waiting.extend(sorted(added))
    names = (*rows, None), (*columns, None)
    return Table(frozenset((names[0][row], names[1][column]) for row, column in hidden))


def _check(counts: Iterable[int], threshold: int) -> None:
    if threshold < 1:
        raise ValueError("a threshold is at least 1")
    if any(count < 0 for count in counts):
        raise ValueError("a count is never negative")


_Place = tuple[int, int]


class _Grid:
    """A table with its margins, as a network: rows and columns are nodes, each figure is an edge.

    With margins counted negative every row and column sums to zero, so a change that keeps all sums is
    a circulation: up along row -> column, down along column -> row. How far a hidden figure may move is
    the flow that other hidden figures can carry back.
    """

    def __init__(self, counts: list[list[int]], *, width: int) -> None:
        self._figures = [[*row, sum(row)] for row in counts]
        self._figures.append([sum(row[column] for row in self._figures) for column in range(width + 1)])
        self._height, self._width = len(self._figures), width + 1

    def places(self) -> Iterator[_Place]:
        """Every figure's place, margins last."""
        return ((row, column) for row in range(self._height) for column in range(self._width))

    def value(self, place: _Place) -> int:
        """The figure at a place."""
        return self._figures[place[0]][place[1]]

    def loosen(self, place: _Place, direction: int, amount: int, hidden: set[_Place]) -> set[_Place]:
        """What to withhold besides `hidden` so that the figure at `place` can go that far (1 up, -1 down)."""
        return self._move(place, direction, amount, hidden, extend=True)[1]

    def slack(self, place: _Place, direction: int, limit: int, hidden: set[_Place]) -> int:
        """How far the figure at `place` can move as things are, counted up to a limit."""
        return self._move(place, direction, limit, hidden, extend=False)[0]

    def _move(
        self, place: _Place, direction: int, amount: int, hidden: set[_Place], *, extend: bool
    ) -> tuple[int, set[_Place]]:
        """Move by augmenting paths, the cheapest first; withhold more figures only if `extend` says so."""
        added: set[_Place] = set()
        moved: dict[_Place, int] = {}
        left = amount
        while left > 0:
            path = self._cheapest(place, direction * self._sign(place), hidden | added, moved)
            further = {at for at, _ in path} - hidden
            if not path or (further and not extend):
                break
            step = min(left, *(self._room(at, way, moved) for at, way in path))
            for at, way in path:
                moved[at] = moved.get(at, 0) + way * step
            added |= further
            left -= step
        return amount - left, added

    def _sign(self, place: _Place) -> int:
        return -1 if (place[0] == self._height - 1) != (place[1] == self._width - 1) else 1

    def _room(self, place: _Place, way: int, moved: Mapping[_Place, int]) -> int:
        """How far the signed figure can still go up (1) or down (-1): counts end at zero, and only there."""
        if way == self._sign(place):
            return _ENDLESS
        return self.value(place) + self._sign(place) * moved.get(place, 0)

    def _cheapest(
        self, place: _Place, way: int, free: set[_Place], moved: Mapping[_Place, int]
    ) -> list[tuple[_Place, int]]:
        """The path that balances a move of `place`, at the least cost in figures not withheld yet."""
        row, column = place[0], self._height + place[1]
        start, goal = (column, row) if way > 0 else (row, column)
        best: dict[int, tuple[int, int]] = {start: (0, 0)}
        came: dict[int, tuple[int, _Place, int]] = {}
        queue = [(0, 0, start)]
        while queue:
            cost, hops, node = heapq.heappop(queue)
            if node == goal:
                break
            if (cost, hops) > best[node]:
                continue
            for at, towards, step in self._edges(node):
                if at == place or self._room(at, step, moved) <= 0:
                    continue
                price = (cost + (0 if at in free else self.value(at)), hops + 1)
                if price < best.get(towards, (_ENDLESS, 0)):
                    best[towards], came[towards] = price, (node, at, step)
                    heapq.heappush(queue, (*price, towards))
        path: list[tuple[_Place, int]] = []
        while goal != start and goal in came:
            goal, at, step = came[goal]
            path.append((at, step))
        return path

    def _edges(self, node: int) -> Iterator[tuple[_Place, int, int]]:
        if node < self._height:
            return (((node, column), self._height + column, 1) for column in range(self._width))
        column = node - self._height
        return (((row, column), row, -1) for row in range(self._height))
