"""How tests are shared out among the processes that run them: by file, the longest first."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadFileScheduling

# Begun first, or a process would sit with one of them when all others are done. Longest first.
LONG: Final = (
    "tests/browser/",
    "tests/stale/test_crawl.py",
    "tests/house/test_schemathesis.py",
    "tests/stale/test_race.py",
    "tests/metrics/test_worker.py",
    "tests/metrics/test_uploads_worker.py",
    "tests/metrics/test_against_oracle.py",
    "tests/house/test_same_answer.py",
    "tests/metrics/test_incremental.py",
    "tests/house/test_routes.py",
    "tests/governance/test_past.py",
    "tests/governance/test_ledger_found.py",
    "tests/metrics/test_verify_publication.py",
    "tests/house/test_kill_surfaces.py",
)


def rank(nodeid: str) -> int:
    """The place of a test's file among the long ones; all others come after them."""
    found = (place for place, start in enumerate(LONG) if nodeid.startswith(start))
    return next(found, len(LONG))


class ByFile(LoadFileScheduling):
    """Each file goes to whichever process is free, and all that a browser looks at to one and the same.

    Groups by mark would say this too, but xdist 3.8 writes them into a field that pytest 9.2 does not read.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/browser" if file.startswith("tests/browser/") else file
