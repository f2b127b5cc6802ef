"""Where the bytes of an upload lie until they are read: one folder each, on disk, gone afterwards."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext as _

from metrics.lake.room import NoRoomError
from otdr_hub.lib.outcome import TooLargeError

MANIFEST: Final = ".manifest.json"
_PIECE: Final = 1 << 20
_ABANDONED: Final = 24 * 60 * 60.0  # seconds; far longer than anybody takes to send one file


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are on disk: how many, and their SHA-256."""

    size: int
    digest: str


def root() -> Path:
    """The folder of the spool; made on first use, for us alone."""
    folder = Path(settings.UPLOAD_SPOOL)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def path_of(upload: UUID, filename: str) -> Path:
    """Where an upload's file is. Its manifest lies beside it, as `ingest` expects it."""
    return root() / str(upload) / filename


def limit_words() -> str:
    """The largest file that is taken, for people: "2.0 GB"."""
    most = int(settings.UPLOAD_LIMIT)
    return f"{most / 1e9:,.1f} GB" if most >= 10**8 else f"{most:,} bytes"


def keep(upload: UUID, filename: str, pieces: Iterable[bytes], manifest: bytes) -> Kept:
    """Write a file, and its manifest if it has one, to disk (fsync), never holding more than a piece.

    Raises TooLargeError above the limit and NoRoomError when the disk refuses, with nothing kept.
    """
    path = path_of(upload, filename)
    try:
        path.parent.mkdir(mode=0o700)
        kept = _write(path, pieces)
        if manifest:
            _write(path.with_name(filename + MANIFEST), [manifest])
    except OSError as error:
        discard(upload)
        raise NoRoomError(
            _("The disk takes no more (%(strerror)s); nothing was stored. Make room and send it again.")
            % {"strerror": error.strerror}
        ) from None
    except BaseException:
        discard(upload)
        raise
    return kept


def _write(path: Path, pieces: Iterable[bytes]) -> Kept:
    size, sha256 = 0, hashlib.sha256()
    with path.open("wb") as handle:
        for piece in pieces:
            size += len(piece)
            if size > settings.UPLOAD_LIMIT:
                raise TooLargeError(
                    _(
                        "%(path)s: larger than %(limit)s, the most that is taken here; nothing was"
                        " stored. Split the file and send its parts."
                    )
                    % {"path": path.name, "limit": limit_words()}
                )
            sha256.update(piece)
            handle.write(piece)
        handle.flush()
        os.fsync(handle.fileno())
    return Kept(size, sha256.hexdigest())


def discard(upload: UUID) -> None:
    """Remove what an upload left, if anything."""
    shutil.rmtree(root() / str(upload), ignore_errors=True)


def sweep(wanted: Collection[str]) -> None:
    """Remove what is of no upload in `wanted` (ids) and has lain for a day: a process died over it."""
    for entry in root().iterdir():
        with suppress(FileNotFoundError):  # somebody else was faster
            if entry.name in wanted or time.time() - entry.stat().st_mtime < _ABANDONED:
                continue
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()


class SpoolHandler(TemporaryFileUploadHandler):
    """Django's own that writes to disk whatever the size; the spool's folder is there when it does."""

    def new_file(self, *given: Any, **named: Any) -> None:
        """A file begins."""
        root()
        super().new_file(*given, **named)
