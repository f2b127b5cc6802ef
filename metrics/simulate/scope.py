"""Where something is planted: a market, and within it a carrier, a lane, promise days, one batch."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields

import numpy as np

from metrics.simulate.tables import BACKFILL, LIVE, Block, Bools, Catalogue, Events, Ints, epoch_day, week_of

_FILE = re.compile(r"(promises|events|backfill)-(?:[A-Z0-9]{2,8}-)?(\d{4})-W(\d{2})")


@dataclass(frozen=True)
class Scope:
    """All that is given has to hold. Days are local promise days, both inclusive.

    `lane` is written `origin/destination`. `batch` is `live`, `backfill`, or one file by its name without
    ending (`events-2026-W46`, `backfill-2026-W45`, `promises-2026-W46`).
    """

    market: str
    carrier: str | None = None
    lane: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    batch: str | None = None

    def __post_init__(self) -> None:
        if self.batch not in (None, "live", "backfill") and not _FILE.fullmatch(self.batch or ""):
            raise ValueError(
                f"batch '{self.batch}' is neither live, backfill nor a file such as events-2026-W46"
            )
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"{self.last_day} is before {self.first_day}")

    def shipments(self, block: Block) -> Bools:
        """The block's shipments of this market, carrier, lane and these days."""
        shipments = block.shipments
        result = self.on_days(shipments.day)
        if block.market.code != self.market:
            return np.zeros_like(result)
        if self.carrier is not None:
            result &= shipments.carrier == block.carrier_number(self.carrier)
        if self.lane is not None:
            result &= np.isin(shipments.lane, self._lanes(block.catalogue))
        return result

    def on_days(self, day: Ints) -> Bools:
        """Whether each day (since 1970-01-01) is one of these days."""
        result = np.ones(len(day), dtype=np.bool_)
        if self.first_day is not None:
            result &= day >= epoch_day(self.first_day)
        if self.last_day is not None:
            result &= day <= epoch_day(self.last_day)
        return result

    def events(self, block: Block) -> Bools:
        """Events of those shipments in the batch that are in the files."""
        events = block.events
        known = self.shipments(block)[events.shipment] & (events.received <= block.now)
        return known & self.in_batch(events)

    def promises(self, block: Block) -> Bools:
        """Promises of those shipments in the batch that are in the files."""
        rows = block.promises
        known = self.shipments(block)[rows.shipment] & (rows.recorded <= block.now)
        file = _FILE.fullmatch(self.batch or "")
        if file is None:
            return known
        ours: Bools = known & (week_of(rows.recorded) == _week(file)) & (file[1] == "promises")
        return ours

    def in_batch(self, events: Events) -> Bools:
        """Whether each event comes with the batch (all do, when none is named)."""
        if self.batch is None:
            return np.ones(len(events), dtype=np.bool_)
        file = _FILE.fullmatch(self.batch)
        if file is None:
            return np.equal(events.source, LIVE if self.batch == "live" else BACKFILL)
        if file[1] == "promises":
            return np.zeros(len(events), dtype=np.bool_)
        weekly = file[1] == "backfill"  # it carries the name of the week before the one it comes in
        right_week = week_of(events.received) == _week(file) + weekly
        result: Bools = right_week & (events.source == (BACKFILL if weekly else LIVE))
        return result

    def truth(self) -> dict[str, object]:
        """All fields as JSON values; None where nothing was said."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}

    def _lanes(self, catalogue: Catalogue) -> list[int]:
        """A lane of another market may carry the same name; the shipments are this market's anyway."""
        return [n for n, lane in enumerate(catalogue.lanes) if lane.name == self.lane]


def _week(file: re.Match[str]) -> int:
    monday = dt.date.fromisocalendar(int(file[2]), int(file[3]), 1)
    return int(week_of(np.array([epoch_day(monday) * 86_400]))[0])
