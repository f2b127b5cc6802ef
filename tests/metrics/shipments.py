"""Hand-written shipments as contract CSV, through reader, lake and engine, without a database."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from governance.definition import Definition
from metrics.events.reader import read
from metrics.lake import store
from metrics.lake.columnar import connect
from metrics.otdr import engine

ZONE = "America/Sao_Paulo"


@dataclass
class Shipment:
    """A promise (None: there is none), later promises (a time, or (time, reason)), and events
    (type, occurred_at[, extra])."""

    promised_by: str | None
    events: list
    zone: str = ""
    revisions: list = field(default_factory=list)
    as_of: str = "2026-11-30T00:00:00Z"
    service: str = ""
    order: str = ""


def _received(occurred: str) -> str:
    """A minute after a time with an offset; three hours and a minute after a local one."""
    moment = dt.datetime.fromisoformat(occurred)
    delay = dt.timedelta(minutes=1) if moment.tzinfo else dt.timedelta(hours=5)
    return (moment + delay).replace(tzinfo=moment.tzinfo or dt.UTC).isoformat()


def promise_rows(shipment: Shipment, number: int) -> list[dict[str, str]]:
    later = [item if isinstance(item, tuple) else (item, "revised") for item in shipment.revisions]
    promises = [(shipment.promised_by, "initial"), *later] if shipment.promised_by else []
    return [
        {"shipment_id": f"s{number}", "order_id": shipment.order or f"o{number}", "market": "BR", "promised_by": promised,
         "recorded_at": f"2026-01-0{1 + turn}T00:00:00Z", "zone": shipment.zone, "reason": reason,
         "service": shipment.service}
        for turn, (promised, reason) in enumerate(promises)
    ]  # fmt: skip


def event_rows(shipment: Shipment, number: int) -> list[dict[str, str]]:
    rows = []
    for turn, (kind, occurred, *extra) in enumerate(shipment.events):
        row = {"event_id": f"e{number}-{turn}", "shipment_id": f"s{number}", "market": "BR", "type": kind,
               "occurred_at": occurred, "received_at": _received(occurred), "reason_code": ""}  # fmt: skip
        rows.append(row | (extra[0] if extra else {}))
    return rows


def write_csv(path: Path, rows: list[dict[str, str]], columns: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


PROMISE_COLUMNS = [
    "shipment_id",
    "order_id",
    "market",
    "promised_by",
    "recorded_at",
    "zone",
    "reason",
    "service",
]
EVENT_COLUMNS = ["event_id", "shipment_id", "market", "type", "occurred_at", "received_at", "reason_code"]


def stored(path: Path, kind: str, codes=()) -> list[Path]:
    """A CSV file through the product's reader into the product's lake."""
    with connect() as connection:
        parsed = read(connection, path, kind, source="live", markets=["BR"], codes=codes)
        assert not parsed.quarantined, parsed.reasons
        files = store.write(connection, "good", kind, path.stem)
    return [store.root() / written.path for written in files]


def inputs_of(shipments: list[Shipment], folder: Path, closed=(), event_columns=()) -> engine.Inputs:
    """The shipments' files, through reader and lake."""
    promises = [row for n, shipment in enumerate(shipments) for row in promise_rows(shipment, n)]
    events = [row for n, shipment in enumerate(shipments) for row in event_rows(shipment, n)]
    return engine.Inputs(
        promises=stored(write_csv(folder / "promises.csv", promises, PROMISE_COLUMNS), "promises"),
        events=stored(write_csv(folder / "events.csv", events, [*EVENT_COLUMNS, *event_columns]), "events"),
        default_zone=ZONE,
        closed=closed,
    )


def counted(definition: Definition, shipments: list[Shipment], folder: Path) -> list[engine.Counted]:
    """What the engine counts for these shipments, as of the first one's moment."""
    as_of = dt.datetime.fromisoformat(shipments[0].as_of)
    return engine.count(definition, inputs_of(shipments, folder), as_of=as_of)


def outcomes(
    definition: Definition, shipments: list[Shipment], folder: Path
) -> list[tuple[dt.date, str, int]]:
    """(day, status, shipments), sorted."""
    totals: Counter[tuple[dt.date, str]] = Counter()
    for row in counted(definition, shipments, folder):
        totals[row.day, row.status] += row.shipments
    return sorted((day, status, n) for (day, status), n in totals.items())
