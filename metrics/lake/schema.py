"""The columns of the lake: facts as received, not interpreted. Times are naive UTC; wall-clock times
that came without an offset stay beside them until a version's zone rule reads them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# The partition of what belongs to no market; no market can be called so.
NO_MARKET: Final = "-"
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
        "contacts": MappingProxyType(
            {"date": "DATE", "topic": "VARCHAR", "count": "BIGINT", **_SHARED}
        ),
        "carriers": MappingProxyType(
            {
                "carrier": "VARCHAR", "name": "VARCHAR", "valid_from": "DATE", "merged_into": "VARCHAR",
                **_SHARED,
            }
        ),
    }
)  # fmt: skip
# How the rows of a file lie, so that readers can skip.
ORDER: Final = MappingProxyType(
    {
        "promises": "shipment_id",
        "events": "shipment_id",
        "contacts": "date, topic",
        "carriers": "carrier, valid_from",
    }
)


def table_of(kind: str) -> str:
    """The column list of CREATE TABLE for a kind of input."""
    return ", ".join(f"{name} {sql_type}" for name, sql_type in COLUMNS[kind].items())
