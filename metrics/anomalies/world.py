"""One market around one suspect week, as tables the checks ask: every shipment with what was told of it.

Days are promise days in the destination's zone, times are naive UTC, as everywhere in the engine. Rows are
chosen by content, never by order of arrival, so the same files give the same tables and the same findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from governance.definition import Definition
from metrics.lake.columnar import connect, files_sql, literal
from metrics.otdr.engine import Inputs, bind, bind_rows, fold, naive_utc
from metrics.otdr.fold import promises_sql

Numbers = NDArray[np.float64]
BASE_DAYS: Final = 28
WEEK: Final = 7
DUE: Final = "status IN ('on_time', 'late', 'pending', 'unknown')"
ON_TIME: Final = "status = 'on_time'"

# What is known of a folded shipment at `$as_of`; `{horizon}` are the hours after which nothing is awaited.
STATUS: Final = """CASE
    WHEN f.settled IS NOT NULL THEN f.settled
    WHEN $as_of >= f.ends_at AND EXISTS (SELECT 1 FROM closed c WHERE f.day BETWEEN c.since AND c.until)
      THEN 'late'
    WHEN $as_of < f.ends_at + INTERVAL '{horizon} hours' THEN 'pending'
    ELSE 'unknown' END"""
_TOLD: Final = """
CREATE TABLE told AS
SELECT e.event_id, e.shipment_id, e.type, coalesce(e.occurred_utc, e.occurred_local) AS happened,
       e.received_at, coalesce(e.carrier, '') AS carrier, coalesce(e.source, 'live') AS source,
       coalesce(e.integration, '') AS integration, coalesce(b.batch, '') AS batch
FROM {files} e LEFT JOIN batches b ON b.path = e.filename
WHERE e.received_at <= $as_of
"""
# What the engine counts: the latest received row of each event id. Nearly all come once.
_EVENT: Final = """
CREATE TABLE event AS
WITH repeated AS (SELECT event_id FROM told GROUP BY event_id HAVING count(*) > 1)
SELECT * FROM told ANTI JOIN repeated USING (event_id)
UNION ALL
SELECT event_id, e.shipment_id, e.type, e.happened, e.received_at, e.carrier, e.source, e.integration, e.batch
FROM (SELECT event_id, max(struct_pack(
        received_at := received_at, type := type, shipment_id := shipment_id, happened := happened,
        carrier := carrier, source := source, integration := integration, batch := batch)) AS e
      FROM told SEMI JOIN repeated USING (event_id) GROUP BY event_id)
"""
_SEEN: Final = """
CREATE TABLE seen AS
WITH counted AS (
  SELECT shipment_id,
    min(happened) FILTER (type = 'created') AS created_at,
    min(happened) FILTER (type = 'out_for_delivery') AS ofd_at,
    min(happened) FILTER (type = 'attempted') AS attempted_at,
    min({row}) FILTER (type = 'delivered') AS d,
    max(happened) FILTER (type = 'delivered') AS last_delivered_at,
    bool_or(type IN ('delivered', 'returned', 'lost', 'cancelled', 'attempted', 'available_for_collection'))
      AS is_ended,
    min(carrier) AS event_carrier,
    min(integration) FILTER (type <> 'created') AS integration
  FROM event GROUP BY shipment_id),
copied AS (
  SELECT *, count(*) OVER same > 1
         AND date_diff('hour', min(received_at) OVER same, received_at) >= 20 AS again
  FROM told WINDOW same AS (PARTITION BY shipment_id, type, happened)),
all_told AS (
  SELECT shipment_id,
    min(happened) FILTER (type = 'delivered' AND source = 'live') AS live_at,
    min(happened) FILTER (type = 'delivered' AND source = 'backfill') AS backfill_at,
    count(*) FILTER (type = 'delivered') AS delivered_rows,
    -- The same thing told again, under another identifier too, about a day later.
    count(*) FILTER (type = 'delivered' AND again) AS repeated_rows,
    count(*) AS told_rows, min(received_at) AS first_received
  FROM copied GROUP BY shipment_id)
SELECT * FROM all_told LEFT JOIN counted USING (shipment_id)
"""
_ROW: Final = (
    "struct_pack(happened := happened, received := received_at, source := source, integration := integration,"
    " batch := batch, carrier := carrier)"
)
_PROMISED: Final = """
CREATE TABLE {name} AS
WITH {promises} SELECT shipment_id, ends_at, p.recorded AS recorded, p.kind AS kind, p.service AS service,
  p.order_id AS order_id FROM deadline
