"""The definition in plain Python: one shipment after the other, nothing clever, nothing shared with the product.

Rows are those of the input contract, every column as text and '' where nothing is said. All rows of a call
belong to one market.
"""

import collections
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Judged(NamedTuple):
    shipment_id: str
    day: date
    status: str
    carrier: str
    lane: str


class Promise(NamedTuple):
    recorded: datetime
    kind: str  # 'date' < 'instant' < 'local', also when two were recorded at once
    instant: datetime | None
    local: datetime | None
    zone: str
    carrier: str
    origin: str
    destination: str


class Event(NamedTuple):
    type: str
    occurred: datetime
    received: datetime
    reason: str
    carrier: str
    origin: str
    destination: str


def judge(
    promises: list[dict],
    events: list[dict],
    *,
    default_zone: str,
    as_of: datetime,
    definition: Mapping,
) -> list[Judged]:
    """What is known of every shipment at `as_of`, and what that makes of it."""
    promised = collections.defaultdict(list)
    for row in promises:
        if _instant(row["recorded_at"]) <= as_of:
            promised[row["shipment_id"]].append(row)

    happened = collections.defaultdict(list)
    for row in _one_row_per_event(events, as_of):
        happened[row["shipment_id"]].append(row)

    found = []
    for shipment in sorted(set(promised) | set(happened)):
        if shipment in promised:
            found.append(
                _promised(
                    shipment,
                    promised[shipment],
                    happened[shipment],
                    default_zone=default_zone,
                    as_of=as_of,
                    definition=definition,
                )
            )
        else:
            found.append(_not_promised(shipment, happened[shipment], default_zone))
    return found


def promise_end(row: dict, default_zone: str) -> datetime:
    """The last instant (UTC) that keeps the promise of this row, without grace."""
    return _day_and_end(_promise(row), ZoneInfo(row["zone"] or default_zone))[1]


def _one_row_per_event(rows: list[dict], as_of: datetime) -> list[dict]:
    """The same event id is one event; of what was known, the row received last speaks."""
    last: dict[str, dict] = {}
    for row in rows:
        if _instant(row["received_at"]) > as_of:
            continue
        before = last.get(row["event_id"])
        if before is None or _instant(row["received_at"]) > _instant(before["received_at"]):
            last[row["event_id"]] = row
    return list(last.values())


def _promised(
    shipment: str,
    promise_rows: list[dict],
    event_rows: list[dict],
    *,
    default_zone: str,
    as_of: datetime,
    definition: Mapping,
) -> Judged:
    promise = _chosen([_promise(row) for row in promise_rows], definition["promise"])
    zone = ZoneInfo(promise.zone or default_zone)
    day, end = _day_and_end(promise, zone)
    events = [_event(row, zone) for row in event_rows]
    return Judged(
        shipment,
        day,
        _status(events, end, as_of, definition),
        promise.carrier or _last_said(events, "carrier"),
        _lane(
            promise.origin or _last_said(events, "origin"),
            promise.destination or _last_said(events, "destination"),
        ),
    )


def _not_promised(shipment: str, event_rows: list[dict], default_zone: str) -> Judged:
    zone = ZoneInfo(default_zone)
    events = [_event(row, zone) for row in event_rows]
    first = _earliest(events, "created")
    if first is None:
        first = min(event.occurred for event in events)
    return Judged(
        shipment,
        first.astimezone(zone).date(),
        "no_promise",
        _last_said(events, "carrier"),
        _lane(_last_said(events, "origin"), _last_said(events, "destination")),
    )


def _chosen(promises: list[Promise], which: str) -> Promise:
    if which == "original":
        return min(promises, key=_order)
    if which == "latest":
        return max(promises, key=_order)
    raise ValueError(which)


def _order(promise: Promise) -> tuple:
    never = datetime.min.replace(tzinfo=UTC)
    return (
        promise.recorded,
        promise.kind,
        promise.instant or never,
        promise.local or datetime.min,  # noqa: DTZ901
        promise.zone,
        promise.carrier,
        promise.origin,
        promise.destination,
    )


