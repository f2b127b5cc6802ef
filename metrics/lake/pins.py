"""Input pins: the exact files a run reads, found from accepted batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metrics.lake.models import LakeFile
from metrics.lake.store import root
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ConflictError


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file as pinned: path relative to the lake, kind, market, bytes, SHA-256."""

    path: str
    kind: str
    market: str
    size: int
    sha256: str


def current(markets: Sequence[str]) -> list[PinnedFile]:
    """Every file of accepted batches for these markets, in one fixed order."""
    rows = LakeFile.objects.filter(market__in=markets, batch__state="accepted")
    return [PinnedFile(row.path, row.kind, row.market, row.size, row.sha256) for row in rows.order_by("path")]


def content(files: Sequence[PinnedFile]) -> list[dict[str, str | int]]:
    """The pin as plain values; its digest is the pin's name."""
    return [
        {"path": f.path, "kind": f.kind, "market": f.market, "size": f.size, "sha256": f.sha256}
        for f in files
    ]


def digest_of(files: Sequence[PinnedFile]) -> str:
    """The content address of a pin."""
    return digest.of(content(files))


def open_files(files: Sequence[PinnedFile], kind: str, market: str) -> list[Path]:
    """Paths of a pin's files of one kind and market, each checked against its pinned size.

    Raises ConflictError naming the first file that is gone or not the one pinned.
    """
    paths = []
    for pinned in files:
        if pinned.kind != kind or pinned.market != market:
            continue
        path = root() / pinned.path
        if not path.exists() or path.stat().st_size != pinned.size:
            raise ConflictError(f"The lake's file {pinned.path} is not the one pinned; restore it and rerun.")
        paths.append(path)
    return paths


def sha256_of(pinned: PinnedFile) -> str:
    """The SHA-256 a pinned file has now. Raises ConflictError when it is gone."""
    path = root() / pinned.path
    if not path.is_file():
        raise ConflictError(f"The lake's file {pinned.path} is gone; restore it and verify again.")
    return digest.of_file(path)
