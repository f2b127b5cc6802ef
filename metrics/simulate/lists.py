"""The short files beside promises and events: markets, carriers, contacts, and the truth."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from metrics.simulate.contacts import ContactRow
from metrics.simulate.scenario import Scenario
from metrics.simulate.tables import Tally


def write_markets(scenario: Scenario, path: Path) -> int:
    """Write markets.csv; how many there are."""
    rows = [(m.code, m.name, m.zone, m.priority) for m in scenario.markets]
    return _write_csv(path, ("code", "name", "zone", "priority"), rows)


def write_carriers(scenario: Scenario, path: Path) -> int:
    """Write carriers.csv; how many there are."""
    rows = [
        (c.code, c.name, (c.starts or c.integrations[0][0]).isoformat())
        for market in scenario.markets
        for c in market.carriers
    ]
    return _write_csv(path, ("carrier", "name", "valid_from"), rows)


def write_contacts(rows: Sequence[ContactRow], path: Path) -> int:
    """Write one contacts file, by date, market and topic; how many lines it has."""
    lines = sorted((row.date.isoformat(), row.market, row.topic, row.count) for row in rows)
    ordered = [(market, date, topic, count) for date, market, topic, count in lines]
    return _write_csv(path, ("market", "date", "topic", "count"), ordered)


def by_week(rows: Iterable[ContactRow]) -> dict[dt.date, list[ContactRow]]:
    """The rows by the Monday of their ISO week, in order."""
    weeks: dict[dt.date, list[ContactRow]] = {}
    for row in rows:
        weeks.setdefault(row.date - dt.timedelta(days=row.date.weekday()), []).append(row)
    return dict(sorted(weeks.items()))


def write_truth(scenario: Scenario, tallies: Sequence[Tally], path: Path) -> None:
    """Write what was planted, and how much each defect touched."""
    defects = [
        defect.truth() | {"units": tally.units, "touched": tally.touched, "rows": tally.rows}
        for defect, tally in zip(scenario.defects, tallies, strict=True)
    ]
    changes = [change.truth() for change in scenario.changes]
    planted = {"seed": scenario.seed, "defects": defects, "changes": changes}
    path.write_text(json.dumps(planted, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_csv(path: Path, header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> int:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return len(rows)
