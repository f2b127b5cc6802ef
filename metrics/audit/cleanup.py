"""Taking away what nothing refers to. What a pin names, and what a batch named, always stays."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metrics.lake.models import LakeFile
from metrics.lake.schema import COLUMNS
from metrics.lake.store import root
from metrics.periods.models import PeriodLock
from metrics.recompute.models import Pin, RunVintage
from otdr_hub.lib import clock

# Something younger may be a write under way.
_AGE: Final = dt.timedelta(days=1)
_KEEP: Final = 2


@dataclass(frozen=True, slots=True)
class Removable:
    """A file nothing refers to: its path relative to the lake, bytes, and what it is."""

    path: str
    size: int
    what: str


def _named() -> set[str]:
    """Every file a batch or a pin names."""
    named = set(LakeFile.objects.values_list("path", flat=True))
    for files in Pin.objects.values_list("files", flat=True).iterator():
        named |= {entry["path"] for entry in json.loads(files)}
    return named


def _states() -> set[str]:
    """Folded rows still of use: of the newest vintages of each market and version, and of locked weeks."""
    counted: dict[tuple[str, str], int] = {}
    kept: set[str] = set()
    locked = set(PeriodLock.objects.values_list("run_id", "market"))
    rows = RunVintage.objects.exclude(state="").select_related("run").order_by("-run__as_of", "-pk")
    for row in rows.iterator():
        key = (row.run.version_id, row.market)
        counted[key] = counted.get(key, 0) + 1
        if counted[key] <= _KEEP or (row.run_id, row.market) in locked:
            kept |= {name for entry in json.loads(row.state).values() for name, _, _ in entry["files"]}
    return kept


def _old(folder: Path) -> Iterator[Path]:
    limit = clock.now() - _AGE
    for path in sorted(folder.rglob("*.parquet")) if folder.is_dir() else ():
        if dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < limit:
            yield path


def removable() -> list[Removable]:
    """What could be taken away now, in order of path."""
    lake, named, states = root(), _named(), _states()
    found = []
    for folder, keep, what in (
        *((lake / kind, named, "of a delivery that was cut off") for kind in COLUMNS),
        (lake / ".staging", set[str](), "of a delivery that was cut off"),
        (lake / ".state", states, "folded rows no run starts from"),
    ):
        for path in _old(folder):
            name = str(path.relative_to(lake))
            if name not in keep:
                found.append(Removable(name, path.stat().st_size, what))
    return sorted(found, key=lambda item: item.path)


def remove(files: list[Removable]) -> int:
    """Take these files away; returns the bytes freed. A file already gone is no error."""
    for file in files:
        path = root() / file.path
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == root() or any(folder.iterdir()):
                break
            folder.rmdir()
    return sum(file.size for file in files)
