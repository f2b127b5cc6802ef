"""The nodes of a definition. An invalid one cannot be constructed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from otdr_hub.lib import digest
from otdr_hub.lib.words import gettext_noop

COHORTS: Final = ("promise_end", "delivered")
UNITS: Final = ("shipment", "order")
PROMISES: Final = ("original", "latest")
SUCCESS_EVENTS: Final = ("delivered", "first_attempt")
ZONE_RULES: Final = ("destination", "utc")
EXCLUSIONS: Final = MappingProxyType(
    {
        "no_promise": "checkout recorded no promise",
        "cancelled_before_dispatch": "cancelled before dispatch and before the promise ended",
    }
)
# Why a whole service may be left out; every such service is named with one of these.
SERVICE_REASONS: Final = MappingProxyType(
    {
        "untracked": "the service is not tracked",
        "test": "test traffic",
        "internal": "internal traffic",
        "gift": "gift cards and the like",
        "digital": "digital goods",
        "freight": "freight",
    }
)
SMALL_CELL_FLOOR: Final = 11
LONGEST_HORIZON: Final = 60 * 24
# What a carrier's own code may mean: the event types of the input contract.
EVENT_TYPES: Final = (
    "created", "out_for_delivery", "attempted", "delivered", "available_for_collection",
    "cancelled", "returned", "lost",
)  # fmt: skip


class DefinitionError(ValueError):
    """A definition that says something impossible; the text names the path and the way out.

    `said` is the sentence with named places, as the catalogue has it, and `given` what stands in them, so
    that the page can tell it in another language: this room does without Django.
    """

    def __init__(self, said: str, **given: object) -> None:
        self.said, self.given = said, given
        super().__init__(self.told(str))

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence, translated."""
        return translate(self.said) % self.given


_OUT_OF_RANGE: Final = MappingProxyType(
    {
        "": gettext_noop("%(path)s: %(value)s is out of range; use %(low)s to %(high)s"),
        "minutes": gettext_noop("%(path)s: %(value)s is out of range; use %(low)s to %(high)s minutes"),
        "hours": gettext_noop("%(path)s: %(value)s is out of range; use %(low)s to %(high)s hours"),
        "shipments": gettext_noop("%(path)s: %(value)s is out of range; use %(low)s to %(high)s shipments"),
    }
)


