"""What a race found, for people and as one object."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.stale.model import Event
from tests.stale.race import Outcome


def percentile(values: list[float], share: float) -> float:
    """The smallest value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def times(events: list[Event]) -> dict[str, dict[str, float]]:
    """Milliseconds from the call to its acknowledgement, by way of switching off."""
    by_way: dict[str, list[float]] = {}
    for event in events:
        if event.kind == "kill" and "not told" not in event.way:
            by_way.setdefault(event.way, []).append((event.acked - event.invoked) / 1e6)
    return {
        way: {"kills": len(took), "p50": round(percentile(took, 0.5), 1), "p99": round(percentile(took, 0.99), 1),
              "max": round(max(took), 1)}
        for way, took in sorted(by_way.items())
    }  # fmt: skip


def as_object(outcome: Outcome) -> dict[str, Any]:
    """Everything worth keeping."""
    verdict, kinds = outcome.verdict, Counter(event.kind for event in outcome.events)
    return {
        "reads_database": outcome.counts["database"], "reads_http": outcome.counts["http"],
        "refused_http": outcome.counts["refused"], "lost_http": outcome.lost,
        "kills": kinds["kill"], "lifts": kinds["lift"], "acts_that_failed": outcome.failed_acts,
        "stale": verdict.stale, "too_new": verdict.too_new, "mismatched": verdict.mismatched,
        "asked_while_something_was_off": verdict.after_kill, "overtaken_in_flight": verdict.overtaken,
        "by_surface": dict(verdict.by_surface), "refused_by_surface": dict(verdict.refused), "statuses": dict(sorted(outcome.statuses.items())),
        "status_500": {name: number for name, number in outcome.counts.items() if name.startswith("500 ")},
        "kill_ms": times(outcome.events), "faults": dict(outcome.faults), "seconds": round(outcome.seconds, 1),
        "broken": outcome.broken, "problems": outcome.problems, "wrong": verdict.wrong,
    }  # fmt: skip


def as_text(found: dict[str, Any]) -> str:
    """The same in lines."""
    faults = ", ".join(f"{name} {count}" for name, count in found["faults"].items()) or "none"
    read = f"{found['reads_database']:,} reads of the database, {found['reads_http']:,} answers over HTTP"
    besides = f"{found['refused_http']:,} refused with 5xx, {found['lost_http']:,} lost"
    wrong = f"stale {found['stale']}, too new {found['too_new']}, mismatched {found['mismatched']}"
    asked = f"{found['asked_while_something_was_off']:,} asked while something was off"
    return "\n".join(
        [
            f"{read} (besides {besides}), in {found['seconds']:.0f} s",
            "reads by surface:",
            *(f"  {name}: {count:,}" for name, count in sorted(found["by_surface"].items())),
            f"{found['kills']:,} kills, {found['lifts']:,} lifts, {found['acts_that_failed']:,} attempts failed",
            *(f"  by {way}: {ms['kills']:,}, p50 {ms['p50']} ms, p99 {ms['p99']} ms, max {ms['max']} ms"
              for way, ms in found["kill_ms"].items()),
            f"faults: {faults}",
            f"{wrong} ({asked}, {found['overtaken_in_flight']:,} overtaken in flight)",
            *(f"{name}: {number} answers" for name, number in found["status_500"].items()),
            *found["broken"],
            *found["problems"],
            *found["wrong"],
        ]
    )  # fmt: skip
