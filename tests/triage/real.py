"""Worlds from other people's real deliveries, where they are at hand."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from governance.definition import Definition
from metrics.anomalies.world import Sources, Window, World, world_of
from metrics.events.reader import read
from metrics.lake.columnar import connect, literal
from metrics.otdr.engine import Inputs
from tests.conftest import PROJECT

DATA = Path(os.environ.get("OTDR_SHARED_DATA", PROJECT.parent / "shared" / "data"))
AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def folder(name: str) -> Path:
    """The folder of a data set; skips the test where it is not at hand."""
    path = DATA / name
    if not path.is_dir():
        pytest.skip(f"the real data is not at hand: {path} does not exist (set OTDR_SHARED_DATA)")
    return path


def taken_in(name: str, into: Path, markets: list[str], ending: str) -> dict[str, Path]:
    """Promises and events of these markets as the lake would hold them."""
    found = {}
    for kind in ("promises", "events"):
        with connect() as connection:
            read(connection, folder(name) / f"{kind}.{ending}", kind, source="live", markets=markets)
            found[kind] = into / f"{kind}.parquet"
            chosen = ", ".join(literal(market) for market in markets)
            connection.execute(
                f"COPY (SELECT * FROM good WHERE market IN ({chosen})) TO {literal(str(found[kind]))} (FORMAT parquet)"
            )
    return found


@contextmanager
def world(files: dict[str, Path], zone: str, window: Window, definition: Definition) -> Iterator[World]:
    """The world of a window over these files."""
    inputs = Inputs([files["promises"]], [files["events"]], zone)
    names = {path: kind for kind, path in files.items()}
    with world_of(definition, Sources(inputs, names), window, as_of=AS_OF) as found:
        yield found
