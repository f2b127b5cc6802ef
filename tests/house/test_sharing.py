"""The long test files are begun first, and each of them is there."""

from __future__ import annotations

import subprocess
import sys

from tests import sharing
from tests.house.conftest import PROJECT


def test_what_is_named_as_long_is_there() -> None:
    assert [path for path in sharing.LONG if not (PROJECT / path).exists()] == []


def test_long_files_come_first_and_the_others_keep_their_order() -> None:
    first, second = sharing.LONG[0], sharing.LONG[1]
    given = ["tests/a.py::test", f"{second}::test", "tests/b.py::test", f"{first}x.py::test"]
    assert sorted(given, key=sharing.rank) == [given[3], given[1], given[0], given[2]]


def test_nothing_else_orders_tests_after_us() -> None:
    """pytest-django puts tests with a database first; nothing is run here, not even a fixture."""
    short, long = "tests/governance/test_requirements.py", "tests/stale/test_crawl.py"
    planned = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", "--dist", "loadfile", "-v", "--setup-plan", short, long],
        cwd=PROJECT, capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    found = [line for line in planned.stdout.splitlines() if line.startswith("tests/")]
    assert long in sharing.LONG
    assert found[0].startswith(f"{long}::")
