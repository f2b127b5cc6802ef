"""Worlds written by hand, row by row: what the simulator never makes, because it makes what usually comes."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from governance.definition import Definition
from metrics.anomalies.world import Sources, Window, World, world_of
from metrics.lake.columnar import connect, literal
from metrics.lake.schema import table_of
from metrics.otdr.engine import Inputs

ZONE = "America/Sao_Paulo"
OFFSET = dt.timedelta(hours=-3)
MONDAY = dt.date(2026, 9, 28)
AS_OF = dt.datetime(2026, 10, 9, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DEFINITION = Definition(name="otdr-1")


@dataclass
class Parcel:
    """One shipment promised for a day (local), delivered at a local wall-clock time and told after `told`."""

    name: str
    day: dt.date
    at: dt.datetime | None
    carrier: str = "north"
    told: dt.timedelta = HOUR
    kind: str = "delivered"
    more: list[dict[str, Any]] = field(default_factory=list)

    @property
    def promised(self) -> dt.datetime:
        return dt.datetime.combine(self.day, dt.time())

    def events(self) -> list[dict[str, Any]]:
        """Created and out for delivery in time; the end as this one says; whatever else is told."""
        out = self.promised + 8 * HOUR - OFFSET
        rows = [
            {"type": "created", "occurred_utc": self.promised - 3 * DAY, "received_at": self.promised - 3 * DAY},
            {"type": "out_for_delivery", "occurred_utc": out, "received_at": out},
        ]  # fmt: skip
        if self.at is not None:
            happened = self.at - OFFSET
            rows.append({"type": self.kind, "occurred_utc": happened, "received_at": happened + self.told})
        base = {"shipment_id": self.name, "carrier": self.carrier or None, "source": "live"}
        return [{**base, "event_id": f"{self.name}/{n}", **row} for n, row in enumerate([*rows, *self.more])]


def parcels(
    number: int, *, weeks: int = 5, late: float = 0.1, carriers: Sequence[str] = ("north",)
) -> list[Parcel]:
    """So many shipments a day for four weeks and the week in question; the same share late on each day."""
    found = []
    for n in range(-7 * (weeks - 1), 7):
        day = MONDAY + n * DAY
        for k in range(number):
            at = dt.datetime.combine(day, dt.time(9 + k % 9, k % 60, (7 * k) % 60))
            is_late = (k * 37 + n * 11) % number < late * number
            found.append(Parcel(f"{day}-{k}", day, at + is_late * DAY, carriers[k % len(carriers)]))
    return found


def suspect(some: Sequence[Parcel]) -> list[Parcel]:
    """Those of the week in question."""
    return [one for one in some if one.day >= MONDAY]


@contextmanager
def world(
    some: Sequence[Parcel],
    *,
    definition: Definition = DEFINITION,
    as_of: dt.datetime = AS_OF,
    holidays: Sequence[dt.date] = (),
    without_carrier: bool = False,
) -> Iterator[World]:
    """The world of these shipments; a file of its own for each source."""
    with tempfile.TemporaryDirectory(prefix="otdr-hand-") as name:
        folder = Path(name)
        promises = [
            {
                "shipment_id": one.name, "promised_kind": "date", "promised_local": one.promised, "zone": ZONE,
                "recorded_at": one.promised - 4 * DAY, "origin": "SP", "destination": "RJ",
                "carrier": None if without_carrier else one.carrier,
            }
            for one in some
        ]  # fmt: skip
        events = [row for one in some for row in one.events()]
        if without_carrier:
            events = [{**row, "carrier": None} for row in events]
        paths = {"promises": _written(folder, "promises", promises)}
        for source in sorted({row["source"] for row in events}):
            rows = [row for row in events if row["source"] == source]
            paths[source] = _written(folder, "events", rows, source)
        told = [path for key, path in paths.items() if key != "promises"]
        sources = Sources(
            Inputs([paths["promises"]], told, ZONE), {path: path.stem for path in paths.values()},
            holidays=frozenset(holidays), market="BR",
        )  # fmt: skip
        with world_of(definition, sources, Window.of_week(MONDAY), as_of=as_of) as found:
            yield found


def _written(folder: Path, kind: str, rows: list[dict[str, Any]], name: str = "") -> Path:
    path = folder / f"{name or kind}.parquet"
    columns = list(dict.fromkeys(key for row in rows for key in row))
    plain = folder / f"{name or kind}.csv"
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    with connect() as connection:
        connection.execute(f"CREATE TABLE t ({table_of(kind)})")
        read = f"read_csv({literal(str(plain))}, header=true, all_varchar=true, nullstr='')"
        connection.execute(f"INSERT INTO t BY NAME SELECT * FROM {read}")
        connection.execute(f"COPY t TO {literal(str(path))} (FORMAT parquet)")
    return path


def graced(minutes: int) -> Definition:
    """The definition with so many minutes of grace."""
    return replace(DEFINITION, grace_minutes=minutes)
