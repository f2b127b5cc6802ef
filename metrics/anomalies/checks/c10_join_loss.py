"""Promises and events that do not find each other: both anti-joins."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding
from metrics.anomalies.checks.forms import has_usual_form
from metrics.anomalies.checks.shares import ShareTest
from metrics.anomalies.world import World


def _run(world: World) -> Finding:
    # Events of a usual form without a promise were lost elsewhere: that is the volume's check.
    return ShareTest(
        hits=f"told_rows IS NULL OR (promised_at IS NULL AND NOT {has_usual_form(world)})",
        trials="TRUE", delta=0.005, sign=1,
        says="{now} of shipments{where} have a promise without events, or events under another form of"
        " identifier without a promise; before it was {before}.",
    ).run(world)  # fmt: skip


CHECK: Final = Check(
    10, "join_loss", "Promises and events do not find each other", Family.IDENTITY, "either",
    ("promises", "events"), _run,
)  # fmt: skip
