"""From the text of a contract's columns to typed values, and why a row cannot be used.

Everything here is SQL over columns named by the contract; files and mappings have no say in it.
"""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from governance.definition.nodes import EVENT_TYPES
from metrics.lake.schema import NO_MARKET

_CLOCK: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_INSTANT: Final = _CLOCK + r"([Zz]|[+-]\d{2}:\d{2})$"
WALL: Final = _CLOCK + "$"
_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
_REASONS: Final = ("initial", "revised", "customer_request")


def _instant(column: str) -> str:
    # Through TIMESTAMPTZ: a direct cast to TIMESTAMP silently drops the offset.
    return (
        f"CASE WHEN regexp_matches({column}, '{_INSTANT}')"
        f" THEN make_timestamp(epoch_us(try_cast({column} AS TIMESTAMPTZ))) END"
    )


def _wall(column: str) -> str:
    # Nearly every time is an instant: only the others are matched again.
    return (
        f"CASE WHEN utc_{column} IS NULL"
        f" AND (regexp_matches({column}, '{WALL}') OR regexp_matches({column}, '{_DAY}'))"
        f" THEN try_cast({column} AS TIMESTAMP) END"
    )


def _day(column: str) -> str:
    return f"CASE WHEN regexp_matches({column}, '{_DAY}') THEN try_cast({column} AS DATE) END"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_ID = "{0} IS NULL OR length({0}) > 64"
_MARKET: Final = ("unknown_market", "market IS NULL OR market NOT IN (SELECT code FROM known_markets)")

# Columns that may be instants; each is read once, as `utc_<column>`, before the typed columns.
READ: Final = MappingProxyType(
    {
        "promises": ("promised_by", "recorded_at"),
        "events": ("occurred_at", "received_at"),
        "contacts": (),
        "carriers": (),
    }
)
# Typed columns of the lake, from the text columns and the instants.
_TYPED: Final = MappingProxyType(
    {
        "promises": f"""
            shipment_id, order_id, market, zone, reason, service, carrier, origin, destination,
            CASE WHEN utc_promised_by IS NOT NULL THEN 'instant'
                 WHEN regexp_matches(promised_by, '{_DAY}') THEN 'date'
                 WHEN regexp_matches(promised_by, '{WALL}') THEN 'local' ELSE 'instant' END AS promised_kind,
            utc_promised_by AS promised_utc, {_wall("promised_by")} AS promised_local,
            utc_recorded_at AS recorded_at""",
        "events": f"""
            event_id, shipment_id, market, type, carrier, origin, destination, reason_code, integration,
            coalesce(source, $source) AS source,
            utc_occurred_at AS occurred_utc, {_wall("occurred_at")} AS occurred_local,
            utc_received_at AS received_at""",
        "contacts": rf"""
            market, {_day("date")} AS date, topic,
            CASE WHEN regexp_matches(count, '^\d{{1,15}}$') THEN try_cast(count AS BIGINT) END AS count""",
        # A carrier is of no market; its files stand in the partition of none.
        "carriers": f"""
            '{NO_MARKET}' AS market, carrier, name, {_day("valid_from")} AS valid_from, merged_into""",
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
            # "0001-01-01" and "9999-12-31" are how systems write that there is no date.
            (
                "outside_feed_life",
                (
                    "coalesce(promised_utc, promised_local)"
                    " NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01'"
                ),
            ),
            ("unknown_zone", "zone IS NOT NULL AND zone NOT IN (SELECT name FROM known_zones)"),
            ("unknown_reason", f"reason IS NOT NULL AND reason NOT IN ({_listed(_REASONS)})"),
        ),
        "events": (
            ("bad_event_id", _ID.format("event_id")),
            ("bad_shipment_id", _ID.format("shipment_id")),
            _MARKET,
            ("unknown_type", f"type IS NULL OR type NOT IN ({_listed(EVENT_TYPES)}) {{codes}}"),
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
        "contacts": (
            _MARKET,
            ("bad_date", "date IS NULL"),
            ("bad_topic", "topic IS NULL OR NOT regexp_matches(topic, '^[a-z][a-z0-9_]{0,63}$')"),
            ("bad_count", "count IS NULL"),
        ),
        "carriers": (
            ("bad_carrier", _ID.format("carrier")),
            ("bad_name", "name IS NULL OR length(name) > 200"),
            ("bad_valid_from", "valid_from IS NULL"),
            ("bad_merged_into", "merged_into = carrier OR length(merged_into) > 64"),
        ),
    }
)


# A carrier's own code is taken as it is when some version says what it means.
_MAPPED: Final = (
    "AND NOT EXISTS (SELECT 1 FROM known_codes k WHERE k.carrier = t.carrier AND k.code = t.type)"
)


def checked(kind: str, text: str, *, codes: bool = False, ready: Collection[str] = ()) -> str:
    """SQL of the typed columns and `problem` (the first reason, or NULL) of every row of `text`.

    `text` is SQL with the contract's columns as VARCHAR and `broken`: a reason found before, or NULL.
    The kind `events` takes the parameter `source`; `known_markets`, `known_zones` and, with `codes`,
    `known_codes` must be there. The columns in `ready` stand in `text` as `utc_<column>`, too.
    """
    read = "".join(f", {_instant(column)} AS utc_{column}" for column in READ[kind] if column not in ready)
    cases = " ".join(f"WHEN {condition} THEN '{reason}'" for reason, condition in CHECKS[kind])
    if kind == "events":
        cases = cases.format(codes=_MAPPED if codes else "")
    return (
        f"SELECT * EXCLUDE (broken), CASE WHEN broken IS NOT NULL THEN broken {cases} END AS problem"
        f" FROM (SELECT broken, {_TYPED[kind]} FROM (SELECT *{read} FROM ({text}))) t"
    )
