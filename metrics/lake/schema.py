"""The columns of the lake: facts as received, not interpreted. Times are naive UTC; wall-clock times
that came without an offset stay beside them until a version's zone rule reads them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_SHARED: Final = {"market": "VARCHAR", "line": "BIGINT"}

COLUMNS: Final = MappingProxyType(
    {
        "promises": MappingProxyType(
            {
                "shipment_id": "VARCHAR", "order_id": "VARCHAR", "promised_kind": "VARCHAR",
                "promised_utc": "TIMESTAMP", "promised_local": "TIMESTAMP", "zone": "VARCHAR",
                "recorded_at": "TIMESTAMP", "reason": "VARCHAR", "service": "VARCHAR",
                "carrier": "VARCHAR", "origin": "VARCHAR", "destination": "VARCHAR", **_SHARED,
            }
        ),
        "events": MappingProxyType(
            {
                "event_id": "VARCHAR", "shipment_id": "VARCHAR", "type": "VARCHAR",
                "occurred_utc": "TIMESTAMP", "occurred_local": "TIMESTAMP", "received_at": "TIMESTAMP",
                "carrier": "VARCHAR", "origin": "VARCHAR", "destination": "VARCHAR",
                "reason_code": "VARCHAR", "source": "VARCHAR", "integration": "VARCHAR", **_SHARED,
            }
        ),
    }
)  # fmt: skip


def table_of(kind: str) -> str:
    """The column list of CREATE TABLE for a kind of input."""
    return ", ".join(f"{name} {sql_type}" for name, sql_type in COLUMNS[kind].items())