def _day_and_end(promise: Promise, zone: ZoneInfo) -> tuple[date, datetime]:
    """The local day a promise ends in, and the last instant that still keeps it."""
    if promise.kind == "date":
        day = promise.local.date()
        # 23:59:59.999999 read late: the second one where it comes twice; where the clock jumps over it,
        # the instant just before the jump.
        return day, datetime.combine(day, time.max, zone).replace(fold=1).astimezone(UTC)
    end = promise.instant if promise.kind == "instant" else promise.local.replace(tzinfo=zone, fold=0)
    end = end.astimezone(UTC)
    return end.astimezone(zone).date(), end


def _status(events: list[Event], end: datetime, as_of: datetime, definition: Mapping) -> str:
    if definition["success_event"] != "delivered":
        raise ValueError(definition["success_event"])
    limit = end + timedelta(minutes=definition["grace_minutes"])

    delivered = _first_possible_delivery(events)
    if delivered is not None:
        return "on_time" if delivered <= limit else "late"

    if "cancelled_before_dispatch" in definition["exclusions"] and _cancelled_in_time(events, limit):
        return "cancelled_before_dispatch"

    if _refused_after_timely_attempt(events, limit):
        return "on_time"

    if _would_be_known(events, limit):
        return "late"

    horizon = timedelta(hours=definition["horizon_hours"])
    return "pending" if as_of < limit + horizon else "unknown"


def _first_possible_delivery(events: list[Event]) -> datetime | None:
    created = _earliest(events, "created")
    possible = []
    for event in events:
        if event.type == "delivered" and (created is None or event.occurred >= created):
            possible.append(event.occurred)
    return min(possible, default=None)


def _cancelled_in_time(events: list[Event], limit: datetime) -> bool:
    """By the end of the promise, and with nothing sent out by then: at the same instant is sent out."""
    cancelled = _earliest(events, "cancelled")
    if cancelled is None or cancelled > limit:
        return False
    sent_out = [event.occurred for event in events if event.type in {"out_for_delivery", "attempted"}]
    return not sent_out or cancelled < min(sent_out)


def _refused_after_timely_attempt(events: list[Event], limit: datetime) -> bool:
    attempted = _earliest(events, "attempted")
    refused = [event for event in events if event.type == "returned" and event.reason == "refused"]
    return bool(refused) and attempted is not None and attempted <= limit


def _would_be_known(events: list[Event], limit: datetime) -> bool:
    """Whether something came later that shows: had it been delivered, we should know."""
    for event in events:
        if event.type in {"returned", "lost", "cancelled"}:
            return True
        if event.type == "attempted" and event.occurred > limit:
            return True
    return False


def _earliest(events: list[Event], kind: str) -> datetime | None:
    return min((event.occurred for event in events if event.type == kind), default=None)


def _last_said(events: list[Event], what: str) -> str:
    said = [event for event in events if getattr(event, what)]
    return getattr(max(said, key=lambda event: event.received), what) if said else ""


def _lane(origin: str, destination: str) -> str:
    return f"{origin} > {destination}"


def _promise(row: dict) -> Promise:
    text = row["promised_by"]
    instant = local = None
    if len(text) == len("2025-01-01"):
        kind, local = "date", datetime.fromisoformat(text)
    elif datetime.fromisoformat(text).tzinfo is None:
        kind, local = "local", datetime.fromisoformat(text)
    else:
        kind, instant = "instant", _instant(text)
    return Promise(
        _instant(row["recorded_at"]),
        kind,
        instant,
        local,
        row["zone"],
        row["carrier"],
        row["origin"],
        row["destination"],
    )


def _event(row: dict, zone: ZoneInfo) -> Event:
    occurred = datetime.fromisoformat(row["occurred_at"])
    if occurred.tzinfo is None:
        occurred = occurred.replace(tzinfo=zone, fold=0)
    return Event(
        row["type"],
        occurred.astimezone(UTC),
        _instant(row["received_at"]),
        row["reason_code"],
        row["carrier"],
        row["origin"],
        row["destination"],
    )


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
