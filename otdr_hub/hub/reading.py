"""What the guarded read returns: frozen values, already allowed to be seen.

A `Reading` is built in one place (`otdr_hub.hub.guarded.read_hub`) from one SQL statement
under the hub's database role. Pages, API and exports receive it and never ask for more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class State:
    """All that decides what a page says: the epoch, the day (a known issue ends by itself), the start of the
    database server, and `record`, the hash of the ledger's newest entry."""

    epoch: int
    day: str
    server: str
    record: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Shipments of one cell, week or roll-up: `due = on_time + late + pending + unknown`."""

    due: int
    on_time: int
    late: int
    pending: int
    unknown: int

    @property
    def rate(self) -> Fraction | None:
        """On time / due, exactly; None when nothing was due."""
        return Fraction(self.on_time, self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week, named by its Monday; `finality` is preliminary, provisional, final or restated."""

    monday: dt.date
    counts: Counts
    finality: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What the hub shows: ids, the version it means and the moment it was known."""

    number: int
    digest: str
    published_at: dt.datetime
    as_of: dt.datetime
    through: dt.date
    version_name: str
    version_digest: str


@dataclass(frozen=True, slots=True)
class CarrierCell:
    """One carrier's shipments in a week, under the name it bore then."""

    carrier: str
    name: str
    due: int
    on_time: int

    @property
    def rate(self) -> Fraction:
        """On time / due, exactly; a cell that is shown has shipments."""
        return Fraction(self.on_time, self.due)

    @property
    def called(self) -> str:
        """The carrier in words: shipments of which nobody said a carrier are told under none."""
        return self.name or _("no carrier named")


@dataclass(frozen=True, slots=True)
class CarrierWeek:
    """The carriers of a week that may be seen, largest first; `rest` when others are withheld.

    How many are withheld, which, and why each is (small, switched off, or so that another cannot be
    worked out) is not known here either.
    """

    monday: dt.date
    cells: tuple[CarrierCell, ...]
    rest: bool


@dataclass(frozen=True, slots=True)
class CarrierReading:
    """The carriers of a market: certified on their own, or the reason why none is shown.

    Fewer than `threshold` shipments are a small cell.
    """

    reason: str | None
    since: dt.datetime | None
    state: str
    disclosure: str
    signed_by: tuple[str, ...]
    signed_at: dt.datetime | None
    threshold: int
    weeks: tuple[CarrierWeek, ...]


@dataclass(frozen=True, slots=True)
class MarketReading:
    """A market that may be seen; `weeks` run oldest first and end with `through`.

    One that `is_held` is shown as it was last signed, as of its own moment: newer data waits for
    signatures. `through` and `as_of` are the publication's where nothing else is said. `carriers` is
    read for the market that was asked about, in the same statement; None for the others.
    """

    code: str
    name: str
    zone: str
    state: str
    disclosure: str
    signed_by: tuple[str, ...]
    weeks: tuple[Week, ...]
    through: dt.date | None = None
    as_of: dt.datetime | None = None
    is_held: bool = False
    carriers: CarrierReading | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A market of the scope that may not be seen: undecided, excluded, switched_off, needs_signing."""

    code: str
    name: str
    reason: str
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the scope is shown; due counts are of the headline week."""

    markets_shown: int
    markets_in_scope: int
    due_shown: int
    due_in_scope: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything an executive surface may render at one moment, under one governance epoch.

    It is of the publication in force, or of an earlier one; `taken_back_by` is the number of the rollback
    that took that one back, and then nothing of it is shown.
    """

    epoch: int
    read_at: dt.datetime
    publication: Publication | None
    rollup: tuple[Week, ...]
    markets: tuple[MarketReading, ...]
    not_shown: tuple[Absent, ...]
    coverage: Coverage
    taken_back_by: int | None = None

    def is_behind(self, market: MarketReading) -> bool:
        """Whether a market is shown with an earlier last week than the publication's: not in the roll-up."""
        shown = self.publication
        return shown is not None and market.through is not None and market.through < shown.through

    @property
    def summed(self) -> tuple[MarketReading, ...]:
        """The markets that make up the roll-up."""
        return tuple(market for market in self.markets if not self.is_behind(market))

    @property
    def held(self) -> tuple[MarketReading, ...]:
        """The markets shown as they were last signed, by name: newer data is not certified yet."""
        waiting = (market for market in self.markets if market.is_held or self.is_behind(market))
        return tuple(sorted(waiting, key=lambda market: market.name))