"""
_SHIPMENT: Final = f"""
CREATE TABLE shipment AS
SELECT f.shipment_id, f.day, f.ends_at, f.carrier, f.origin, f.destination,
  f.origin || ' > ' || f.destination AS lane, f.zone, f.promised_hours, f.promise_rows,
  p.recorded AS promised_at, p.kind AS promise_kind, p.service,
  p.ends_at AS first_end, l.ends_at AS last_end, l.recorded AS last_recorded,
  regexp_replace(f.shipment_id, '[0-9]+', '#', 'g') AS id_form, length(f.shipment_id) AS id_length,
  s.* EXCLUDE (shipment_id, d), s.d.happened AS delivered_at, s.d.received AS delivered_received,
  coalesce(s.d.source, '') AS delivered_source, coalesce(s.d.integration, '') AS delivered_integration,
  coalesce(s.d.batch, '') AS delivered_batch,
  s.d.happened + to_seconds(u.offset_seconds) AS delivered_local,
  s.ofd_at + to_seconds(u.offset_seconds) AS ofd_local,
  f.ends_at + to_seconds(u.offset_seconds) AS end_local,
  s.created_at + to_seconds(u.offset_seconds) AS created_local,
  {STATUS} AS status,
  CASE WHEN f.day BETWEEN $base_from AND $base_until AND NOT list_contains($doubted, f.day) THEN 'base'
       WHEN f.day BETWEEN $from AND $until THEN 'suspect' END AS part
FROM folded f
LEFT JOIN seen s USING (shipment_id)
LEFT JOIN promised_first p USING (shipment_id)
LEFT JOIN promised_last l USING (shipment_id)
ASOF LEFT JOIN zones u ON u.zone = f.zone AND coalesce(s.d.happened, f.ends_at, s.created_at) >= u.utc_from
WHERE f.day BETWEEN $base_from AND $until
"""


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

    def shares(self, hits: str, trials: str) -> dict[str, Shares]:
        """Daily counts of shipments for which `hits` holds, among those for which `trials` does: of all of
        them (under the empty name) and of each large carrier. `hits` and `trials` are SQL over `shipment`."""
        found = self.rows(
            f"SELECT part, day, carrier, count(*) FILTER (({trials}) AND ({hits})),"
            f" count(*) FILTER ({trials})"
            " FROM shipment WHERE part IS NOT NULL GROUP BY ALL ORDER BY ALL"
        )
        days = {part: sorted({row[1] for row in found if row[0] == part}) for part in ("base", "suspect")}
        names = ["", *self.carriers]
        counts = {(part, name): np.zeros((len(days[part]), 2)) for part in days for name in names}
        for part, day, carrier, hit, trial in found:
            place = days[part].index(day)
            for name in ("", str(carrier)):
                if (part, name) in counts:
                    counts[part, name][place] += (hit, trial)
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
                    "SELECT carrier, count(*) AS n FROM shipment WHERE part = 'suspect' GROUP BY 1"
                    " HAVING n >= 150 ORDER BY n DESC, carrier LIMIT 12"
                )
            ]
        return self._carriers


def _promised(
    connection: duckdb.DuckDBPyConnection, definition: Definition, zone: str, as_of: dt.datetime
) -> None:
    parameters = {"as_of": naive_utc(as_of), "default_zone": zone}
    for name, which in (("promised_first", "original"), ("promised_last", "latest")):
        plain = replace(definition, promise=which, customer_requests_count=False)
        connection.execute(_PROMISED.format(name=name, promises=promises_sql(plain)), parameters)


@contextmanager
def world_of(
    definition: Definition, sources: Sources, window: Window, *, as_of: dt.datetime
) -> Iterator[World]:
    """Open the tables of one market as known at `as_of` (aware), for the length of the block."""
    inputs = sources.inputs
    with connect() as connection:
        bind(connection, inputs)
        names = [(str(path), name) for path, name in sorted(sources.batches.items())]
        bind_rows(connection, "batches", "path VARCHAR, batch VARCHAR", names)
        fold(connection, definition, inputs, as_of, "folded")
        _promised(connection, definition, inputs.default_zone, as_of)
        moment = {"as_of": naive_utc(as_of)}
        told = files_sql(inputs.events).replace("union_by_name=true", "union_by_name=true, filename=true")
        connection.execute(_TOLD.format(files=told), moment)
        connection.execute(_EVENT)
        connection.execute(_SEEN.format(row=_ROW))
        days = {
            "from": window.first, "until": window.last,
            "base_from": window.base_first, "base_until": window.base_last,
            "doubted": sorted(window.doubted),
        }  # fmt: skip
        connection.execute(_SHIPMENT.format(horizon=definition.horizon_hours), moment | days)
        world = World(connection, window, as_of, definition, sources)
        world.due, world.on_time = (
            int(value or 0)
            for value in world.one(
                f"SELECT count(*) FILTER ({DUE}), count(*) FILTER ({ON_TIME}) FROM shipment"
                " WHERE part = 'suspect'"
            )
        )
        yield world
