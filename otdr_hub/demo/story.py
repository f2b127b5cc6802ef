"""The ShopSwift story: eleven quiet weeks, then a Brazilian miracle and a German collapse in one week."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from metrics.simulate import CarrierSpec, MarketSpec, Scenario
from metrics.simulate.defects import BackfillDefaultedStamps, DeliveredEventsMissing
from otdr_hub.demo.markets import SINCE, shopswift_markets
from otdr_hub.lib import weeks

FULL_WEEKS = 12
FUTURE_DAYS = 4  # promise days after today that checkout has already promised
ORDERS_PER_DAY = 6000
SEED = 23
GATEWAY = "br-gateway/2"
SILENT_CARRIER = "havelpost"
NEW_CARRIER = "expresso-ipe"


def latest_friday(day: dt.date) -> dt.date:
    """The day itself if it is a Friday, else the last Friday before it."""
    return day - dt.timedelta(days=(day.weekday() - 4) % 7)


def headline_monday(today: dt.date) -> dt.date:
    """Monday of the week before `today`'s: the week the story is about, in which both defects start."""
    return weeks.monday_of(today) - dt.timedelta(days=7)


def shopswift(today: dt.date, scale: float = 1.0) -> Scenario:
    """The story as known on `today` (best a Friday) at 12:00 UTC; scale 1 is about half a million shipments.

    Brazil moves all carriers to a new feed in the headline week and adds a carrier; the weekly backfill of
    that week then writes the promise where the time of delivery should be. In Germany one carrier's
    deliveries stop arriving on the same Monday.
    """
    monday = headline_monday(today)
    markets = tuple(_with_gateway(m, monday) if m.code == "BR" else m for m in shopswift_markets())
    return Scenario(
        markets=markets,
        start=monday - dt.timedelta(weeks=FULL_WEEKS - 1),
        end=today + dt.timedelta(days=FUTURE_DAYS),
        now=dt.datetime.combine(today, dt.time(12), tzinfo=dt.UTC),
        orders_per_day=ORDERS_PER_DAY * scale,
        seed=SEED,
        defects=(
            BackfillDefaultedStamps("BR", monday, monday + dt.timedelta(days=6)),
            DeliveredEventsMissing("DE", SILENT_CARRIER, monday),
        ),
        own_backfill=("BR",),
    )


def _with_gateway(brazil: MarketSpec, monday: dt.date) -> MarketSpec:
    """Brazil with every carrier on the new gateway from `monday`, and one more carrier from then on."""
    moved = tuple(
        replace(carrier, integrations=((SINCE, "br-feed/1"), (monday, GATEWAY)))
        for carrier in brazil.carriers
    )
    newcomer = CarrierSpec(NEW_CARRIER, "Expresso Ipê", 0.136, ((monday, GATEWAY),), starts=monday)
    return replace(brazil, carriers=(*moved, newcomer))
