"""Defects that can be planted in a scenario, by kind."""

from metrics.simulate.defects.backfill_defaulted_stamps import BackfillDefaultedStamps
from metrics.simulate.defects.base import Defect
from metrics.simulate.defects.delivered_events_missing import DeliveredEventsMissing

KINDS: dict[str, type[Defect]] = {
    "backfill_defaulted_stamps": BackfillDefaultedStamps,
    "delivered_events_missing": DeliveredEventsMissing,
}

__all__ = ["KINDS", "BackfillDefaultedStamps", "Defect", "DeliveredEventsMissing"]
