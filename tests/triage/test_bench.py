"""Forty worlds of the benchmark, as they come: what must never happen does not, and most are named right.

The whole of it, with its table, is `make bench-triage`; the floors here are far below what it measures, so
that they fail when something breaks and not when a number moves.
"""

from __future__ import annotations

from functools import cache

from metrics.anomalies.hypotheses import DEFECTS, MIX, QUIET, REAL, UNKNOWN
from tests.triage.bench.items import items
from tests.triage.bench.judged import Judged, judge
from tests.triage.bench.report import report

WORLDS = 40


@cache
def judged() -> tuple[Judged, ...]:
    return tuple(judge(item, again=number % 10 == 0) for number, item in enumerate(items(WORLDS)))


def _of(group: str) -> list[Judged]:
    found = [row for row in judged() if row.group == group]
    assert found
    return found


def test_most_causes_come_first() -> None:
    defects = _of("defect")
    assert sum(row.is_right(1) for row in defects) / len(defects) >= 0.7
    assert sum(row.is_right(3) for row in defects) / len(defects) >= 0.8


def test_a_cause_that_is_named_is_the_cause() -> None:
    named = [row for row in judged() if row.group != "unknown" and row.name not in ("", QUIET)]
    assert len(named) >= WORLDS / 3
    assert sum(not row.is_right(1) for row in named) <= 1


def test_no_change_of_the_world_is_called_a_defect() -> None:
    for row in _of("negative"):
        assert row.truth in (QUIET, REAL, MIX)
        assert row.proposal != "exclude", row
        assert row.name not in DEFECTS, row


def test_no_defect_that_moved_the_rate_is_certified_without_a_word() -> None:
    for row in _of("defect"):
        assert abs(row.step) < 0.01 or row.proposal != "certify", row


def test_a_defect_outside_the_list_that_moved_the_rate_is_held_or_called_unknown() -> None:
    """One that leaves the rate where it is may look like a calm week, or like its neighbour."""
    rows = _of("unknown")
    moved = [row for row in rows if abs(row.step) >= 0.01]
    assert moved
    assert [row for row in moved if row.proposal != "hold" and row.top != UNKNOWN] == []
    assert sum(row.proposal == "hold" or row.top == UNKNOWN for row in rows) >= len(rows) / 2


def test_the_same_world_gives_the_same_bytes() -> None:
    again = [row.same_bytes for row in judged() if row.same_bytes is not None]
    assert again == [True] * (WORLDS // 10)


def test_the_report_counts_all_of_them() -> None:
    told = report(list(judged()))
    assert "| cause first | >= .92 |" in told
    assert f"/{len(_of('defect'))} (" in told
