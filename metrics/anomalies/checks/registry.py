"""All checks in the order of the catalogue."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks import (
    c01_delivered_at_defaulted, c02_heaped_times, c03_promise_overwritten, c04_survivor_denominator,
    c05_backfill_overwrite, c06_late_feed, c07_delivered_events_missing, c08_dispatch_as_delivery,
    c09_duplicates, c10_join_loss, c11_carrier_mapping, c12_timezone_offset, c13_daylight_saving,
    c14_day_month_swap, c15_sentinel_times, c16_impossible_order, c17_working_day_calendar, c18_cut_off_rule,
    c19_volume_not_conserved, c20_test_traffic, c21_copied_feed, c22_definition_changed, c23_partition_shrunk,
    c24_scope_change,
)  # fmt: skip
from metrics.anomalies.checks.base import Check

CHECKS: Final[tuple[Check, ...]] = tuple(
    module.CHECK
    for module in (
        c01_delivered_at_defaulted, c02_heaped_times, c03_promise_overwritten, c04_survivor_denominator,
        c05_backfill_overwrite, c06_late_feed, c07_delivered_events_missing, c08_dispatch_as_delivery,
        c09_duplicates, c10_join_loss, c11_carrier_mapping, c12_timezone_offset, c13_daylight_saving,
        c14_day_month_swap, c15_sentinel_times, c16_impossible_order, c17_working_day_calendar, c18_cut_off_rule,
        c19_volume_not_conserved, c20_test_traffic, c21_copied_feed, c22_definition_changed, c23_partition_shrunk,
        c24_scope_change,
    )  # fmt: skip
)
BY_KIND: Final = {check.kind: check for check in CHECKS}
