"""Defects that can be planted in a scenario: the catalogue's 24 (`KINDS`) and the demonstration's two."""

from metrics.simulate.defects.base import Defect, Planted
from metrics.simulate.defects.d01_delivered_at_defaulted import DeliveredAtDefaulted
from metrics.simulate.defects.d02_heaped_times import HeapedTimes
from metrics.simulate.defects.d03_promise_overwritten import PromiseOverwritten
from metrics.simulate.defects.d04_survivor_denominator import SurvivorDenominator
from metrics.simulate.defects.d05_backfill_overwrite import BackfillOverwrite
from metrics.simulate.defects.d06_late_feed import LateFeed
from metrics.simulate.defects.d07_delivered_events_missing import DeliveredMissing
from metrics.simulate.defects.d08_dispatch_as_delivery import DispatchAsDelivery
from metrics.simulate.defects.d09_duplicates import Duplicates
from metrics.simulate.defects.d10_join_loss import JoinLoss
from metrics.simulate.defects.d11_carrier_mapping import CarrierMapping
from metrics.simulate.defects.d12_timezone_offset import TimezoneOffset
from metrics.simulate.defects.d13_daylight_saving import DaylightSaving
from metrics.simulate.defects.d14_day_month_swap import DayMonthSwap
from metrics.simulate.defects.d15_sentinel_times import SentinelTimes
from metrics.simulate.defects.d16_impossible_order import ImpossibleOrder
from metrics.simulate.defects.d17_working_day_calendar import WorkingDayCalendar
from metrics.simulate.defects.d18_cut_off_rule import CutOffRule
from metrics.simulate.defects.d19_volume_not_conserved import VolumeNotConserved
from metrics.simulate.defects.d20_test_traffic import TestTraffic
from metrics.simulate.defects.d21_copied_feed import CopiedFeed
from metrics.simulate.defects.d22_definition_changed import DefinitionChanged
from metrics.simulate.defects.d23_partition_shrunk import PartitionShrunk
from metrics.simulate.defects.d24_scope_change import ScopeChange
from metrics.simulate.defects.story_defaulted_backfill import BackfillDefaultedStamps
from metrics.simulate.defects.story_silence import DeliveredEventsMissing

OF_THE_CATALOGUE: tuple[type[Planted], ...] = (
    DeliveredAtDefaulted,
    HeapedTimes,
    PromiseOverwritten,
    SurvivorDenominator,
    BackfillOverwrite,
    LateFeed,
    DeliveredMissing,
    DispatchAsDelivery,
    Duplicates,
    JoinLoss,
    CarrierMapping,
    TimezoneOffset,
    DaylightSaving,
    DayMonthSwap,
    SentinelTimes,
    ImpossibleOrder,
    WorkingDayCalendar,
    CutOffRule,
    VolumeNotConserved,
    TestTraffic,
    CopiedFeed,
    DefinitionChanged,
    PartitionShrunk,
    ScopeChange,
)
KINDS: dict[str, type[Planted]] = {defect.kind: defect for defect in OF_THE_CATALOGUE}

__all__ = ["KINDS", "BackfillDefaultedStamps", "Defect", "DeliveredEventsMissing", "Planted"]
