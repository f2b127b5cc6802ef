"""What every planted defect is: a change to generated columns, made before anything is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Protocol

import numpy as np

from metrics.simulate.draw import exactly
from metrics.simulate.scope import Scope
from metrics.simulate.tables import DELIVERED, Block, Bools, Events, Ints, Promises, Tally

OWN_NUMBERS = 1_000_000_000  # shipments of the world are numbered below it
Direction = Literal["up", "down", "either"]


class Defect(Protocol):
    """A frozen dataclass whose fields say where, when and how strong."""

    @property
    def kind(self) -> str:
        """The name used in `KINDS` and in truth.json."""

    def apply(self, block: Block, rng: np.random.Generator) -> Block:
        """The block with the defect in it; the same block when it is about another market or other days."""

    def truth(self) -> dict[str, object]:
        """What was planted and where, as JSON values."""


@dataclass(frozen=True)
class Planted(ABC):
    """A defect in a scope. `severity` in (0, 1] is the share of the scope's shipments that it touches.

    A new kind is one module here with one subclass, listed in `KINDS`. `direction` is where the market's
    OTDR is expected to go; `clock` is the day the scope's days are about. A hint that a kind has no use for
    is ignored: `hours` shifts clocks and delays feeds.
    """

    scope: Scope
    severity: float = 1.0
    hours: int | None = None
    kind: ClassVar[str]
    number: ClassVar[int]
    direction: ClassVar[Direction]
    clock: ClassVar[Literal["promise", "receipt"]] = "promise"

    def __post_init__(self) -> None:
        if not 0 < self.severity <= 1:
            raise ValueError("severity must be above 0 and at most 1")

    def apply(self, block: Block, rng: np.random.Generator) -> Block:
        """The block with the defect in it; the same block for another market."""
        return self._plant(block, rng) if block.market.code == self.scope.market else block

    def truth(self) -> dict[str, object]:
        """Kind, number, scope, severity and expected direction."""
        return {
            "kind": self.kind,
            "number": self.number,
            "scope": self.scope.truth(),
            "clock": self.clock,
            "severity": self.severity,
            "hours": self.hours,
            "direction": self.direction,
        }

    @abstractmethod
    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        """The block, which is of the scope's market, with the defect and its tally."""

    def _share(self, rng: np.random.Generator, units: Ints) -> Ints:
        """`severity` of the units, at random."""
        wanted = self.severity * len(units)
        return exactly(rng, units, int(wanted) + int(rng.random() < wanted % 1))

    def _drawn(
        self, rng: np.random.Generator, block: Block, shipment: Ints, rows: Bools
    ) -> tuple[Bools, Tally]:
        """Those of the rows (of these shipments) that belong to the share of shipments drawn from them."""
        units = np.unique(shipment[rows])
        chosen = self._share(rng, units)
        rows = rows & member(block, chosen)[shipment]
        return rows, Tally(len(units), len(chosen), int(rows.sum()))


class Restamped(Planted):
    """Events of these kinds get another time of occurrence; when they are received stays."""

    kinds: ClassVar[tuple[int, ...]] = (DELIVERED,)

    def _plant(self, block: Block, rng: np.random.Generator) -> Block:
        events = block.events
        rows = np.flatnonzero(self.scope.events(block) & np.isin(events.kind, self.kinds))
        rows = rows[self._fits(block, events.take(rows))]
        units = np.unique(events.shipment[rows])
        chosen = self._share(rng, units)
        rows = rows[np.isin(events.shipment[rows], chosen)]
        occurred = events.occurred.copy()
        occurred[rows] = self._occurred(block, events.take(rows), rng)
        tally = Tally(len(units), len(chosen), int(np.count_nonzero(occurred != events.occurred)))
        return replace(block, events=replace(events, occurred=occurred), tally=tally)

    def _fits(self, block: Block, events: Events) -> Bools:  # noqa: ARG002 (all do, unless a kind says more)
        """Which of the events the defect can touch at all."""
        return np.ones(len(events), dtype=np.bool_)

    @abstractmethod
    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:
        """The new times (epoch seconds) of the events."""


def member(block: Block, shipments: Ints) -> Bools:
    """By shipment: whether it is one of these."""
    result = np.zeros(len(block.shipments), dtype=np.bool_)
    result[shipments] = True
    return result


def without_events(block: Block, gone: Bools, tally: Tally) -> Block:
    """The block without these event rows."""
    return replace(block, events=block.events.take(~gone), tally=tally)


def without_promises(block: Block, units: Ints, chosen: Ints) -> Block:
    """The block without any promise of the chosen shipments, out of `units`."""
    gone = member(block, chosen)[block.promises.shipment]
    rows = int(np.count_nonzero(gone & (block.promises.recorded <= block.now)))
    tally = Tally(len(units), len(chosen), rows)
    return replace(block, promises=block.promises.take(~gone), tally=tally)


def with_events(block: Block, more: Events, tally: Tally) -> Block:
    """The block with these event rows after its own."""
    return replace(block, events=Events.concat([block.events, more]), tally=tally)


def visible(block: Block, events: Events) -> int:
    """How many of the events are in the files."""
    return int(np.count_nonzero(events.received <= block.now))


def promised(block: Block) -> Bools:
    """By shipment: whether a promise of it is in the files."""
    return member(block, block.promises.shipment[block.promises.recorded <= block.now])


def delivered(block: Block) -> Bools:
    """By shipment: whether a delivery of it is in the files."""
    events = block.events
    return member(block, events.shipment[(events.kind == DELIVERED) & (events.received <= block.now)])


def own(block: Block) -> Bools:
    """By shipment: whether the world itself has it, and no defect added it."""
    result: Bools = block.shipments.number < OWN_NUMBERS
    return result


def added_shipments(block: Block, donors: Ints, beyond: int) -> tuple[Block, Ints]:
    """The block with a copy of each donor, and the rows of the copies; they have no promises and events yet.

    Shipment and order get numbers `beyond` the donor's, or the next thousand million where those are taken.
    """
    copies = block.shipments.take(donors)
    while np.isin(copies.number + beyond, block.shipments.number).any():
        beyond += OWN_NUMBERS
    copies = replace(copies, number=copies.number + beyond, order=copies.order + beyond)
    rows = len(block.shipments) + np.arange(len(donors))
    late = np.concatenate([block.late, block.late[donors]])
    shipments = type(copies).concat([block.shipments, copies])
    return replace(block, shipments=shipments, late=late), rows


def copied_promises(block: Block, donors: Ints, rows: Ints) -> Promises:
    """The first promise of each donor, for the shipments in `rows`; donors without one have none."""
    promises = block.promises
    found, first = np.unique(promises.shipment, return_index=True)
    has = np.isin(donors, found)
    copies = promises.take(first[np.searchsorted(found, donors[has])])
    return replace(copies, shipment=rows[has])
