"""What a bench found, as tables in Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from tests.bench.course import Found, Size

MILLION = 1e6
ENOUGH = 1_000_000  # events; below it, starting up is most of what is measured
# Days -> how many times the floor a recompute from raw files may take.
OVER_FLOOR = ((1, 4.0), (14, 6.0), (90, 8.0))


def _ingest(found: Found, form: str) -> tuple[list[str], int, float]:
    names = [name for name in found.steps if name.startswith(f"ingest, {form}, ")]
    rows = sum(step.rows for name in names for step in found.steps[name])
    return names, rows, sum(found.seconds(name) for name in names)


def _steps(found: Found) -> Iterator[tuple[str, ...]]:
    for name in found.steps:
        seconds, rows = found.seconds(name), _rows(found, name)
        rate = f"{rows / seconds / MILLION:.2f} M/s" if rows and seconds else ""
        yield (
            name, str(len(found.steps[name])), f"{seconds:.2f}", f"{found.wall(name):.2f}",
            f"{found.cpu(name):.2f}", f"{found.peak(name):,.0f}", f"{rows:,}" if rows else "", rate,
        )  # fmt: skip


def _rows(found: Found, name: str) -> int:
    if name.startswith("simulate"):
        return found.events
    if name.startswith("ingest"):
        return found.steps[name][0].rows
    return 0 if name.endswith("late") else found.events + found.promises


def _goals(found: Found, size: Size) -> Iterator[tuple[str, str, str, bool]]:
    for form in ("csv", "parquet"):
        rate = found.events / found.seconds(f"simulate, {form}") / MILLION
        yield f"simulate, {form}", f"{rate:.2f} M events/s", ">= 1 M", rate >= 1
    for form, goal in (("csv", 0.9), ("parquet", 1.3)):
        _, rows, seconds = _ingest(found, form)
        rate = rows / seconds / MILLION
        yield f"ingest, {form}: all checks, durable", f"{rate:.2f} M rows/s", f">= {goal} M", rate >= goal
    raw = found.seconds("recompute, raw")
    over = next((times for days, times in OVER_FLOOR if size.days <= days), OVER_FLOOR[-1][1])
    floor, by_hand = raw / found.seconds("floor"), raw / found.seconds("by hand")
    yield (
        f"recompute, {size.days} days from raw, over floor",
        f"{floor:.1f} x",
        f"<= {over:.0f} x",
        floor <= over,
    )
    yield "the same, over the query by hand", f"{by_hand:.2f} x", "<= 1.1 x", by_hand <= 1.1
    peak = found.peak("recompute, raw")
    yield "the same, peak memory", f"{peak:,.0f} MB", "<= 4,096 MB", peak <= 4096
    share = found.seconds("recompute, late") / raw
    yield "1 % late over 3 days, recompute alone", f"{share:.1%} of raw", "<= 4 %", share <= 0.04
    both = share + found.seconds("ingest, late") / raw
    yield "1 % late over 3 days, with taking them in", f"{both:.1%} of raw", "", True


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _machine() -> str:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{os.cpu_count()} cores, {pages / 2**30:.0f} GB, {platform.system()}, Python"
        f" {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def _verdict(found: Found, goal: str, met: bool) -> str:
    if not goal or found.events < ENOUGH:
        return "" if not goal else "too few rows to say"
    return "met" if met else "**missed**"


def markdown(found: Found, size: Size) -> str:
    """Goals first, then the steps."""
    goals = (
        (what, value, goal, _verdict(found, goal, met)) for what, value, goal, met in _goals(found, size)
    )
    what = (
        f"{size.days} days of {size.orders_per_day:,} orders: {found.promises:,} promises and"
        f" {found.events:,} events, {found.late:,} more of them late. {_machine()}."
    )
    checked = (
        "Seconds are medians. Due and on time equal the query by hand on all"
        f" {found.days_compared:,} market days compared."
    )
    head = ("step", "runs", "s", "s with start", "CPU s", "peak MB", "rows", "rate")
    tables = "\n".join(_table(("", "measured", "goal", ""), goals)), "\n".join(_table(head, _steps(found)))
    return "\n\n".join([what, *tables, checked]) + "\n"


def write(path: Path, text: str) -> None:
    """The tables in a file."""
    path.write_text(text, encoding="utf-8")
