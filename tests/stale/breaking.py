"""K1, where things go wrong: pages of an error, health, what is no address at all, and the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, NoReturn
from unittest import mock

from otdr_hub.hub.reading import Reading
from tests.stale.looks import Viewer

NOWHERE = ("/nothing/", "/api/v1/nothing", "/api/v1/markets/a%20b", "/markets/a%20b/", "/admin/", "/healthz",
           "/api/schema/", "/markets/US/nothing/")  # fmt: skip
WITH_NUMBERS = ("/", "/markets/FR/", "/api/v1/hub", "/api/v1/markets/FR")


@contextmanager
def listening() -> Iterator[StringIO]:
    """All that is logged goes here and nowhere else."""
    said, root = StringIO(), logging.getLogger()
    before, handler = root.handlers, logging.StreamHandler(said)
    root.handlers = [handler]
    try:
        yield said
    finally:
        root.handlers = before


def _breaks(_reading: Reading) -> NoReturn:
    raise RuntimeError("broken on purpose, after the numbers were read")


def broken(viewer: Viewer) -> list[dict[str, Any]]:
    """What is answered where a page breaks after its numbers were read, and where there is no page."""
    found = []

    def note(role: str, path: str, method: str = "GET") -> None:
        look = viewer.look(role, path, method)
        found.append({"path": f"{method} {path}", "role": role, "status": look.status, "seen": look.seen,
                      "sums": len(look.totals), "kept": "no-store" not in look.cache})  # fmt: skip

    for role in ("executive", "anonymous"):
        for path in NOWHERE:
            note(role, path)
        note(role, "/", "DELETE")
        note(role, "/api/v1/hub", "DELETE")
    torn = property(_breaks)
    with mock.patch.object(Reading, "summed", torn), mock.patch.object(Reading, "held", torn):
        for path in WITH_NUMBERS:
            note("executive", path)
    return found
