"""Input contract v1: the columns a file of each kind may carry."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Contract:
    """Columns of one kind of file; header names are exactly these, their order is free.

    `instants` must say when, with an offset; `times` are all columns that hold a time or a day.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    instants: frozenset[str]
    times: frozenset[str]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns the contract knows."""
        return self.required + self.optional


CONTRACTS: Final = MappingProxyType(
    {
        "promises": Contract(
            required=("shipment_id", "order_id", "market", "promised_by", "recorded_at"),
            optional=("zone", "reason", "service", "carrier", "origin", "destination"),
            instants=frozenset({"recorded_at"}),
            times=frozenset({"promised_by", "recorded_at"}),
        ),
        "events": Contract(
            required=("event_id", "shipment_id", "market", "type", "occurred_at", "received_at"),
            optional=("carrier", "origin", "destination", "reason_code", "source", "integration"),
            instants=frozenset({"received_at"}),
            times=frozenset({"occurred_at", "received_at"}),
        ),
        "contacts": Contract(
            required=("market", "date", "topic", "count"),
            optional=(),
            instants=frozenset(),
            times=frozenset({"date"}),
        ),
        "carriers": Contract(
            required=("carrier", "name", "valid_from"),
            optional=("merged_into",),
            instants=frozenset(),
            times=frozenset({"valid_from"}),
        ),
    }
)
