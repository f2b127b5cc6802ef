"""Small hostile worlds: shipments of one market whose times crowd around everything that decides.

Every row is valid under the input contract. No two events are ever received at the same moment (except
exact copies of a row), and no two promises recorded at the same one: the definition does not say which of
them would count.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise, product
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.oracle import naive

PROMISE_COLUMNS = (
    "shipment_id", "order_id", "market", "promised_by", "recorded_at",
    "zone", "reason", "service", "carrier", "origin", "destination",
)  # fmt: skip
EVENT_COLUMNS = (
    "event_id", "shipment_id", "market", "type", "occurred_at", "received_at",
    "carrier", "origin", "destination", "reason_code", "source", "integration",
)  # fmt: skip

# The last five move their clocks at midnight: the day's last hour comes twice, or not at all.
ZONES = (
    "America/Sao_Paulo", "America/Manaus", "Europe/Berlin", "Asia/Kolkata", "America/New_York",
    "Australia/Lord_Howe", "Asia/Tokyo", "Europe/London",
    "America/Nuuk", "America/Santiago", "Africa/Cairo", "America/Havana", "Asia/Beirut",
)  # fmt: skip

_FIRST, _LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
_MICRO, _SECOND, _MINUTE = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_NONE = timedelta(0)
_NEAR = (_NONE, _MICRO, -_MICRO, _SECOND, -_SECOND, _MINUTE, -_MINUTE, _HOUR / 2, -_HOUR / 2,
         _HOUR, -_HOUR, 3 * _HOUR, -3 * _HOUR, _DAY, -_DAY, -2 * _DAY)  # fmt: skip
# Within the hour: what a clock change makes ambiguous.
_CLOSE = _NEAR[:11]
_DELAYS = (_MINUTE, _NONE, -3 * _HOUR, -23 * _HOUR, _HOUR, _DAY, 3 * _DAY, 10 * _DAY)
_OFFSETS = (timedelta(hours=5, minutes=30), timedelta(hours=-8), timedelta(hours=14))
_TYPES = ("delivered", "created", "out_for_delivery", "attempted", "cancelled", "returned", "lost",
          "available_for_collection")  # fmt: skip
_STORIES = (
    ("created", "out_for_delivery", "delivered"),
    ("created", "delivered", "delivered"),
    ("created", "attempted", "returned"),
    ("attempted", "attempted", "returned"),
    ("created", "cancelled"),
    ("cancelled", "out_for_delivery"),
    ("cancelled", "attempted", "returned"),
    ("created", "created", "delivered"),
    ("created", "out_for_delivery"),
    ("created", "attempted"),
    ("delivered",),
    ("created",),
    (),
)
_CARRIERS = ("", "", "alpha", "beta", 'Ö"Brien, Söhne', "NULL")
_PLACES = ("", "", "SP", "AM", "Lord Howe > 1")
_WHO = tuple(
    {"carrier": carrier, "origin": origin, "destination": destination}
    for carrier, origin, destination in product(_CARRIERS, _PLACES, _PLACES)
)
_REASONS = ("", "refused", "refused", "damaged", "Refused")


class World(NamedTuple):
    promises: list[dict[str, str]]
    events: list[dict[str, str]]
    default_zone: str
    as_of: datetime
    definition: dict[str, Any]


@cache
def clock_changes(name: str) -> tuple[datetime, ...]:
    """The instants of 2025 and 2026 at which a zone moves its clocks."""
    zone, found, day = ZoneInfo(name), [], _FIRST

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset()

    while day < _LAST:
        if offset(day) != offset(day + _DAY):
            moments = [day + number * _HOUR / 2 for number in range(49)]
            found += [later for earlier, later in pairwise(moments) if offset(earlier) != offset(later)]
        day += _DAY
    return tuple(found)


_below = cache(lambda count: st.integers(0, count - 1))


class _Maker:
    """Draws one world, row by row; `ticks` keeps every moment of receipt apart from all others."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.default_zone = self.pick(ZONES)
        self.common: datetime | None = None
        self.near = _NEAR
        self.promises: list[dict[str, str]] = []
        self.events: list[dict[str, str]] = []
        self.moments: list[datetime] = []
        self.ticks = 0
        if self.chance(2):
            self.common = self.anchor(self.default_zone)

    def pick(self, choices: Sequence[Any]) -> Any:
        return choices[self.draw(_below(len(choices)))]

    def chance(self, one_in: int) -> bool:
        return self.draw(_below(one_in)) == one_in - 1

    def recorded(self, moment: datetime) -> str:
        """That second, with microseconds no other row has."""
        self.ticks += 1
        moment = moment.replace(microsecond=self.ticks)
        self.moments.append(moment)
        return moment.isoformat()

    def anchor(self, name: str) -> datetime:
        """An instant the shipment turns around: a change of clocks, a midnight, any, or the world's own."""
        if self.common and self.chance(2):
            return self.common
        changes = clock_changes(name)
        if changes and self.chance(2):
            return self.pick(changes)
        day = _FIRST.date() + self.draw(_below((_LAST - _FIRST).days)) * _DAY
        hour = self.pick((time(0), time(12), time(23, 59, 59)))
        return datetime.combine(day, hour, ZoneInfo(name)).astimezone(UTC)

    def spelled(self, moment: datetime, name: str, kinds: tuple[str, ...]) -> str:
        """One of the ways the contract lets a moment be written."""
        kind = self.pick(kinds)
        if kind == "local":
            return self.wall(moment, name)
        if kind == "date":
            return moment.astimezone(ZoneInfo(name)).date().isoformat()
        moment = moment.astimezone(UTC)
        if kind == "there":
            there = moment.astimezone(ZoneInfo(name)).utcoffset()
            moment = moment + there
            sign, minutes = "-" if there < _NONE else "+", abs(there) // _MINUTE
            return f"{moment.replace(tzinfo=None).isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
        if kind == "elsewhere":
            offset = self.pick(_OFFSETS)
            text = (moment + offset).replace(tzinfo=None).isoformat(sep=" ")
            sign, minutes = "-" if offset < _NONE else "+", abs(offset) // _MINUTE
            return f"{text}{sign}{minutes // 60:02}:{minutes % 60:02}"
        return moment.replace(tzinfo=None).isoformat() + "Z"

    def wall(self, moment: datetime, name: str) -> str:
        """What a clock on the wall shows, sometimes a time the clocks jump over."""
        shown = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        if self.chance(4):
            before = (moment - _MICRO).astimezone(ZoneInfo(name)).replace(tzinfo=None)
            shown = before + _MICRO + self.pick((_NONE, _SECOND, _MINUTE, _HOUR / 2))
        return shown.isoformat(sep=self.pick("T "))

    def shipment(self, number: int) -> None:
        name = f"s{number}"
        zone = self.pick(("", *ZONES))
        around = self.anchor(zone or self.default_zone)
        self.near = _NEAR
        if clock_changes(zone or self.default_zone) and self.chance(2):
            around, self.near = self.pick(clock_changes(zone or self.default_zone)), _CLOSE
        ends = []
        if not self.chance(8):
            for turn in range(self.pick((1, 1, 1, 2, 3))):
                ends.append(self.promise(name, zone, around, turn))
                around += self.pick((_NONE, _DAY, -_DAY, _HOUR))
                if self.near is _NEAR and self.chance(6):
                    zone = self.pick(("", *ZONES))
        self.happenings(name, zone or self.default_zone, ends or [around])

    def promise(self, shipment: str, zone: str, around: datetime, turn: int) -> datetime:
        moment = around + self.pick(self.near)
        row = {
            "shipment_id": shipment,
            "order_id": f"o-{shipment}",
            "market": "BR",
            "promised_by": self.spelled(
                moment, zone or self.default_zone, ("date", "date", "there", "Z", "elsewhere", "local")
            ),
            "recorded_at": self.recorded(around - 10 * _DAY + self.pick((_NONE, _DAY, 9 * _DAY, 11 * _DAY))),
            "zone": zone,
            "reason": "revised" if turn else "initial",
            "service": "",
            **self.pick(_WHO),
        }
        self.promises.append(row)
        return naive.promise_end(row, self.default_zone)

    def happenings(self, shipment: str, zone: str, ends: list[datetime]) -> None:
        story = self.pick(_STORIES)
        if self.chance(3):
            story = (*story, self.pick(_TYPES))
        for kind in story:
            self.event(f"e{len(self.events)}", shipment, kind, zone, ends)
            while self.chance(5):
                self.again(shipment, kind, zone, ends)

    def event(self, event_id: str, shipment: str, kind: str, zone: str, ends: list[datetime]) -> None:
        moment = self.pick(ends) + self.pick(self.near)
        if kind == "created" and not self.chance(3):
            moment -= 5 * _DAY
        if self.chance(5):
            moment += self.grace
        local = self.chance(4)
        delay = self.pick(_DELAYS)
        self.events.append(
            {
                "event_id": event_id,
                "shipment_id": shipment,
                "market": "BR",
                "type": kind,
                "occurred_at": self.spelled(
                    moment, zone, ("local",) if local else ("Z", "there", "elsewhere")
                ),
                "received_at": self.recorded(moment + (max(delay, _MINUTE) + 3 * _HOUR if local else delay)),
                **self.pick(_WHO),
                "reason_code": self.pick(_REASONS) if kind == "returned" else "",
                "source": self.pick(("", "live", "backfill")),
                "integration": "",
            }
        )

    def again(self, shipment: str, kind: str, zone: str, ends: list[datetime]) -> None:
        """The last event once more: as it was, received at another time, or with other content."""
        last = self.events[-1]
        what = self.pick(("copy", "received", "content", "content", "shipment"))
        if what == "copy":
            self.events.append(dict(last))
        elif what == "received":
            later = datetime.fromisoformat(last["received_at"]) + self.pick((_HOUR, 5 * _DAY))
            self.events.append(last | {"received_at": self.recorded(later)})
        elif what == "content":
            self.event(last["event_id"], shipment, self.pick((kind, *_TYPES)), zone, ends)
        else:
            self.event(last["event_id"], self.pick(self.events)["shipment_id"], kind, zone, ends)

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.definition["grace_minutes"])

    def decide(self) -> None:
        self.definition = {
            "promise": self.pick(("original", "original", "latest")),
            "grace_minutes": self.pick((0, 0, 1, 60, 1440)),
            "horizon_hours": self.pick((72, 72, 0, 1, 24)),
            "exclusions": self.pick((("no_promise", "cancelled_before_dispatch"), ("no_promise",))),
            "success_event": "delivered",
        }

    def moment(self) -> datetime:
        """As of when to count: at a horizon, at a receipt, or when everything is long known."""
        if self.promises and self.chance(2):
            end = naive.promise_end(self.pick(self.promises), self.default_zone)
            horizon = timedelta(hours=self.definition["horizon_hours"])
            return end + self.grace + horizon + self.pick(_NEAR)
        if self.moments and self.chance(2):
            return self.pick(self.moments) + self.pick((_NONE, _MICRO, -_MICRO))
        return datetime(2027, 6, 1, tzinfo=UTC)


@st.composite
def worlds(draw: st.DrawFn, most: int = 30) -> World:
    """One market: what was promised, what happened, and from which moment somebody looks back."""
    maker = _Maker(draw)
    maker.decide()
    for number in range(draw(st.integers(1, most))):
        maker.shipment(number)
    promises = maker.promises + [dict(row) for row in maker.promises if maker.chance(8)]
    return World(promises, maker.events, maker.default_zone, maker.moment(), maker.definition)
