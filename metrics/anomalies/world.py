"""One market around one suspect week, as tables the checks ask: every shipment with what was told of it.

Days are promise days in the destination's zone, times are naive UTC, as everywhere in the engine. Rows are
chosen by content, never by order of arrival, so the same files give the same tables and the same findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from governance.definition import Definition
from metrics.anomalies.tables import Span, make_tables
from metrics.lake.columnar import connect, literal
from metrics.otdr.engine import Inputs

Numbers = NDArray[np.float64]
BASE_DAYS: Final = 28
WEEK: Final = 7
DUE: Final = "status IN ('on_time', 'late', 'pending', 'unknown')"
ON_TIME: Final = "status = 'on_time'"


@dataclass(frozen=True, slots=True)
class Sources:
    """What a world is made from: the engine's inputs, and what each file is called (its batch).

    `contacts` are (day, topic, count). `quarantined` are (batch, kind, reason, rows). `files` are (name,
    kind, batch, SHA-256): what an assessment names as its input. `holidays` are days of the whole market,
    `regional` (region, day) of a part of it.
    """

    inputs: Inputs
    batches: Mapping[Path, str]
    contacts: Sequence[tuple[dt.date, str, int]] = ()
    quarantined: Sequence[tuple[str, str, str, int]] = ()
    files: Sequence[tuple[str, str, str, str]] = ()
    market: str = ""
    holidays: Collection[dt.date] = ()
    regional: Collection[tuple[str, dt.date]] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """The suspect days (both inclusive) and the base days before them, less those that are doubted too."""

    first: dt.date
    last: dt.date
    base_first: dt.date
    base_last: dt.date
    doubted: frozenset[dt.date] = frozenset()

    @classmethod
    def of_week(
        cls,
        monday: dt.date,
        *,
        days: int = WEEK,
        base: int = BASE_DAYS,
        doubted: Collection[dt.date] = (),
    ) -> Window:
        """A suspect week and the four whole weeks before it, of the same weekdays.

        Weeks (Mondays) that are `doubted` are no base: as many more are taken from before them, from the last
        three times as many at most.
        """
        last, since, taken = monday - dt.timedelta(days=1), monday, 0
        while taken < base and (monday - since).days < 3 * base:
            since -= dt.timedelta(days=WEEK)
            taken += 0 if since in doubted else WEEK
        left_out = {one + dt.timedelta(days=n) for one in doubted for n in range(WEEK)}
        return cls(monday, monday + dt.timedelta(days=days - 1), since, last, frozenset(left_out))


@dataclass(frozen=True, slots=True)
class Shares:
    """Successes of trials by day, of base and suspect days apart; whole numbers as floats."""

    base_hits: Numbers
    base_trials: Numbers
    hits: Numbers
    trials: Numbers


@dataclass(slots=True)
class World:
    """The tables `shipment`, `told` and `batches` of one market, and what a check may ask of them."""

    connection: duckdb.DuckDBPyConnection
    window: Window
    as_of: dt.datetime
    definition: Definition
    sources: Sources
    due: int = 0
    on_time: int = 0
    _carriers: list[str] = field(default_factory=list)

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query of ours; named parameters as `$name`."""
        return self.connection.execute(sql, values or None).fetchall()

    def one(self, sql: str, **values: Any) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(sql, **values)[0]

    @staticmethod
    def quoted(text: str) -> str:
        """The text as an SQL literal."""
        return literal(text)

    def listed(self, values: Sequence[str]) -> str:
        """Texts as an SQL list for IN; a list of nothing holds the empty text."""
        return ", ".join(literal(value) for value in values) or "''"

    def shares(self, hits: str, trials: str, *, early: int = 0) -> dict[str, Shares]:
        """Daily counts of shipments for which `hits` holds, among those for which `trials` does: of all of
        them (under the empty name) and of each large carrier. `hits` and `trials` are SQL over `shipment`.
        So many days before the suspect ones (`early`) count among them, and not as base."""
        since = self.window.first - dt.timedelta(days=early)
        found = self.rows(
            f"SELECT CASE WHEN day >= $since THEN 'suspect' ELSE part END AS part, day, carrier,"
            f" count(*) FILTER (({trials}) AND ({hits})), count(*) FILTER ({trials})"
            " FROM shipment WHERE part IS NOT NULL GROUP BY ALL ORDER BY ALL",
            since=since,
        )
        days = {part: sorted({row[1] for row in found if row[0] == part}) for part in ("base", "suspect")}
        names = ["", *self.carriers]
        counts = {(part, name): np.zeros((len(days[part]), 2)) for part in days for name in names}
        for part, day, carrier, hit, trial in found:
            place = days[part].index(day)
            counts[part, ""][place] += (hit, trial)
            if carrier and (part, carrier) in counts:
                counts[part, carrier][place] += (hit, trial)
        return {
            name: Shares(*counts["base", name].T.copy(), *counts["suspect", name].T.copy()) for name in names
        }

    @property
    def carriers(self) -> list[str]:
        """Carriers with enough shipments in the suspect days to be looked at alone, largest first."""
        if not self._carriers:
            self._carriers = [
                str(carrier)
                for (carrier, _) in self.rows(
                    "SELECT carrier, count(*) AS n FROM shipment"
                    " WHERE part = 'suspect' AND carrier <> '' GROUP BY 1"
                    " HAVING n >= 150 ORDER BY n DESC, carrier LIMIT 12"
                )
            ]
        return self._carriers


@contextmanager
def world_of(
    definition: Definition, sources: Sources, window: Window, *, as_of: dt.datetime
) -> Iterator[World]:
    """Open the tables of one market as known at `as_of` (aware), for the length of the block; earlier weeks
    as they were known when they were as old as the suspect days are now."""
    with connect() as connection:
        span = Span(window.first, window.last, window.base_first, window.base_last, window.doubted)
        make_tables(connection, definition, sources.inputs, sources.batches, span=span, as_of=as_of)
        world = World(connection, window, as_of, definition, sources)
        world.due, world.on_time = (
            int(value or 0)
            for value in world.one(
                f"SELECT count(*) FILTER ({DUE}), count(*) FILTER ({ON_TIME}) FROM shipment"
                " WHERE part = 'suspect'"
            )
        )
        yield world
