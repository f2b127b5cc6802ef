"""`python -m tests.bench [--days N] [--orders-per-day N] [--repeats N] [--quick] [--out FILE.md]`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tests.bench import course, report
from tests.bench.place import apart


def say(line: str) -> None:
    """Progress, beside the answer."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print the tables, and write them where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--days", type=int, default=7, help="promise days (default 7)")
    parser.add_argument("--orders-per-day", type=int, default=200_000, help="(default 200000)")
    parser.add_argument("--repeats", type=int, default=3, help="of what can be repeated (default 3)")
    parser.add_argument("--quick", action="store_true", help="4 days of 5,000 orders, once: does it work?")
    parser.add_argument("--out", type=Path, help="write the tables there, too")
    asked = parser.parse_args()
    size = course.Size(asked.days, asked.orders_per_day, asked.repeats)
    if asked.quick:
        size = course.Size(4, 5_000, 1)
    # Whoever ends it, the server is stopped and the folder is gone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with apart() as folder:
        found = course.run(folder, size, say)
    text = report.markdown(found, size)
    print(text)
    if asked.out:
        report.write(asked.out, text)


if __name__ == "__main__":
    main()
