"""Shipments get lost between the steps: promised, created, sent out, delivered."""

from __future__ import annotations

from typing import Final

from metrics.anomalies.checks.base import Check, Family, Finding, strongest
from metrics.anomalies.checks.forms import has_usual_form
from metrics.anomalies.checks.shares import LEAD, ShareTest
from metrics.anomalies.world import World

_HOPS: Final = (
    ShareTest(
        hits="created_at IS NULL", trials="told_rows IS NOT NULL", delta=0.005, sign=1,
        says="{now} of shipments{where} with events were never created; before it was {before}.",
    ),
    ShareTest(
        hits="ofd_at IS NULL", trials="created_at IS NOT NULL", delta=0.005, sign=1,
        says="{now} of created shipments{where} never went out; before it was {before}.",
    ),
    ShareTest(
        hits="ofd_at IS NULL", trials="delivered_at IS NOT NULL", delta=0.005, sign=1,
        says="{now} of delivered shipments{where} never went out; before it was {before}.",
    ),
)  # fmt: skip


def _run(world: World) -> Finding:
    promised = ShareTest(
        hits=f"promised_at IS NULL AND {has_usual_form(world)}", trials="created_at IS NOT NULL",
        delta=0.005, sign=1, early=LEAD,
        says="{now} of created shipments{where} were never promised; before it was {before}.",
    )  # fmt: skip
    return strongest([hop.run(world) for hop in (promised, *_HOPS)])


CHECK: Final = Check(
    19, "volume_not_conserved", "Volume is not conserved from step to step", Family.IDENTITY, "either",
    ("events",), _run,
)  # fmt: skip
