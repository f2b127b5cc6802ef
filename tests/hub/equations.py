"""Somebody who solves the equations: the exact range of each unknown, by own algebra, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Equation = tuple[list[int], int]


def _pivot(table: list[list[Fraction]], basis: list[int], row: int, column: int) -> None:
    divisor = table[row][column]
    table[row] = [value / divisor for value in table[row]]
    for other, line in enumerate(table):
        if other != row and line[column]:
            factor = line[column]
            table[other] = [a - factor * b for a, b in zip(line, table[row], strict=True)]
    if row < len(basis):
        basis[row] = column


def _minimise(table: list[list[Fraction]], basis: list[int], columns: int) -> Fraction | None:
    """Simplex by Bland's rule; the last line holds the costs. None when there is no lowest value."""
    while True:
        entering = next((c for c in range(columns) if table[-1][c] < 0), None)
        if entering is None:
            return -table[-1][-1]
        ratios = [
            (line[-1] / line[entering], basis[n], n)
            for n, line in enumerate(table[:-1])
            if line[entering] > 0
        ]
        if not ratios:
            return None
        _pivot(table, basis, min(ratios)[2], entering)


def _lowest(equations: Sequence[Equation], costs: Sequence[int]) -> Fraction | None:
    """The least value of `costs` over whatever satisfies the equations with nothing negative."""
    width, height = len(costs), len(equations)
    table = []
    for n, (factors, total) in enumerate(equations):
        sign = -1 if total < 0 else 1
        helpers = [Fraction(int(m == n)) for m in range(height)]
        table.append([*(Fraction(sign * f) for f in factors), *helpers, Fraction(sign * total)])
    basis = [width + n for n in range(height)]
    phase_one = [
        -sum((line[c] for line in table), Fraction()) if c < width or c == width + height else Fraction()
        for c in range(width + height + 1)
    ]
    table.append(phase_one)
    assert _minimise(table, basis, width) == 0, "the published figures contradict each other"
    table.pop()
    for n in reversed(range(len(table))):
        if basis[n] >= width:
            column = next((c for c in range(width) if table[n][c]), None)
            if column is None:
                del table[n], basis[n]
            else:
                _pivot(table, basis, n, column)
    table = [[*line[:width], line[-1]] for line in table]
    objective = [*map(Fraction, costs), Fraction()]
    for n, line in enumerate(table):
        factor = objective[basis[n]]
        objective = [a - factor * b for a, b in zip(objective, line, strict=True)]
    return _minimise([*table, objective], basis, width)


def ranges(equations: Sequence[Equation], unknown: int) -> list[tuple[int, Fraction | None]]:
    """For each unknown its lowest and highest value (None: no limit), knowing nothing but the equations."""
    found = []
    for n in range(unknown):
        unit = [int(m == n) for m in range(unknown)]
        low, high = _lowest(equations, unit), _lowest(equations, [-u for u in unit])
        assert low is not None
        found.append((int(low), None if high is None else -high))
    return found
