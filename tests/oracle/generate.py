"""Small hostile worlds: shipments of one market whose times crowd around everything that decides.

Every row is valid under the input contract. No two events are ever received at the same moment (except
exact copies of a row), and no two promises recorded at the same one: the definition does not say which of
them would count.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise, product
from random import Random
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
_TELL_NOTHING = {"created", "out_for_delivery", "available_for_collection"}
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


class _Maker:
    """Makes one world, row by row; `ticks` keeps every moment of receipt apart from all others."""

    def __init__(self, seed: int) -> None:
        self.seeded(seed)
        self.zones = ("", *self.random.sample(ZONES, 4))
        self.default_zone = self.pick(self.zones[1:])
        self.definition = {
            "promise": self.pick(("original", "original", "latest")),
            "grace_minutes": self.pick((0, 0, 1, 60, 1440)),
            "horizon_hours": self.pick((72, 72, 0, 1, 24)),
            "exclusions": self.pick((("no_promise", "cancelled_before_dispatch"), ("no_promise",))),
            "success_event": "delivered",
        }
        self.common: datetime | None = None
        self.previous: datetime | None = None
        self.near = _NEAR
        self.promises: list[dict[str, str]] = []
        self.events: list[dict[str, str]] = []
        self.moments: list[datetime] = []
        self.ticks = 0
        if self.chance(2):
            self.common = self.anchor(self.default_zone)

    def seeded(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 (nothing secret)

    def pick(self, choices: Sequence[Any]) -> Any:
        return self.random.choice(choices)

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

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
        day = _FIRST.date() + self.random.randrange((_LAST - _FIRST).days) * _DAY
        hour = self.pick((time(0), time(12), time(23, 59, 59)))
        return datetime.combine(day, hour, ZoneInfo(name)).astimezone(UTC)

    def spelled(self, moment: datetime, name: str, kinds: tuple[str, ...]) -> str:
        """One of the ways the contract lets a moment be written."""
        kind = self.pick(kinds)
        if kind == "local":
            return self.wall(moment, name)
        if kind == "date":
            return moment.astimezone(ZoneInfo(name)).date().isoformat()
        moment = moment.astimezone(UTC).replace(tzinfo=None)
        if kind == "Z":
            return moment.isoformat() + "Z"
        there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).utcoffset()
        offset = there if kind == "there" else self.pick(_OFFSETS)
        sign, minutes = "-" if offset < _NONE else "+", abs(offset) // _MINUTE
        return f"{(moment + offset).isoformat(sep=self.pick('T '))}{sign}{minutes // 60:02}:{minutes % 60:02}"

    def wall(self, moment: datetime, name: str) -> str:
        """What a clock on the wall shows, sometimes a time the clocks jump over."""
        shown = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        if self.chance(4):
            before = (moment - _MICRO).astimezone(ZoneInfo(name)).replace(tzinfo=None)
            shown = before + _MICRO + self.pick((_NONE, _SECOND, _MINUTE, _HOUR / 2))
        return shown.isoformat(sep=self.pick("T "))

    def shipment(self, number: int) -> None:
        name = f"s{number}"
        zone = self.pick(self.zones)
        around = self.anchor(zone or self.default_zone)
        self.near, self.previous = _NEAR, None
        if clock_changes(zone or self.default_zone) and self.chance(2):
            around, self.near = self.pick(clock_changes(zone or self.default_zone)), _CLOSE
        ends = []
        if not self.chance(8):
            for turn in range(self.pick((1, 1, 1, 2, 3))):
                ends.append(self.promise(name, zone, around, turn))
                around += self.pick((_NONE, _DAY, -_DAY, _HOUR))
                if self.near is _NEAR and self.chance(6):
                    zone = self.pick(self.zones)
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
        end = naive.promise_end(row, self.default_zone)
        shown = datetime.fromisoformat(row["promised_by"])
        there = end.astimezone(ZoneInfo(zone or self.default_zone))
        if shown.tzinfo is None and shown.date() != there.date():
            # On the wall, an hour that was left out up to midnight: that has a test of its own.
            row["promised_by"] = self.spelled(end, zone, ("Z",))
        self.promises.append(row)
        return end

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
        elif self.chance(6):
            moment = (self.previous or moment) + self.pick((_NONE, _MICRO, -_MICRO))
        self.previous = moment
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

    def moment(self) -> datetime:
        """As of when to count: at a horizon, at a receipt, or when everything is long known."""
        decided = {row["shipment_id"] for row in self.events if row["type"] not in _TELL_NOTHING}
        quiet = [row for row in self.promises if row["shipment_id"] not in decided]
        if quiet and self.chance(2):
            end = naive.promise_end(self.pick(quiet), self.default_zone)
            horizon = timedelta(hours=self.definition["horizon_hours"])
            return end + self.grace + horizon + self.pick((_NONE, self.pick(_NEAR)))
        if self.moments and self.chance(2):
            return self.pick(self.moments) + self.pick((_NONE, _MICRO, -_MICRO))
        return datetime(2027, 6, 1, tzinfo=UTC)


# One number makes the world and each other one a shipment, so that every world is a new one: drawn choice
# by choice, hypothesis would spend five of six on copies of the sixth. Small numbers make no shipment,
# so that a world that fails shrinks to the shipments that matter.
_NOBODY = 64
_seeds = st.lists(st.integers(0, 2**32), min_size=12, max_size=31, unique=True)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One market: what was promised, what happened, and from which moment somebody looks back."""
    first, *others = draw(_seeds)
    maker = _Maker(first)
    for number, seed in enumerate(others):
        if seed >= _NOBODY:
            maker.seeded(seed)
            maker.shipment(number)
    maker.seeded(first)
    promises = maker.promises + [dict(row) for row in maker.promises if maker.chance(8)]
    return World(promises, maker.events, maker.default_zone, maker.moment(), maker.definition)
