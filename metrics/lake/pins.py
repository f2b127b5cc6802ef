"""Input pins: the exact files a run reads, found from accepted batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

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


# What counts are computed from; other kinds must not change what a run is asked.
COUNTED: Final = ("promises", "events", "carriers")


def current(markets: Sequence[str], kinds: Sequence[str] = COUNTED) -> list[PinnedFile]:
    """Every file of accepted batches of these kinds for these markets, in one fixed order.

    Carriers are of no market: theirs is `schema.NO_MARKET`.
    """
    rows = LakeFile.objects.filter(market__in=markets, kind__in=kinds, batch__state="accepted")
    return [PinnedFile(row.path, row.kind, row.market, row.size, row.sha256) for row in rows.order_by("path")]


def closed_days(markets: Sequence[str], as_of: dt.datetime) -> dict[str, list[list[dt.date]]]:
    """Market -> the promise days [first, last] that batches of events taken by `as_of` declared complete.

    A batch speaks for the markets it holds rows of.
    """
    declared = LakeFile.objects.filter(
        kind="events",
        market__in=markets,
        batch__state="accepted",
        batch__closes_from__isnull=False,
        batch__taken_at__lte=as_of,
    ).values_list("market", "batch__closes_from", "batch__closes_until")
    found: dict[str, list[list[dt.date]]] = {}
    for market, since, until in declared.distinct().order_by("market", "batch__closes_from"):
        if since and until:
            found.setdefault(market, []).append([since, until])
    return found


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
            raise ConflictError(
                _("The lake's file %(path)s is not the one pinned; restore it and rerun.")
                % {"path": pinned.path}
            )
        paths.append(path)
    return paths


def sha256_of(pinned: PinnedFile) -> str:
    """The SHA-256 a pinned file has now. Raises ConflictError when it is gone."""
    path = root() / pinned.path
    if not path.is_file():
        raise ConflictError(
            _("The lake's file %(path)s is gone; restore it and verify again.") % {"path": pinned.path}
        )
    return digest.of_file(path)