def _one_of(path: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise DefinitionError(
            gettext_noop("%(path)s: '%(value)s' is not known; use one of %(choices)s"),
            path=path,
            value=value,
            choices=", ".join(choices),
        )


def _between(path: str, value: Decimal | int, low: Decimal | int, high: Decimal | int, unit: str) -> None:
    if not low <= value <= high:
        raise DefinitionError(_OUT_OF_RANGE[unit], path=path, value=value, low=low, high=high)


def _nested(rows: tuple[tuple[str, str, str], ...]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for outer, inner, value in rows:
        found.setdefault(outer, {})[inner] = value
    return found


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition of On-Time Delivery Rate (the nodes of a metric version).

    Units: `grace_minutes` whole minutes, `horizon_hours` whole hours, `completeness_floor` a share
    in [0, 1], `small_cell` shipments. `exclusions` are the reasons that take a shipment out of the
    due ones; `excluded_services` (pairs of service and reason) does so for whole services. With
    `customer_requests_count` a date the customer asked for is the promise. An attempt is a success
    only for `attempt_reasons`, and only where `success_event` is first_attempt; at one of the
    `pickup_services`, being ready for collection is a delivery. `horizons` (market, hours) stand in
    for `horizon_hours` where they name a market. `event_map` (carrier, its code, event type) reads a
    carrier's own codes. `calendars` (market or market/region, day as YYYY-MM-DD, name) are the holidays
    known when promises were made; they never move a promise. Raises DefinitionError naming the path of
    the first node that cannot be.
    """

    name: str
    cohort: str = "promise_end"
    unit: str = "shipment"
    promise: str = "original"
    success_event: str = "delivered"
    grace_minutes: int = 0
    horizon_hours: int = 72
    completeness_floor: Decimal = Decimal("0.95")
    no_promise_ceiling: Decimal = Decimal("0.005")
    customer_requests_count: bool = True
    attempt_reasons: tuple[str, ...] = ("consignee",)
    pickup_services: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = tuple(EXCLUSIONS)
    excluded_services: tuple[tuple[str, str], ...] = ()
    zone_rule: str = "destination"
    small_cell: int = 50
    horizons: tuple[tuple[str, int], ...] = ()
    event_map: tuple[tuple[str, str, str], ...] = ()
    calendars: tuple[tuple[str, str, str], ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{1,38}", self.name):
            raise DefinitionError(
                gettext_noop("name: '%(name)s' is no name; use small letters, digits and hyphens"),
                name=self.name,
            )
        _one_of("cohort", self.cohort, COHORTS)
        _one_of("unit", self.unit, UNITS)
        _one_of("promise", self.promise, PROMISES)
        _one_of("success_event", self.success_event, SUCCESS_EVENTS)
        _one_of("zone_rule", self.zone_rule, ZONE_RULES)
        for position, reason in enumerate(self.exclusions):
            _one_of(f"exclusions[{position}]", reason, tuple(EXCLUSIONS))
        if "no_promise" not in self.exclusions:
            raise DefinitionError(
                gettext_noop("exclusions: 'no_promise' cannot be left out; nothing is due without one")
            )
        for service, reason in self.excluded_services:
            _one_of(f"excluded_services.{service}", reason, tuple(SERVICE_REASONS))
        left_out = {service for service, _ in self.excluded_services}
        if clash := sorted(left_out & set(self.pickup_services)):
            raise DefinitionError(
                gettext_noop("pickup_services: '%(clash)s' is excluded as well; name it once"), clash=clash[0]
            )
        if self.success_event == "first_attempt" and not self.attempt_reasons:
            raise DefinitionError(
                gettext_noop("attempt_reasons: name at least one, or use success_event: delivered")
            )
        if len(set(self.exclusions)) != len(self.exclusions):
            raise DefinitionError(gettext_noop("exclusions: a reason is named twice; name each once"))
        self._check_tables()
        _between("grace_minutes", self.grace_minutes, 0, 7 * 24 * 60, "minutes")
        _between("horizon_hours", self.horizon_hours, 0, LONGEST_HORIZON, "hours")
        _between("completeness_floor", self.completeness_floor, Decimal(0), Decimal(1), "")
        _between("no_promise_ceiling", self.no_promise_ceiling, Decimal(0), Decimal(1), "")
        _between("small_cell", self.small_cell, SMALL_CELL_FLOOR, 100_000, "shipments")

    def _check_tables(self) -> None:
        for market, hours in self.horizons:
            if not re.fullmatch(r"[A-Z0-9]{2,8}", market):
                raise DefinitionError(
                    gettext_noop("horizons.%(market)s: this is no market code, like BR"), market=market
                )
            _between(f"horizons.{market}", hours, 0, LONGEST_HORIZON, "hours")
        for carrier, code, kind in self.event_map:
            _one_of(f"event_map.{carrier}.{code}", kind, EVENT_TYPES)
            if code in EVENT_TYPES:
                raise DefinitionError(
                    gettext_noop(
                        "event_map.%(carrier)s.%(code)s: '%(code)s' is an event type of the contract; it"
                        " means itself"
                    ),
                    carrier=carrier,
                    code=code,
                )
        for region, day, _ in self.calendars:
            if not re.fullmatch(r"[A-Z0-9]{2,8}(/[A-Z0-9-]{1,8})?", region):
                raise DefinitionError(
                    gettext_noop("calendars.%(region)s: write a market, or market/region like DE/BY"),
                    region=region,
                )
            try:
                dt.date.fromisoformat(day)
            except ValueError:
                raise DefinitionError(
                    gettext_noop("calendars.%(region)s.%(day)s: this is no day, like 2026-12-25"),
                    region=region,
                    day=day,
                ) from None

    def at(self, market: str) -> Definition:
        """The definition as it holds in one market: with that market's horizon."""
        return replace(self, horizon_hours=dict(self.horizons).get(market, self.horizon_hours))

    def content(self) -> dict[str, Any]:
        """Every node as plain values, in the order they are written in YAML."""
        plain = {field: getattr(self, field) for field in self.__slots__}
        return plain | {
            "excluded_services": dict(self.excluded_services),
            "horizons": dict(self.horizons),
            "event_map": _nested(self.event_map),
            "calendars": _nested(self.calendars),
        }

    def digest(self, engine_digest: str) -> str:
        """The version's content address: all nodes and the engine code that computes them."""
        return digest.of({"definition": self.content(), "engine": engine_digest})
