"""Names, titles and places of the gates this application answers."""

from __future__ import annotations

from governance.decisions import measures
from governance.decisions.gates import register
from metrics.gates import known
from metrics.gates.doubts import doubts
from metrics.gates.guard import guard
from metrics.gates.measured import counted


def install() -> None:
    """Register them all."""
    register("engine", "Engine as approved", known.engine, place=15)
    register("week", "Week complete", known.week, place=50)
    register("backfill", "Backfill closed", known.backfill, place=55)
    register("rederive", "Numbers re-derive", known.rederive, place=60)
    register("guard", "Data as signed", guard, place=65)
    register("runs", "Recomputes finished", known.runs, place=70)
    register("feeds", "Feeds on time", known.feeds_on_time, place=80)
    measures.register("counted", counted)
    measures.register("doubts", doubts)
