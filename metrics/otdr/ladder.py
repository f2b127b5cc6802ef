"""The ladder: one market under the definitions next to its own. A jump on one rung names its cause."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from governance.definition import Definition
from metrics.otdr.engine import Counted, Inputs, Neighbour, count_neighbours

HEADLINE: Final = "as defined"
# An overlay, never a definition: force majeure does not leave the headline.
WITHOUT_MAJEURE: Final = "without force majeure"


@dataclass(frozen=True, slots=True)
class Rung:
    """One neighbour's counts over the days asked for."""

    name: str
    due: int
    on_time: int
    late: int
    pending: int
    unknown: int


def neighbours(definition: Definition) -> dict[str, Definition]:
    """The definition itself and those one step away, by the name of the step; steps that change nothing
    are left out."""
    tracked = tuple(pair for pair in definition.excluded_services if pair[1] != "untracked")
    steps = {
        "latest promise": replace(definition, promise="latest"),
        "original promise": replace(definition, promise="original"),
        "customer requests ignored": replace(definition, customer_requests_count=False),
        "first attempt counts": replace(definition, success_event="first_attempt"),
        "orders, all parcels on time": replace(definition, unit="order"),
        "untracked services included": replace(definition, excluded_services=tracked),
        "cohort by day of delivery": replace(definition, cohort="delivered"),
        "days read in UTC": replace(definition, zone_rule="utc"),
        "no grace": replace(definition, grace_minutes=0),
    }
    return {HEADLINE: definition} | {name: step for name, step in steps.items() if step != definition}


def rung(name: str, rows: Iterable[Counted], since: dt.date, until: dt.date) -> Rung:
    """One neighbour's counts over promise days since..until (both inclusive)."""
    totals = Counter[str]()
    for row in rows:
        if since <= row.day <= until:
            totals[row.status] += row.shipments
    on_time, late, pending, unknown = (totals[key] for key in ("on_time", "late", "pending", "unknown"))
    return Rung(name, on_time + late + pending + unknown, on_time, late, pending, unknown)


def ladder(
    definition: Definition, inputs: Inputs, *, as_of: dt.datetime, since: dt.date, until: dt.date
) -> list[Rung]:
    """The rungs of one market over promise days since..until (both inclusive), headline first."""
    rungs = {name: Neighbour(step) for name, step in neighbours(definition).items()}
    if inputs.majeure:
        rungs[WITHOUT_MAJEURE] = Neighbour(definition, without_majeure=True)
    counted = count_neighbours(rungs, inputs, as_of=as_of)
    return [rung(name, rows, since, until) for name, rows in counted.items()]
