"""Input contract v1: the columns a file may carry, and what each row must say."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Contract:
    """Columns of one kind of file; header names are exactly these, their order is free."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns the contract knows."""
        return self.required + self.optional


CONTRACTS: Final = MappingProxyType(
    {
        "promises": Contract(
            required=("shipment_id", "order_id", "market", "promised_by", "recorded_at"),
            optional=("zone", "reason", "service", "carrier", "origin", "destination"),
        ),
        "events": Contract(
            required=("event_id", "shipment_id", "market", "type", "occurred_at", "received_at"),
            optional=("carrier", "origin", "destination", "reason_code", "source", "integration"),
        ),
    }
)

_INSTANT: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$"
_WALL: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$"
_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
_EVENT_TYPES: Final = (
    "created", "out_for_delivery", "attempted", "delivered", "available_for_collection",
    "cancelled", "returned", "lost",
)  # fmt: skip
_REASONS: Final = ("initial", "revised", "customer_request")


def _instant(column: str) -> str:
    # Through TIMESTAMPTZ: a direct cast to TIMESTAMP silently drops the offset.
    return (
        f"CASE WHEN regexp_matches({column}, '{_INSTANT}')"
        f" THEN make_timestamp(epoch_us(try_cast({column} AS TIMESTAMPTZ))) END"
    )


def _wall(column: str) -> str:
    return (
        f"CASE WHEN regexp_matches({column}, '{_WALL}') OR regexp_matches({column}, '{_DAY}')"
        f" THEN try_cast({column} AS TIMESTAMP) END"
    )


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_ID = "{0} IS NULL OR length({0}) > 64"
_MARKET: Final = ("unknown_market", "market NOT IN (SELECT code FROM known_markets)")

# Typed columns of the lake, computed from the text columns of a file.
TYPED: Final = MappingProxyType(
    {
        "promises": f"""
            shipment_id, order_id, market, zone, reason, service, carrier, origin, destination,
            CASE WHEN regexp_matches(promised_by, '{_DAY}') THEN 'date'
                 WHEN regexp_matches(promised_by, '{_WALL}') THEN 'local' ELSE 'instant' END AS promised_kind,
            {_instant("promised_by")} AS promised_utc, {_wall("promised_by")} AS promised_local,
            {_instant("recorded_at")} AS recorded_at""",
        "events": f"""
            event_id, shipment_id, market, type, carrier, origin, destination, reason_code, integration,
            coalesce(source, $source) AS source,
            {_instant("occurred_at")} AS occurred_utc, {_wall("occurred_at")} AS occurred_local,
            {_instant("received_at")} AS received_at""",
    }
)

# Why a row cannot be used, first match first. Each is (reason, condition over the typed columns).
CHECKS: Final = MappingProxyType(
    {
        "promises": (
            ("bad_shipment_id", _ID.format("shipment_id")),
            ("bad_order_id", _ID.format("order_id")),
            _MARKET,
            ("bad_promised_by", "promised_utc IS NULL AND promised_local IS NULL"),
            ("bad_recorded_at", "recorded_at IS NULL"),
            ("unknown_zone", "zone IS NOT NULL AND zone NOT IN (SELECT name FROM known_zones)"),
            ("unknown_reason", f"reason IS NOT NULL AND reason NOT IN ({_listed(_REASONS)})"),
        ),
        "events": (
            ("bad_event_id", _ID.format("event_id")),
            ("bad_shipment_id", _ID.format("shipment_id")),
            _MARKET,
            ("unknown_type", f"type IS NULL OR type NOT IN ({_listed(_EVENT_TYPES)})"),
            ("bad_occurred_at", "occurred_utc IS NULL AND occurred_local IS NULL"),
            ("bad_received_at", "received_at IS NULL"),
            ("unknown_source", "source NOT IN ('live', 'backfill')"),
            # Wall-clock times may be up to 14 h ahead of UTC before they are impossible.
            (
                "occurred_after_received",
                "coalesce(occurred_utc, occurred_local - INTERVAL 14 HOUR) > received_at + INTERVAL 1 DAY",
            ),
            ("outside_feed_life", "coalesce(occurred_utc, occurred_local) < TIMESTAMP '2000-01-01'"),
        ),
    }
)


def problem_expression(kind: str) -> str:
    """SQL that names the first reason a typed row cannot be used, or NULL."""
    cases = " ".join(f"WHEN {condition} THEN '{reason}'" for reason, condition in CHECKS[kind])
    return f"CASE {cases} END"
